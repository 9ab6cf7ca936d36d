import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commands, views } from '../../src/extension/ids.ts';
import { activeExtension } from './support.ts';

describe('activation', () => {
	it('activates and gives tests what they look at', async () => {
		const api = await activeExtension();
		assert.ok(api.store && api.launcher && api.recordings && api.configuration && api.panel);
	});

	it('registers exactly the commands of the ids file', async () => {
		await activeExtension();
		const all = await vscode.commands.getCommands(true);
		// VS Code adds commands of its own for each view.
		const own = all.filter(id => id.startsWith('memoryManager.') && !id.startsWith(`${views.sidebar}.`));
		assert.deepEqual(own.sort(), Object.values(commands).sort());
	});

	it('has the sidebar', async () => {
		await vscode.commands.executeCommand(`${views.sidebar}.focus`);
	});
});
