import * as vscode from 'vscode';
import { views } from '../ids.ts';
import { fileUri } from '../panel/openSource.ts';
import { browseSnapshot, chooseOther, shownSnapshot } from './chooseSnapshot.ts';
import type { SnapshotEditor } from './snapshotEditor.ts';

/** Commands on heap snapshots that lie on disk. */
export class SnapshotCommands {
	readonly #editor: SnapshotEditor;

	constructor(editor: SnapshotEditor) {
		this.#editor = editor;
	}

	async open(argument?: unknown): Promise<void> {
		const uri = argument instanceof vscode.Uri ? argument : await browseSnapshot('Open heap snapshot');
		if (uri) await this.#show(uri);
	}

	openPath(path: string): Promise<void> {
		return this.#show(fileUri(path));
	}

	/** The given snapshot, the one in the active editor or a chosen one, with another. */
	async compare(argument?: unknown): Promise<void> {
		const uri = shownSnapshot(argument) ?? (await browseSnapshot('Which snapshot is the later one?'));
		if (!uri) return;
		const other = await chooseOther(uri);
		if (other === undefined) return;
		await this.#show(uri);
		await this.#editor.documentOf(uri)?.compareWith(other);
	}

	/** Named, because another extension may be the one that opens such files by default. */
	async #show(uri: vscode.Uri): Promise<void> {
		await vscode.commands.executeCommand('vscode.openWith', uri, views.heapSnapshot);
	}
}
