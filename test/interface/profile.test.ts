import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { bytesOf, cellText, legendBytes, showTab, stateText, waitForState } from '../support/interfacePanel.ts';
import { keepPictureOfFailure, TestWindow } from '../support/interfaceWindow.ts';
import { screenshot, waitFor } from '../support/vscodePage.ts';

describe('Profile with memory manager', () => {
	let window: TestWindow;
	let panel: Frame;

	before(async () => {
		window = await TestWindow.open();
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	it('opens the panel from the palette and shows a line that rises', async () => {
		await window.openFile('rows.mjs');
		await window.command('Profile with memory manager');
		const started = performance.now();
		panel = await window.panel('rows.mjs');
		const first = await waitFor(() => legendBytes(panel, 'RSS'), { what: 'the first sample' });
		console.log(`      command to first sample on the screen: ${(performance.now() - started).toFixed(0)} ms`);
		assert.equal(await stateText(panel), 'running');
		const risen = async () => ((await legendBytes(panel, 'RSS')) ?? 0) > first + 10 * 1024 ** 2;
		await waitFor(risen, { what: `RSS to rise by 10 MB from ${first} bytes` });
		await screenshot(window.page, 'profile-running');
	});

	it('shows how the script ended', async () => {
		await waitForState(panel, 'exited with code 3');
	});

	it('lists the regions with their calls', async () => {
		await showTab(panel, 'regions');
		assert.equal(await cellText(panel, 'regions', 'make rows', 'calls'), '24');
		assert.equal(await cellText(panel, 'regions', 'sum', 'calls'), '1');
		const peak = bytesOf(await cellText(panel, 'regions', 'make rows', 'peak')) ?? 0;
		assert.ok(peak > 30 * 1024 ** 2, `peak RSS of ${peak} bytes`);
	});

	it('names the function that allocated, and opens its line', async () => {
		await showTab(panel, 'allocations');
		const self = bytesOf(await cellText(panel, 'allocations', 'makeRows', 'self')) ?? 0;
		assert.ok(self > 10 * 1024 ** 2, `makeRows holds ${self} bytes`);
		await panel.locator('.table-allocations tr').filter({ hasText: 'makeRows' }).locator('button.place').click();
		await waitFor(async () => (await window.position())?.line === 7, { what: 'the editor at line 7' });
		assert.match((await window.tab('rows.mjs').getAttribute('class')) ?? '', /active/);
	});
});
