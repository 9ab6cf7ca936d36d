import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { cellText, showTab } from '../support/interfacePanel.ts';
import { keepPictureOfFailure, TestWindow } from '../support/interfaceWindow.ts';
import { screenshot, waitFor } from '../support/vscodePage.ts';

describe('A script that reads files of several formats', () => {
	let window: TestWindow;
	let panel: Frame;

	before(async () => {
		window = await TestWindow.open({ size: { width: 1500, height: 1000 } });
		panel = await window.profile('readers.mjs');
		await showTab(panel, 'work');
		await panel.locator('.table-streams').waitFor({ timeout: 60_000 });
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	const cell = async (file: string, column: string) =>
		(await cellText(panel, 'streams', file, column)).replaceAll('\u202f', '');

	it('shows its readers with format, bytes and items', async () => {
		await waitFor(async () => (await cell('events.dat', 'items')) === '1000', { what: 'all records' });
		assert.equal(await cell('field.fits', 'kind'), 'FITS');
		assert.equal(await cell('field.fits', 'items'), '1');
		assert.match(await cell('field.fits', 'read'), /^\d.* of 39\d KB$/, 'a header, and not the pixels');
		assert.match(await cell('field.fits', 'progress'), /^[1-9](\.\d)? % read$/);
		assert.equal(await cell('tone.wav', 'kind'), 'WAV');
		assert.equal(await cell('tone.wav', 'items'), '63');
		assert.match(await cell('tone.wav', 'read'), /^1\d\d KB of 125 KB$/);
		assert.match(await cell('events.dat', 'read'), / of 4\.00 MB$/);
		assert.match(await cell('events.dat', 'buffers'), / (B|KB|MB)$/);
		for (const empty of ['written', 'chunks'])
			assert.equal(await panel.locator(`.table-streams .column-${empty}`).count(), 0, `no column ${empty}`);
		await screenshot(window.page, 'readers');
	});
});
