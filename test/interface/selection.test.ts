import assert from 'node:assert/strict';
import type { Frame, Locator } from 'playwright-core';
import { bytesOf, cellText, showTab, waitForState } from '../support/interfacePanel.ts';
import { keepPictureOfFailure, TestWindow } from '../support/interfaceWindow.ts';
import { screenshot, waitFor } from '../support/vscodePage.ts';

const MB = 1024 ** 2;
const KEPT_LINE = 'windows.mjs:11';
const PASSED_LINE = 'windows.mjs:18';

describe('A selected time', () => {
	let window: TestWindow;
	let panel: Frame;
	let grip: Locator;
	let chips: Locator;

	before(async () => {
		window = await TestWindow.open();
		panel = await window.profile('windows.mjs');
		await waitForState(panel, 'exited with code 0');
		grip = panel.locator('.selection-grip');
		chips = panel.locator('.chip-text');
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	const choose = (label: string) => panel.locator('.segments label', { hasText: new RegExp(`^${label}$`) }).click();
	const offHeap = async (place: string) => bytesOf(await cellText(panel, 'allocations', place, 'offHeap')) ?? 0;
	const has = (place: string) => panel.locator('.table-allocations tbody tr').filter({ hasText: place }).count();

	async function boxOf(selector: string) {
		const box = await panel.locator(selector).boundingBox();
		assert.ok(box, `${selector} is drawn`);
		return box;
	}

	it('begins with what was live: the line that holds the buffers stands first', async () => {
		await showTab(panel, 'allocations');
		const first = panel.locator('.table-allocations tbody tr').first();
		assert.match(await first.innerText(), /windows\.mjs:11/);
		assert.match(
			await panel.locator('.headline').innerText(),
			/windows\.mjs:11\s.*MB outside the heap.* of what was live$/s,
		);
		const bytes = await offHeap(KEPT_LINE);
		assert.ok(bytes > 60 * MB && bytes < 140 * MB, `${bytes} bytes for 96 MB`);
		assert.equal(await first.locator('.off-heap-mark').getAttribute('aria-label'), 'outside the heap');
	});

	it('is drawn with the pointer, and the figures are those of it', async () => {
		const { x, y, width, height } = await boxOf('.memory-chart .u-over');
		await window.page.mouse.move(x + width * 0.7, y + height / 2);
		await window.page.mouse.down();
		await window.page.mouse.move(x + width * 0.4, y + height / 2, { steps: 5 });
		await window.page.mouse.up();
		await grip.waitFor();
		assert.equal(await chips.count(), 1);
		assert.match(
			await panel.locator('.sentence').innerText(),
			/^Allocated between .* Outside the heap .*, as told (?:at|from the start to) /,
		);
		await screenshot(window.page, 'selection');
	});

	it('is moved, resized and cleared from the keyboard', async () => {
		await grip.focus();
		const before = await chips.innerText();
		await window.page.keyboard.press('ArrowRight');
		await waitFor(async () => (await chips.innerText()) !== before, { what: 'the selection to move' });
		const length = await grip.innerText();
		await window.page.keyboard.press('Shift+ArrowRight');
		await waitFor(async () => (await grip.innerText()) !== length, { what: 'the selection to grow' });
		await window.page.keyboard.press('Escape');
		await grip.waitFor({ state: 'detached' });
		assert.match(await panel.locator('.sentence').innerText(), /^Live at /);
	});

	it('is the time of a call of a region that is clicked', async () => {
		const { x, y, width, height } = await boxOf('.lane:has-text("Regions") canvas');
		// When the first call began hangs on the machine; a click beside it selects nothing.
		for (let share = 0.04; share < 1 && (await grip.count()) === 0; share += 0.04)
			await window.page.mouse.click(x + width * share, y + height / 2);
		assert.equal(await grip.count(), 1, 'a click in the lane selects a call');
		await choose('Still alive');
		assert.ok((await offHeap(KEPT_LINE)) > 60 * MB, 'the buffers of the call');
	});

	it('gives way to the whole run, of which a region can be picked', async () => {
		await panel.locator('.chip button').click();
		await showTab(panel, 'regions');
		await panel.getByRole('button', { name: 'Show allocations of pass buffers' }).click();
		await panel.locator('#tab-allocations[aria-selected="true"]').waitFor();
		assert.equal(await chips.innerText(), 'Region pass buffers');
		await choose('Allocated');
		const bytes = await offHeap(PASSED_LINE);
		assert.ok(bytes > 24 * MB && bytes < 72 * MB, `${bytes} bytes for 48 MB`);
		assert.equal(await has(KEPT_LINE), 0);
		assert.match(await panel.locator('.sentence').innerText(), /an approximation.*exact, also across await/);
		await panel.locator('.chip button').click();
		await waitFor(async () => (await has(KEPT_LINE)) > 0, { what: 'the other region to be shown again' });
	});

	it('is one press away from what held the memory at the highest RSS', async () => {
		await panel.getByRole('button', { name: 'Show what held the memory at the highest RSS' }).click();
		const title = panel.locator('.tab-content h2');
		await title.waitFor();
		assert.match(await title.innerText(), /^What held .* of RSS at /);
		assert.match(await panel.locator('.peak-sum').innerText(), /array buffers[\s\S]*RSS/);
		assert.ok((await offHeap(KEPT_LINE)) > 60 * MB);
		await screenshot(window.page, 'peak');
		await panel.getByText('Back to allocations').click();
		await panel.locator('.segments').first().waitFor();
	});
});
