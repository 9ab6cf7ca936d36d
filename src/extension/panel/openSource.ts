import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import type { FromPanel } from '../../protocol/panel.ts';
import { extensionErrors } from '../extensionErrors.ts';

/** The file of this machine as the editor names it: a window may reach it by another scheme than `file`. */
export function fileUri(path: string): vscode.Uri {
	const uri = vscode.Uri.file(path);
	const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
	return folder && folder.scheme === 'vscode-remote' ? folder.with({ path: uri.path }) : uri;
}

/** Shows a place of a recording's source beside the panel. Rejects with `sourceMissing` unless it is a file here. */
export async function openSource({ file, line, column }: FromPanel['openSource'][0]): Promise<void> {
	if (!isAbsolute(file) || !(await isFile(file))) throw extensionErrors.sourceMissing(file);
	const document = await vscode.workspace.openTextDocument(fileUri(file));
	// The file may have become shorter since.
	const at = document.validatePosition(new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1)));
	const editor = await vscode.window.showTextDocument(document, {
		viewColumn: columnBeside(document.uri),
		selection: new vscode.Range(at, at),
	});
	editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** Where the file is shown already, else any column with text, else a new one beside. */
function columnBeside(uri: vscode.Uri): vscode.ViewColumn {
	const editors = vscode.window.visibleTextEditors;
	const shown = editors.find(editor => editor.document.uri.toString() === uri.toString());
	const column = (shown ?? editors.find(editor => editor.viewColumn !== undefined))?.viewColumn;
	return column ?? vscode.ViewColumn.Beside;
}

async function isFile(path: string): Promise<boolean> {
	try {
		return (await stat(path)).isFile();
	} catch {
		return false;
	}
}
