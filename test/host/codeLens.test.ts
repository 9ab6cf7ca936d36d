import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/extension/extension.ts';
import { commands, SETTINGS_SECTION, settingKeys } from '../../src/extension/ids.ts';
import { waitFor } from '../support/waitFor.ts';
import { activeExtension, removeScripts, startedBy, writeScript } from './support.ts';

const SOURCE = `import { region } from 'memory-manager-runtime';

await region('first', async () => new Promise(resolve => setTimeout(resolve, 100)));
for (let i = 0; i < 3; i++) {
	region('second', () => Array.from({ length: 1000 }, () => ({ i })));
}
if (process.argv.length > 100) region('never', () => 1);
`;

describe('CodeLens', () => {
	let api: TestApi;
	before(async () => {
		api = await activeExtension();
	});
	afterEach(removeScripts);

	it('offers to profile, and tells the last run of each place', async () => {
		const uri = await writeScript('lenses.mjs', SOURCE);
		await vscode.window.showTextDocument(uri);
		assert.deepEqual(
			(await lenses(uri)).map(({ line, title }) => `${line} ${title}`),
			['3 $(pulse) Profile', '5 $(pulse) Profile', '7 $(pulse) Profile'],
		);
		const shown = await startedBy(api, () => vscode.commands.executeCommand(commands.profile, uri));
		assert.deepEqual(await shown.session.ended, { kind: 'exit', code: 0 });
		const figures = await waitFor(
			async () => {
				const found = (await lenses(uri)).filter(({ command }) => command === commands.openPanel);
				return found.length === 2 && found;
			},
			{ what: 'figures above both regions that ran' },
		);
		assert.match(figures[0]?.title ?? '', /^1 call · peak [\d.]+ [KMG]B RSS/);
		assert.deepEqual([figures[0]?.line, figures[1]?.line], [3, 5]);
		assert.match(figures[1]?.title ?? '', /^3 calls/);
	});

	it('can be switched off', async () => {
		const uri = await writeScript('switched.mjs', SOURCE);
		await vscode.window.showTextDocument(uri);
		const section = vscode.workspace.getConfiguration(SETTINGS_SECTION);
		assert.equal((await lenses(uri)).length, 3);
		try {
			await vscode.commands.executeCommand(commands.toggleCodeLens);
			await waitFor(async () => (await lenses(uri)).length === 0, { what: 'no lenses' });
		} finally {
			await section.update(settingKeys.codeLensEnabled, undefined, vscode.ConfigurationTarget.Global);
		}
	});
});

async function lenses(uri: vscode.Uri): Promise<{ line: number; title: string; command: string }[]> {
	const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 100);
	return found.flatMap(({ range, command }) =>
		command?.command.startsWith('memoryManager.')
			? [{ line: range.start.line + 1, title: command.title, command: command.command }]
			: [],
	);
}
