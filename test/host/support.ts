import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/extension/extension.ts';
import type { ShownSession } from '../../src/extension/sessions/sessionStore.ts';
import { waitFor } from '../support/waitFor.ts';

/** The extension as it runs in this host, with what it gives to tests. */
export async function activeExtension(): Promise<TestApi> {
	const extension = vscode.extensions.getExtension<TestApi>('memory-manager.memory-manager');
	if (!extension) throw new Error('The extension is not installed in this window.');
	return extension.activate();
}

export function workspaceFolder(): string {
	const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
	if (folder === undefined) throw new Error('The window has no folder.');
	return folder;
}

/** A script in the workspace, in a folder that `removeScripts` takes away. */
export async function writeScript(name: string, source: string): Promise<vscode.Uri> {
	const path = join(workspaceFolder(), '.host-tests', name);
	await mkdir(dirname(path), { recursive: true });
	await writeFile(path, source);
	return vscode.Uri.file(path);
}

export async function removeScripts(): Promise<void> {
	await vscode.commands.executeCommand('workbench.action.closeAllEditors');
	await rm(join(workspaceFolder(), '.host-tests'), { recursive: true, force: true, maxRetries: 5 });
}

export type RunningSession = ShownSession & { session: NonNullable<ShownSession['session']> };

/** Runs a command that starts a session, and gives that session. */
export async function startedBy({ store }: TestApi, command: () => Thenable<unknown>): Promise<RunningSession> {
	const started: RunningSession[] = [];
	const subscription = store.onDidStart(shown => started.push(shown));
	try {
		await command();
		return await waitFor(() => started[0], { what: 'the start of a session' });
	} finally {
		subscription.dispose();
	}
}
