import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { Configuration } from './configuration.ts';

/** A folder as a person writes it in a setting: the two variables are filled in, a relative one is meant from `base`. */
export function folderFrom(setting: string, base: string, fileDirname = base): string {
	const filled = setting.replace(/\$\{(workspaceFolder|fileDirname)\}/g, (_, name) =>
		name === 'fileDirname' ? fileDirname : base,
	);
	return isAbsolute(filled) ? filled : resolve(base, filled);
}

/** Where a script runs: as the setting says, else in its workspace folder, else beside itself. */
export function workingDirectory(file: vscode.Uri, setting: string | undefined): string {
	const beside = dirname(file.fsPath);
	const base = vscode.workspace.getWorkspaceFolder(file)?.uri.fsPath ?? beside;
	return setting === undefined ? base : folderFrom(setting, base, beside);
}

/** Where recordings go: as the setting says, else the extension's own folder for this workspace. */
export function recordingsPath(context: vscode.ExtensionContext, configuration: Configuration): string {
	const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
	const { recordingsFolder } = configuration.read(folder);
	const own = (context.storageUri ?? context.globalStorageUri).fsPath;
	return recordingsFolder === undefined ? join(own, 'recordings') : folderFrom(recordingsFolder, folder?.fsPath ?? own);
}

/** Node names modules by their real path, and the folder of an extension may be reached through a link. */
export const realFolder = (path: string): string => (existsSync(path) ? realpathSync(path) : path);
