import { basename } from 'node:path';
import * as vscode from 'vscode';
import { SCRIPT_EXTENSION } from '../../engine/launch/launchPlan.ts';
import { extensionErrors } from '../extensionErrors.ts';

export const isScript = (uri: vscode.Uri): boolean =>
	SCRIPT_EXTENSION.test(uri.path) && !/\.d\.[mc]?ts$/.test(uri.path);
export const isPackageJson = (uri: vscode.Uri): boolean => basename(uri.path) === 'package.json';

/**
 * The file a command means: the one it was called on, else the one in the active editor. Its unsaved changes are written first,
 * since Node runs what is on disk. Rejects with `unsaved` for a file that has no place yet.
 */
export async function savedFile(argument: unknown): Promise<vscode.Uri | undefined> {
	const uri = argument instanceof vscode.Uri ? argument : activeFile();
	if (!uri) return undefined;
	if (uri.scheme === 'untitled') throw extensionErrors.unsaved();
	const document = vscode.workspace.textDocuments.find(open => open.uri.toString() === uri.toString());
	if (document?.isDirty && !(await document.save())) throw extensionErrors.unsaved();
	return uri;
}

/** Beside a focused panel the script is still the one in the visible text editor. */
function activeFile(): vscode.Uri | undefined {
	const active = vscode.window.activeTextEditor?.document.uri;
	if (active) return active;
	return vscode.window.visibleTextEditors.map(({ document }) => document.uri).find(isScript);
}

/** The only package.json of the workspace, or the one that is picked. Rejects with `noPackageJson`. */
export async function choosePackageJson(): Promise<vscode.Uri | undefined> {
	const found = await vscode.workspace.findFiles('**/package.json', '**/node_modules/**', 100);
	if (found.length === 0) throw extensionErrors.noPackageJson();
	if (found.length === 1) return found[0];
	const items = found
		.map(uri => ({ label: vscode.workspace.asRelativePath(uri), uri }))
		.sort((a, b) => a.label.length - b.label.length || a.label.localeCompare(b.label));
	return (await vscode.window.showQuickPick(items, { title: 'Which package.json?' }))?.uri;
}
