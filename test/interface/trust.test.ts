import assert from 'node:assert/strict';
import { join } from 'node:path';
import { nodeBinary } from '../../scripts/nodes.ts';
import { ProfiledRun } from '../support/engineRuns.ts';
import type { ExampleWorkspace } from '../support/exampleWorkspace.ts';
import { showTab, waitForState } from '../support/interfacePanel.ts';
import { keepPictureOfFailure, TestWindow } from '../support/interfaceWindow.ts';
import { copyScripts } from '../support/interfaceWorkspace.ts';
import { screenshot } from '../support/vscodePage.ts';

describe('A workspace that is not trusted', () => {
	let window: TestWindow;

	before(async () => {
		window = await TestWindow.open({
			trust: false,
			workspace: scriptsWithRecording,
			settings: { 'security.workspace.trust.startupPrompt': 'never' },
		});
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	it('refuses to profile and says why', async () => {
		await window.openFile('rows.mjs');
		await window.command('Profile with memory manager');
		// Toasts are off while VS Code is driven by a test; the centre shows the same.
		await window.command('Notifications: Show Notifications');
		const notice = window.page.locator('.notifications-center .notification-list-item').first();
		await notice.filter({ hasText: 'this workspace is not trusted' }).waitFor();
		assert.match(await notice.innerText(), /Manage trust/);
		await screenshot(window.page, 'untrusted');
	});

	it('shows its side bar without a way to start', async () => {
		const sidebar = await window.sidebar();
		await sidebar.locator('.banner', { hasText: 'not trusted' }).waitFor();
		assert.equal(await sidebar.locator('vscode-button').count(), 0);
	});

	it('shows recordings', async () => {
		await window.openFile('kept.memrec');
		const panel = await window.panel('rows.mjs');
		await waitForState(panel, 'exited with code 3');
		await showTab(panel, 'regions');
		await panel.locator('.table-regions tr', { hasText: 'make rows' }).waitFor();
	});
});

async function scriptsWithRecording(): Promise<ExampleWorkspace> {
	const workspace = await copyScripts();
	const target = { kind: 'script', path: join(workspace.folder, 'rows.mjs'), args: [] } as const;
	const recordingPath = join(workspace.folder, 'kept.memrec');
	// Not disposed, which would remove the recording.
	await (await ProfiledRun.start({ target, recordingPath, nodePath: await nodeBinary(24) })).finished();
	return workspace;
}
