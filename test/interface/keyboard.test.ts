import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { waitForState } from '../support/interfacePanel.ts';
import { keepPictureOfFailure, TestWindow } from '../support/interfaceWindow.ts';
import { waitFor } from '../support/vscodePage.ts';

/** More stops than the panel has before the thing that is looked for mean that it cannot be reached. */
const MOST_STOPS = 80;

describe('The panel by keyboard alone', () => {
	let window: TestWindow;
	let panel: Frame;

	before(async () => {
		window = await TestWindow.open();
		panel = await window.profile('rows.mjs');
		await waitForState(panel, 'exited with code 3');
		await window.page.keyboard.press('Control+2');
		await waitFor(() => panel.evaluate('document.hasFocus()'), { what: 'the panel to have the focus' });
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	const focused = (selector: string) =>
		panel.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`);

	async function tabTo(selector: string): Promise<void> {
		for (let stop = 0; stop < MOST_STOPS; stop++) {
			if (await focused(selector)) return;
			await window.page.keyboard.press('Tab');
		}
		assert.fail(`${selector} was not reached with ${MOST_STOPS} presses of Tab`);
	}

	it('reaches the tabs and switches them with the arrows', async () => {
		await tabTo('[role="tab"]');
		assert.ok(await focused('#tab-allocations'));
		await window.page.keyboard.press('ArrowRight');
		await panel.locator('#tab-regions[aria-selected="true"]').waitFor();
		assert.ok(await focused('#tab-regions'));
		await window.page.keyboard.press('End');
		await panel.locator('#tab-process[aria-selected="true"]').waitFor();
		await window.page.keyboard.press('Home');
		await panel.locator('#tab-allocations[aria-selected="true"]').waitFor();
	});

	it('opens a source link with Enter', async () => {
		await tabTo('button.place');
		const [, line] = /:(\d+)/.exec(await panel.evaluate<string>('document.activeElement.textContent')) ?? [];
		assert.ok(line, 'the link names its line');
		await window.page.keyboard.press('Enter');
		await waitFor(async () => (await window.position())?.line === Number(line), { what: `the editor at line ${line}` });
	});
});
