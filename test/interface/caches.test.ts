import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { isAlive } from '../support/engineRuns.ts';
import { cellText, fact, showTab, waitForState } from '../support/interfacePanel.ts';
import { keepPictureOfFailure, TestWindow } from '../support/interfaceWindow.ts';
import { screenshot, waitFor } from '../support/vscodePage.ts';

describe('A script that keeps a cache and is idle', () => {
	let window: TestWindow;
	let panel: Frame;
	let sidebar: Frame;
	let pid: number;

	before(async () => {
		window = await TestWindow.open();
		panel = await window.profile('idle.mjs');
		sidebar = await window.sidebar();
		await showTab(panel, 'process');
		pid = await waitFor(async () => Number(await fact(panel, 'Process id')), { what: 'the process id' });
		await showTab(panel, 'memory');
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	const cacheLine = () => sidebar.locator('.store').filter({ hasText: 'tiles' }).locator('.dim').innerText();

	it('shows its cache and its pool in the side bar and in the panel', async () => {
		await waitFor(async () => (await cacheLine()).startsWith('4.00 MB of 8.00 MB'), { what: 'a cache of 4 MB' });
		await waitFor(async () => (await cellText(panel, 'caches', 'tiles', 'bytes')) === '4.00 MB');
		await sidebar.locator('.store').filter({ hasText: 'buffers' }).waitFor();
		await screenshot(window.page, 'caches');
	});

	it('clears the cache from the side bar', async () => {
		await sidebar.locator('vscode-button[aria-label="Clear cache tiles"]').click();
		await waitFor(async () => (await cacheLine()).startsWith('0 B of 8.00 MB'), { what: 'an empty cache' });
		await waitFor(async () => (await cellText(panel, 'caches', 'tiles', 'bytes')) === '0 B');
		assert.equal(await cellText(panel, 'caches', 'tiles', 'entries'), '0');
	});

	it('collects garbage on request', async () => {
		await showTab(panel, 'process');
		const before = Number(await fact(panel, 'Of the whole heap'));
		await panel.locator('vscode-button[aria-label="Collect garbage"]').click();
		const collected = async () => Number(await fact(panel, 'Of the whole heap')) > before;
		await waitFor(collected, { what: 'one more collection of the whole heap' });
	});

	it('ends with Stop', async () => {
		assert.ok(isAlive(pid));
		await sidebar.locator('vscode-button').filter({ hasText: 'Stop' }).click();
		await waitForState(panel, 'stopped');
		await waitFor(() => !isAlive(pid), { what: 'the end of the process' });
		await sidebar.locator('vscode-button').filter({ hasText: 'Run again' }).waitFor();
	});
});
