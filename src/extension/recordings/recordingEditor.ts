import { basename } from 'node:path';
import * as vscode from 'vscode';
import { Emitter } from '../../base/emitter.ts';
import { PanelConnection, type PanelHandlers } from '../panel/panelConnection.ts';
import { loadBundle } from '../panel/webviewHost.ts';
import { messagePage } from '../panel/webviewPage.ts';
import { isCancellation, sentenceOf } from '../reportError.ts';
import type { ShownSession } from '../sessions/sessionStore.ts';
import { openRecordingFile } from './openRecording.ts';

class RecordingDocument implements vscode.CustomDocument {
	readonly uri: vscode.Uri;

	constructor(uri: vscode.Uri) {
		this.uri = uri;
	}

	dispose(): void {
		// The session belongs to its editors and goes with them.
	}
}

export interface RecordingEditorOptions {
	extensionUri: vscode.Uri;
	handlers: PanelHandlers;
	log: vscode.LogOutputChannel;
	onDidOpen: (shown: ShownSession) => void;
}

/** `*.memrec` as an editor: the panel's page on an opened recording, or the sentence that says why there is none. */
export class RecordingEditor implements vscode.CustomReadonlyEditorProvider<RecordingDocument> {
	readonly #options: RecordingEditorOptions;

	constructor(options: RecordingEditorOptions) {
		this.#options = options;
	}

	openCustomDocument(uri: vscode.Uri): RecordingDocument {
		return new RecordingDocument(uri);
	}

	async resolveCustomEditor(
		{ uri }: RecordingDocument,
		panel: vscode.WebviewPanel,
		token: vscode.CancellationToken,
	): Promise<void> {
		const { extensionUri, handlers, log, onDidOpen } = this.#options;
		const closed = new vscode.CancellationTokenSource();
		token.onCancellationRequested(() => closed.cancel());
		panel.onDidDispose(() => closed.cancel());
		try {
			const shown = await openRecordingFile(uri.fsPath, closed.token, log);
			if (closed.token.isCancellationRequested) return;
			const source = { shown, onDidChange: new Emitter<void>().event };
			const connection = new PanelConnection(panel.webview, source, handlers);
			connection.setVisible(panel.visible);
			panel.onDidChangeViewState(() => connection.setVisible(panel.visible));
			panel.onDidDispose(() => connection.dispose());
			loadBundle(panel.webview, extensionUri, 'panel', basename(uri.fsPath));
			onDidOpen(shown);
		} catch (error) {
			const sentence = isCancellation(error) ? 'Opening was cancelled.' : sentenceOf(error);
			log.error(sentence);
			if (closed.token.isCancellationRequested) return;
			panel.webview.html = messagePage(basename(uri.fsPath), sentence, panel.webview.cspSource);
		}
	}
}
