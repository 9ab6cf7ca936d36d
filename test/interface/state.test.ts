import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { showTab, waitForState } from '../support/interfacePanel.ts';
import { keepPictureOfFailure, TestWindow } from '../support/interfaceWindow.ts';
import { waitFor } from '../support/vscodePage.ts';

describe('The state of the panel', () => {
	let window: TestWindow;
	let panel: Frame;

	before(async () => {
		window = await TestWindow.open();
		panel = await window.profile('rows.mjs');
		await waitForState(panel, 'exited with code 3');
		await showTab(panel, 'regions');
		await panel.locator('.legend-item', { hasText: 'Heap total' }).click();
		await panel.locator('.table-regions th.column-calls button').click();
		await assertKept();
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	async function assertKept(): Promise<void> {
		await panel.locator('#tab-regions[aria-selected="true"]').waitFor();
		await panel.locator('.legend-item[aria-pressed="false"]', { hasText: 'Heap total' }).waitFor();
		await panel.locator('.table-regions th.column-calls[aria-sort="descending"]').waitFor();
		assert.equal(await panel.locator('.table-regions tbody tr').first().locator('.column-calls').innerText(), '24');
	}

	it('survives being hidden behind another editor', async () => {
		await window.tab('Memory: rows.mjs').click();
		await window.openFile('idle.mjs');
		await waitFor(() => panel.isDetached(), { what: 'the panel to be hidden' });
		await window.tab('Memory: rows.mjs').click();
		panel = await window.panel('rows.mjs');
		await assertKept();
	});

	it('survives a reload of the window', async () => {
		await window.command('Developer: Reload Window');
		await waitFor(() => panel.isDetached(), { what: 'the window to be loaded anew' });
		panel = await window.panel('rows.mjs');
		await waitForState(panel, 'exited with code 3');
		await assertKept();
	});
});
