import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { silentLogger } from '../../src/base/logger.ts';
import { errors } from '../../src/engine/errors.ts';
import { createActions } from '../../src/extension/actions.ts';
import type { TestApi } from '../../src/extension/extension.ts';
import { extensionErrors } from '../../src/extension/extensionErrors.ts';
import { commands, SETTINGS_SECTION, settingKeys } from '../../src/extension/ids.ts';
import { openSource } from '../../src/extension/panel/openSource.ts';
import { RecordingEditor } from '../../src/extension/recordings/recordingEditor.ts';
import { remediesOf, sentenceOf } from '../../src/extension/reportError.ts';
import { SessionLauncher } from '../../src/extension/sessions/sessionLauncher.ts';
import { Terminals } from '../../src/extension/terminal/terminals.ts';
import { activeExtension, removeScripts, workspaceFolder, writeScript } from './support.ts';

const launch = (path: string) =>
	({ kind: 'launch', target: { kind: 'script', path, args: [] }, cwd: workspaceFolder() }) as const;

describe('failures', () => {
	let api: TestApi;
	before(async () => {
		api = await activeExtension();
	});
	afterEach(removeScripts);

	it('says where a script is missing, and starts nothing', async () => {
		await assert.rejects(api.launcher.start(launch('/nowhere/none.mjs')), { code: 'scriptNotFound' });
		assert.equal(api.store.active, undefined);
	});

	it('says which setting names the Node that is missing', async () => {
		const uri = await writeScript('fine.mjs', '1;');
		const section = vscode.workspace.getConfiguration(SETTINGS_SECTION);
		await section.update(settingKeys.nodePath, '/nowhere/node', vscode.ConfigurationTarget.Workspace);
		try {
			await assert.rejects(api.launcher.start(launch(uri.fsPath)), { code: 'nodeNotFound' });
		} finally {
			await section.update(settingKeys.nodePath, undefined, vscode.ConfigurationTarget.Workspace);
		}
	});

	it('launches nothing in a workspace that is not trusted', async () => {
		const uri = await writeScript(
			'untrusted.mjs',
			"import { writeFileSync } from 'node:fs'; writeFileSync('ran', '');",
		);
		const terminals = new Terminals();
		const launcher = new SessionLauncher({
			...api,
			terminals,
			runtimeDir: '',
			logger: silentLogger,
			isTrusted: () => false,
		});
		await assert.rejects(launcher.start(launch(uri.fsPath)), { code: 'untrusted' });
		assert.ok(!(await readdir(workspaceFolder())).includes('ran'));
		terminals.dispose();
	});

	it('reports a command that fails instead of throwing it on', async () => {
		assert.equal(await vscode.commands.executeCommand(commands.stop), undefined);
	});

	it('says nothing about what a person has cancelled', async () => {
		const cancelled = Promise.reject(new vscode.CancellationError());
		// Nothing else is asked for.
		const options = { sessions: { stop: () => cancelled }, onError: () => assert.fail('reported') } as unknown;
		const actions = createActions(options as Parameters<typeof createActions>[0]);
		await actions.action('stop', {} as Parameters<typeof actions.action>[1]);
	});

	it('offers the next step that fits', () => {
		const titles = (error: unknown) => remediesOf(error).map(({ title }) => title);
		assert.deepEqual(titles(errors.nodeNotFound('/x')), ['Open settings', 'Open log']);
		assert.deepEqual(titles(extensionErrors.untrusted()), ['Manage trust']);
		assert.deepEqual(titles(new Error('x')), ['Open log']);
		assert.equal(sentenceOf(new Error('x')), 'Memory Manager failed: x');
		assert.equal(sentenceOf(errors.notRunning()), 'The script is not running any more.');
	});

	it('opens a source at its place, and says so when there is none', async () => {
		const uri = await writeScript('source.mjs', 'one\ntwo\nthree\n');
		await openSource({ file: uri.fsPath, line: 2, column: 3 });
		const editor = vscode.window.activeTextEditor;
		assert.equal(editor?.document.uri.fsPath, uri.fsPath);
		assert.deepEqual([editor?.selection.active.line, editor?.selection.active.character], [1, 2]);
		await openSource({ file: uri.fsPath, line: 9_999, column: 1 });
		for (const file of ['/nowhere/a.js', 'relative.js', workspaceFolder(), 'node:fs', '']) {
			await assert.rejects(openSource({ file, line: 1, column: 1 }), { code: 'sourceMissing' });
		}
	});

	it('shows a bad recording as a sentence in its editor', async () => {
		const bad = {
			'empty.memrec': '',
			'other.memrec': '<script>alert(1)</script>\n',
			'newer.memrec': '{"type":"header","format":99}\n',
		};
		const editor = new RecordingEditor({
			extensionUri: vscode.Uri.file('/'),
			// A recording that cannot be opened offers nothing to do.
			handlers: {} as ConstructorParameters<typeof RecordingEditor>[0]['handlers'],
			log: vscode.window.createOutputChannel('host test', { log: true }),
			onDidOpen: () => assert.fail('opened'),
		});
		const sentences: string[] = [];
		for (const [name, text] of Object.entries(bad)) {
			const document = editor.openCustomDocument(await writeScript(name, text));
			const panel = vscode.window.createWebviewPanel('test', name, vscode.ViewColumn.One);
			await editor.resolveCustomEditor(document, panel, new vscode.CancellationTokenSource().token);
			sentences.push(/<p role="alert">(.*)<\/p>/.exec(panel.webview.html)?.[1] ?? '');
			assert.doesNotMatch(panel.webview.html, /<script>/);
			panel.dispose();
		}
		assert.match(sentences[0] ?? '', /is empty/);
		assert.match(sentences[1] ?? '', /is not a Memory Manager recording/);
		assert.match(sentences[2] ?? '', /newer Memory Manager \(format 99\)/);
	});

	it('goes on with the default where a setting is wrong', async () => {
		const section = vscode.workspace.getConfiguration(SETTINGS_SECTION);
		await section.update(settingKeys.samplesPerSecond, -5, vscode.ConfigurationTarget.Workspace);
		try {
			assert.equal(api.configuration.read(vscode.Uri.file(join(workspaceFolder(), 'a.mjs'))).samplesPerSecond, 20);
		} finally {
			await section.update(settingKeys.samplesPerSecond, undefined, vscode.ConfigurationTarget.Workspace);
		}
	});
});
