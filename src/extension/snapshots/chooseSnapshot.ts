import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { formatBytes } from '../../protocol/units.ts';
import { views } from '../ids.ts';
import { fileUri } from '../panel/openSource.ts';

const EXTENSION = 'heapsnapshot';

/** The file a command means: the one it was called on, else the one in the active editor. */
export function shownSnapshot(argument: unknown): vscode.Uri | undefined {
	if (argument instanceof vscode.Uri) return argument;
	const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
	return input instanceof vscode.TabInputCustom && input.viewType === views.heapSnapshot ? input.uri : undefined;
}

export async function browseSnapshot(title: string, beside?: vscode.Uri): Promise<vscode.Uri | undefined> {
	const folder = beside ? fileUri(dirname(beside.fsPath)) : vscode.workspace.workspaceFolders?.[0]?.uri;
	const chosen = await vscode.window.showOpenDialog({
		title,
		...(folder && { defaultUri: folder }),
		filters: { 'V8 heap snapshot': [EXTENSION] },
	});
	return chosen?.[0];
}

interface Item extends vscode.QuickPickItem {
	/** Absent for the entry that opens a dialog. */
	path?: string;
}

/** Another snapshot to compare with: those of the same folder, the newest first, or any file. */
export async function chooseOther(uri: vscode.Uri): Promise<string | undefined> {
	const browse: Item = { label: '$(folder-opened) Choose a file…', alwaysShow: true };
	const items = [...(await othersOf(uri.fsPath)), browse];
	const chosen =
		items.length === 1
			? browse
			: await vscode.window.showQuickPick(items, {
					title: 'Compare with which snapshot?',
					placeHolder: 'Changes are from it to the one that is shown',
				});
	if (chosen === browse) return (await browseSnapshot('Compare with which snapshot?', uri))?.fsPath;
	return chosen?.path;
}

async function othersOf(path: string): Promise<Item[]> {
	const folder = dirname(path);
	const names = await readdir(folder).catch(() => []);
	const files = names.filter(name => name.endsWith(`.${EXTENSION}`) && join(folder, name) !== path).slice(0, 500);
	const found = await Promise.all(
		files.map(async name => {
			const facts = await stat(join(folder, name)).catch(() => undefined);
			return facts && { name, size: facts.size, modified: facts.mtimeMs };
		}),
	);
	return found
		.filter(file => file !== undefined)
		.sort((a, b) => b.modified - a.modified)
		.map(({ name, size, modified }) => ({
			label: name,
			description: `${new Date(modified).toLocaleString()}, ${formatBytes(size)}`,
			path: join(folder, name),
		}));
}
