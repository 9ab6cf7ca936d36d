import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { MAX_SHOWN_LENGTH } from '../../src/protocol/text.ts';
import { showTab, waitForState } from '../support/interfacePanel.ts';
import { keepPictureOfFailure, TestWindow } from '../support/interfaceWindow.ts';
import { screenshot } from '../support/vscodePage.ts';

describe('Names that try to be more than text', () => {
	let window: TestWindow;
	let panel: Frame;

	before(async () => {
		window = await TestWindow.open();
		panel = await window.profile('names.mjs');
		await waitForState(panel, 'exited with code 0');
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	async function assertHarmless(frame: Frame): Promise<void> {
		assert.equal(await frame.locator('#harmed, img, body[data-harmed]').count(), 0);
	}

	it('are shown as text in the list of regions', async () => {
		await showTab(panel, 'regions');
		const names = await panel.locator('.table-regions td.column-name .name').allInnerTexts();
		assert.equal(names.length, 5);
		assert.ok(names.includes('<img src=x onerror="document.body.dataset.harmed=1">'));
		assert.ok(names.includes('<script>document.body.dataset.harmed=2</script><b id="harmed">bold</b>'));
		assert.ok(names.includes('line␊feed␀null␛[31mred⟨U+202E⟩turned'));
		assert.ok(names.includes('(no name)'));
		for (const name of names) assert.ok(Array.from(name).length <= MAX_SHOWN_LENGTH);
		await assertHarmless(panel);
		await screenshot(window.page, 'names-regions');
	});

	it('are shown as text in the list of caches and in the side bar', async () => {
		await showTab(panel, 'memory');
		assert.equal(await panel.locator('.table-caches .name').innerText(), '"><i id="harmed">cache</i>');
		const sidebar = await window.sidebar();
		assert.equal(await sidebar.locator('.store-name').innerText(), '"><i id="harmed">cache</i>');
		await assertHarmless(panel);
		await assertHarmless(sidebar);
	});
});
