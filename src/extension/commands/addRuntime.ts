import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { RUNTIME_PACKAGE } from '../../protocol/runtimeLink.ts';
import { visibleText } from '../../protocol/text.ts';
import { extensionErrors } from '../extensionErrors.ts';
import { installRuntime, VENDOR_FOLDER } from '../runtimePackage/installRuntime.ts';
import { choosePackageJson } from './chooseFile.ts';

/** Adds the runtime package to a project of the workspace, from inside the extension, after asking. */
export async function addRuntime(runtimeDir: string): Promise<void> {
	if (!vscode.workspace.isTrusted) throw extensionErrors.untrusted();
	const uri = await choosePackageJson();
	if (!uri) return;
	const open = vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString());
	if (open?.isDirty) throw extensionErrors.unsavedPackageJson(uri.fsPath);
	const add = 'Add';
	const folder = visibleText(basename(dirname(uri.fsPath)), 60);
	const detail = `Copies the package to ${VENDOR_FOLDER} and adds it to the dependencies in package.json. Nothing is downloaded.`;
	const answer = await vscode.window.showInformationMessage(
		`Add ${RUNTIME_PACKAGE} to "${folder}"?`,
		{ modal: true, detail },
		add,
	);
	if (answer !== add) return;
	await installRuntime(uri.fsPath, runtimeDir);
	vscode.window.showInformationMessage(
		`Added ${RUNTIME_PACKAGE} to "${folder}". Run "npm install" once to bring the lock file up to date.`,
	);
}
