import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { readRecording } from '../../src/engine/recordingFile.ts';
import type { TestApi } from '../../src/extension/extension.ts';
import { commands, views } from '../../src/extension/ids.ts';
import { RecordingCommands } from '../../src/extension/recordings/recordingCommands.ts';
import { waitFor } from '../support/waitFor.ts';
import { activeExtension, removeScripts, startedBy, writeScript } from './support.ts';

const BUSY = `import { BoundedCache, region } from 'memory-manager-runtime';
const cache = new BoundedCache({ name: 'rows', maxBytes: 1_000_000 });
const kept = [];
for (let i = 0; i < 5; i++) {
	await region('fill', async () => {
		for (let n = 0; n < 50_000; n++) kept.push({ n, text: 'row ' + n });
		cache.set(String(i), 'x'.repeat(1000));
		await new Promise(resolve => setTimeout(resolve, 60));
	});
}
console.log('kept', kept.length);
process.exitCode = 3;
`;
const TOOLS = `import { BoundedCache } from 'memory-manager-runtime';
const cache = new BoundedCache({ name: 'rows', maxBytes: 1_000_000 });
cache.set('a', 'x'.repeat(1000));
setInterval(() => cache.size, 1000);
`;
const FOR_EVER = "setInterval(() => {}, 1000); console.log('here');";

describe('profiling a script', () => {
	let api: TestApi;
	before(async () => {
		api = await activeExtension();
	});
	afterEach(async () => {
		await Promise.all(api.store.running.map(({ session }) => session.stop()));
		await removeScripts();
	});

	it('runs it to its end, shows it, and leaves a recording that opens as an editor', async () => {
		const uri = await writeScript('busy.mjs', BUSY);
		await vscode.window.showTextDocument(uri);
		const shown = await startedBy(api, () => vscode.commands.executeCommand(commands.profile));
		assert.equal(api.store.shown, shown);
		assert.deepEqual(await shown.session.ended, { kind: 'exit', code: 3 });
		assert.ok(api.panel.isVisible);
		assert.ok((shown.model.latest?.rssBytes ?? 0) > 1_000_000);
		const regions = [...shown.model.regions.values()];
		assert.deepEqual(
			regions.map(({ definition, stats }) => [definition.name, definition.site?.file, stats?.calls]),
			[['fill', uri.fsPath, 5]],
		);
		assert.ok([...shown.model.caches.values()].some(({ name }) => name === 'rows'));

		const { recordingPath } = shown;
		assert.ok(recordingPath !== undefined && (await stat(recordingPath)).size > 0);
		const read = await readRecording(recordingPath);
		assert.equal(read.damagedLines, 0);
		assert.deepEqual(read.model.state?.reason, { kind: 'exit', code: 3 });
		await vscode.commands.executeCommand(commands.openRecording, vscode.Uri.file(recordingPath));
		await waitFor(() => customEditors().includes(recordingPath), { what: 'the editor of the recording' });
		assert.ok((await api.recordings.list()).some(({ path }) => path === recordingPath));
	});

	it('gives the script what is typed in its terminal', async () => {
		const uri = await writeScript(
			'reads.mjs',
			"process.stdin.once('data', text => process.exit(String(text) === 'hello\\n' ? 42 : 1));",
		);
		const shown = await startedBy(api, () => vscode.commands.executeCommand(commands.profile, uri));
		const terminal = vscode.window.terminals.find(({ name }) => name === 'reads.mjs');
		terminal?.sendText('hello');
		assert.deepEqual(await shown.session.ended, { kind: 'exit', code: 42 });
	});

	it('stops the script with its terminal', async () => {
		const uri = await writeScript('closed.mjs', FOR_EVER);
		const shown = await startedBy(api, () => vscode.commands.executeCommand(commands.profile, uri));
		const terminal = await waitFor(() => vscode.window.terminals.find(({ name }) => name === 'closed.mjs'));
		terminal.dispose();
		assert.deepEqual(await shown.session.ended, { kind: 'stopped' });
	});

	it('collects, clears, stops and runs again by command', async () => {
		const uri = await writeScript('long.cjs', FOR_EVER);
		const first = await startedBy(api, () => vscode.commands.executeCommand(commands.profile, uri));
		await waitFor(() => first.session.state === 'running' && first.model.process?.runtime);
		await vscode.commands.executeCommand(commands.forceGc);
		await waitFor(() => first.model.gcs.some(({ forcedBy }) => forcedBy === 'command'), { what: 'the collection' });
		await vscode.commands.executeCommand(commands.clearCaches);
		await vscode.commands.executeCommand(commands.refreshAllocations);
		await waitFor(() => first.model.profiles.some(({ cause }) => cause === 'request'), { what: 'a profile' });
		const second = await startedBy(api, () => vscode.commands.executeCommand(commands.restart));
		assert.deepEqual(await first.session.ended, { kind: 'stopped' });
		assert.notEqual(second.recordingPath, first.recordingPath);
		await vscode.commands.executeCommand(commands.stop);
		assert.deepEqual(await second.session.ended, { kind: 'stopped' });
		assert.equal(api.store.active, undefined);
	});

	it('cleans up and sets the collection strategy by command', async () => {
		const uri = await writeScript('tools.mjs', TOOLS);
		const { session, model } = await startedBy(api, () => vscode.commands.executeCommand(commands.profile, uri));
		const cache = () => [...model.caches.values()].find(({ name }) => name === 'rows');
		await waitFor(() => cache()?.entries === 1, { what: 'a filled cache' });
		await vscode.commands.executeCommand(commands.setGcStrategy, 'aggressive');
		await waitFor(() => model.runtime.collector?.strategy === 'aggressive', { what: 'the strategy' });
		await vscode.commands.executeCommand(commands.setGcStrategy, 'default');
		await waitFor(() => model.runtime.collector?.strategy === undefined, { what: 'V8 as it was' });
		await vscode.commands.executeCommand(commands.comprehensiveCleanup);
		await waitFor(() => cache()?.entries === 0, { what: 'an empty cache' });
		await waitFor(() => model.runtime.cleanups.some(({ cause }) => cause === 'comprehensive'), { what: 'the cleanup' });
		await waitFor(() => model.gcs.some(({ forcedBy }) => forcedBy === 'command'), { what: 'its collection' });
		await session.stop();
	});

	it('runs again once when asked twice, with what is typed and not yet saved', async () => {
		const uri = await writeScript('again.cjs', FOR_EVER);
		const editor = await vscode.window.showTextDocument(uri);
		const first = await startedBy(api, () => vscode.commands.executeCommand(commands.profile, uri));
		await editor.edit(edit => edit.insert(new vscode.Position(0, 0), '// changed\n'));
		const started: string[] = [];
		const subscription = api.store.onDidStart(({ id }) => started.push(id));
		const restart = () => vscode.commands.executeCommand(commands.restart);
		await Promise.all([restart(), restart()]);
		subscription.dispose();
		assert.equal(started.length, 1);
		assert.equal(editor.document.isDirty, false);
		assert.deepEqual(await first.session.ended, { kind: 'stopped' });
	});

	it('leaves the recording of a running script alone, and opens the panel for it', async () => {
		const uri = await writeScript('written.cjs', FOR_EVER);
		const { recordingPath = '' } = await startedBy(api, () => vscode.commands.executeCommand(commands.profile, uri));
		let opened = 0;
		const openPanel = () => {
			opened++;
		};
		const log = vscode.window.createOutputChannel('host test', { log: true });
		const own = new RecordingCommands({ folder: api.recordings, store: api.store, openPanel, log });
		await assert.rejects(own.rename(recordingPath), { code: 'recordingInUse' });
		await assert.rejects(own.delete(recordingPath), { code: 'recordingInUse' });
		await own.open(recordingPath);
		assert.equal(opened, 1);
		log.dispose();
	});

	it('is not held up by a flood of output, and does not keep it', async () => {
		const uri = await writeScript(
			'flood.mjs',
			"const piece = Buffer.alloc(65_536, 'flood of text\\n');\nfor (let i = 0; i < 1_600; i++) if (!process.stdout.write(piece)) await new Promise(r => process.stdout.once('drain', r));",
		);
		const rssBefore = process.memoryUsage().rss;
		const shown = await startedBy(api, () => vscode.commands.executeCommand(commands.profile, uri));
		assert.deepEqual(await shown.session.ended, { kind: 'exit', code: 0 });
		const grownMb = (process.memoryUsage().rss - rssBefore) / 1024 / 1024;
		assert.ok(grownMb < 250, `the extension host has grown by ${grownMb.toFixed(0)} MB`);
	});
});

function customEditors(): string[] {
	const tabs = vscode.window.tabGroups.all.flatMap(group => group.tabs);
	return tabs.flatMap(({ input }) =>
		input instanceof vscode.TabInputCustom && input.viewType === views.recording ? [input.uri.fsPath] : [],
	);
}
