import assert from 'node:assert/strict';
import { waitForState } from '../support/interfacePanel.ts';
import { keepPictureOfFailure, TestWindow } from '../support/interfaceWindow.ts';
import { screenshot, waitFor } from '../support/vscodePage.ts';

describe('CodeLens on tracked functions', () => {
	let window: TestWindow;

	before(async () => {
		window = await TestWindow.open();
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	it('starts a run with a click and shows its figures afterwards', async () => {
		await window.openFile('rows.mjs');
		const lenses = window.page.locator('.codelens-decoration');
		await waitFor(async () => (await lenses.count()) === 2, { what: 'a lens above each of the two regions' });
		// An icon stands before each, which a browser may tell as a space.
		assert.deepEqual(
			(await lenses.allInnerTexts()).map(lens => lens.trim()),
			['Profile', 'Profile'],
		);
		await lenses.first().locator('a').first().click();
		const panel = await window.panel('rows.mjs');
		await waitForState(panel, 'exited with code 3');
		const text = await waitFor(async () => (await lenses.allInnerTexts()).find(lens => lens.includes('24 calls')), {
			what: 'the calls of "make rows" above its line',
		});
		assert.match(text, /Profile.*24 calls · peak \d[\d.]* MB RSS/s);
		await screenshot(window.page, 'codelens');
		await lenses.first().locator('a').nth(1).click();
		await panel.locator('#tab-regions[aria-selected="true"]').waitFor();
	});
});
