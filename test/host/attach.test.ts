import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/extension/extension.ts';
import { commands } from '../../src/extension/ids.ts';
import { waitFor } from '../support/waitFor.ts';
import { activeExtension, removeScripts, startedBy, workspaceFolder, writeScript } from './support.ts';

const FOR_EVER = 'const kept = []; setInterval(() => kept.push({ text: "x".repeat(1000) }), 20);';

describe('attaching', () => {
	let api: TestApi;
	before(async () => {
		api = await activeExtension();
	});
	afterEach(async () => {
		await Promise.all(api.store.running.map(({ session }) => session.stop()));
		await removeScripts();
	});

	it('follows a Node that runs with an inspector, and lets it live', async () => {
		const uri = await writeScript('inspected.cjs', FOR_EVER);
		const child = spawn('node', ['--inspect=127.0.0.1:0', uri.fsPath], { stdio: ['ignore', 'ignore', 'pipe'] });
		try {
			let stderr = '';
			child.stderr.on('data', text => {
				stderr += text;
			});
			const address = await waitFor(() => /ws:\/\/(127\.0\.0\.1:\d+)/.exec(stderr)?.[1], { what: 'the inspector' });
			const request = { kind: 'attach', address, title: address, cwd: workspaceFolder() } as const;
			const { session, model } = await api.launcher.start(request);
			await waitFor(() => model.latest?.heapUsedBytes, { what: 'a sample' });
			await session.stop();
			assert.deepEqual(await session.ended, { kind: 'detached' });
			assert.equal(child.exitCode, null);
		} finally {
			child.kill('SIGKILL');
		}
	});

	it('says what to do where nothing answers', async () => {
		const request = { kind: 'attach', address: '127.0.0.1:1', title: 'x', cwd: workspaceFolder() } as const;
		await assert.rejects(api.launcher.start(request), { code: 'attachFailed' });
	});

	it('shares the session of the JavaScript debugger', async () => {
		const uri = await writeScript('debugged.cjs', FOR_EVER);
		const folder = vscode.workspace.workspaceFolders?.[0];
		const configuration = {
			type: 'node',
			request: 'launch',
			name: 'debugged',
			program: uri.fsPath,
			console: 'internalConsole',
		};
		assert.ok(await vscode.debug.startDebugging(folder, configuration));
		try {
			await waitFor(() => vscode.debug.activeDebugSession?.parentSession, { what: 'the session of the process' });
			const shown = await startedBy(api, () => vscode.commands.executeCommand(commands.attachToDebugSession));
			await waitFor(() => shown.model.latest?.heapUsedBytes, { what: 'a sample beside the debugger' });
			await shown.session.stop();
			assert.deepEqual(await shown.session.ended, { kind: 'detached' });
			assert.ok(vscode.debug.activeDebugSession, 'the debugger goes on');
		} finally {
			await stopDebugging();
		}
	});

	it('says that there is nothing to share without a debugger', async () => {
		// VS Code may go on to name a session as active that has ended.
		const request = { kind: 'debugSession', cwd: workspaceFolder() } as const;
		await assert.rejects(api.launcher.start(request), { code: 'noDebugSession' });
	});
});

async function stopDebugging(): Promise<void> {
	const active = vscode.debug.activeDebugSession;
	const root = active?.parentSession ?? active;
	if (!root) return;
	const ended: vscode.DebugSession[] = [];
	const subscription = vscode.debug.onDidTerminateDebugSession(session => ended.push(session));
	await vscode.debug.stopDebugging(root);
	await waitFor(() => ended.some(({ id }) => id === root.id), { what: 'the end of debugging' });
	subscription.dispose();
}
