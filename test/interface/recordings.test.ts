import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { Frame } from 'playwright-core';
import { RECORDING_FORMAT } from '../../src/protocol/recording.ts';
import { recordingHeader } from '../support/engineHeader.ts';
import { showTab, waitForState } from '../support/interfacePanel.ts';
import { keepPictureOfFailure, selectors, TestWindow } from '../support/interfaceWindow.ts';
import { screenshot, waitFor, webviewFrame } from '../support/vscodePage.ts';

const header = (part: object) => `${JSON.stringify({ ...recordingHeader, ...part })}\n`;
const unreadable: Record<string, { text: string; says: RegExp }> = {
	'empty.memrec': { text: '', says: /empty/i },
	'damaged.memrec': { text: 'not ours\n\u0000\u0001\n', says: /not a Memory Manager recording/ },
	'newer.memrec': { text: header({ format: RECORDING_FORMAT + 1 }), says: /newer/i },
};

describe('Recordings', () => {
	let window: TestWindow;

	before(async () => {
		window = await TestWindow.open();
		for (const [name, { text }] of Object.entries(unreadable)) await writeFile(window.pathOf(name), text);
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	it('open from the list in the side bar and show what the run showed', async () => {
		const live = await window.profile('rows.mjs');
		await waitForState(live, 'exited with code 3');
		const shown = await everyTab(live);
		const sidebar = await window.sidebar();
		await sidebar.locator('.recording-open').first().waitFor();
		await screenshot(window.page, 'recordings');
		await window.closeEditors();
		await sidebar.locator('.recording-open').first().click();
		const recording = await window.panel('rows.mjs');
		await recording.locator('.header .tag', { hasText: 'recording' }).waitFor();
		await waitForState(recording, 'exited with code 3');
		assert.deepEqual(await everyTab(recording), shown);
		await screenshot(window.page, 'recording-reopened');
	});

	for (const [name, { says }] of Object.entries(unreadable)) {
		it(`say in one sentence why ${name} cannot be shown`, async () => {
			await window.closeEditors();
			await window.openFile(name);
			const page = await webviewFrame(window.page, selectors.message);
			assert.match(await page.locator('p[role="alert"]').innerText(), says);
			await screenshot(window.page, `recording-${name.replace('.memrec', '')}`);
		});
	}
});

/** What each tab says, but for what only one of the two can know. */
async function everyTab(panel: Frame): Promise<Record<string, string[]>> {
	const content: Record<string, string[]> = {};
	for (const tab of ['allocations', 'regions'] as const) {
		await showTab(panel, tab);
		await waitFor(() => panel.locator(`.table-${tab} tbody tr`).count(), { what: `rows in ${tab}` });
		content[tab] = await panel.locator(`.table-${tab} tbody tr`).allTextContents();
	}
	await showTab(panel, 'memory');
	content.memory = await panel.locator('#tab-content h2').allInnerTexts();
	return content;
}
