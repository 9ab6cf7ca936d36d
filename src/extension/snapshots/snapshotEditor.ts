import { basename } from 'node:path';
import type * as vscode from 'vscode';
import { loadBundle } from '../panel/webviewHost.ts';
import { chooseOther } from './chooseSnapshot.ts';
import { SnapshotConnection } from './snapshotConnection.ts';
import { SnapshotDocument } from './snapshotDocument.ts';

export interface SnapshotEditorOptions {
	extensionUri: vscode.Uri;
	workerPath: string;
	log: vscode.LogOutputChannel;
}

/** `*.heapsnapshot` as an editor. */
export class SnapshotEditor implements vscode.CustomReadonlyEditorProvider<SnapshotDocument> {
	readonly #options: SnapshotEditorOptions;
	readonly #open = new Map<string, SnapshotDocument>();

	constructor(options: SnapshotEditorOptions) {
		this.#options = options;
	}

	openCustomDocument(uri: vscode.Uri): SnapshotDocument {
		const { workerPath, log } = this.#options;
		const document = new SnapshotDocument(uri, {
			workerPath,
			log,
			onDispose: () => this.#open.delete(uri.fsPath),
		});
		this.#open.set(uri.fsPath, document);
		return document;
	}

	resolveCustomEditor(document: SnapshotDocument, panel: vscode.WebviewPanel): void {
		const connection = new SnapshotConnection({
			webview: panel.webview,
			document,
			chooseOther: () => chooseOther(document.uri),
		});
		panel.onDidDispose(() => connection.dispose());
		loadBundle(panel.webview, this.#options.extensionUri, 'snapshot', basename(document.uri.fsPath));
	}

	/** The opened snapshot of this file, if an editor shows it. */
	documentOf(uri: vscode.Uri): SnapshotDocument | undefined {
		return this.#open.get(uri.fsPath);
	}
}
