import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Frame } from 'playwright-core';
import { seriousFaults } from '../support/accessibility.ts';
import { cellText, fact, showTab } from '../support/interfacePanel.ts';
import { keepPictureOfFailure, TestWindow } from '../support/interfaceWindow.ts';
import { screenshot, waitFor } from '../support/vscodePage.ts';

describe('A script that uses the runtime’s tools', () => {
	let window: TestWindow;
	let panel: Frame;
	let sidebar: Frame;

	before(async () => {
		window = await TestWindow.open({ size: { width: 1500, height: 1000 } });
		panel = await window.profile('runtimeTools.mjs');
		sidebar = await window.sidebar();
		await showTab(panel, 'findings');
		await panel.locator('.finding').first().waitFor({ timeout: 60_000 });
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	const finding = (title: string) => panel.locator('.finding').filter({ hasText: title }).first();

	it('has its findings with evidence and advice, counted on the tab', async () => {
		const leak = finding('keepRows');
		assert.match(await leak.locator('.finding-severity').innerText(), /^(Problem|Warning)$/);
		assert.ok((await leak.locator('.evidence li').count()) > 0);
		assert.match(await leak.locator('.advice').innerText(), /Tool: BoundedCache$/);
		assert.equal(await finding('tiles').locator('.finding-bytes').innerText(), '4.00 MB');
		assert.match(await panel.locator('.tab-content .sentence').innerText(), /took .* forced \d+ collections/);
		const count = await panel.locator('.finding').count();
		assert.equal(await panel.locator('#tab-findings .count').innerText(), String(count));
		await screenshot(window.page, 'findings');
	});

	it('shows its batches with the reason of each size', async () => {
		await showTab(panel, 'work');
		assert.equal(
			await cellText(panel, 'batches', 'resize', 'items'),
			'2 000 of 2 000'.replaceAll(/(\d) (\d)/g, '$1\u202f$2'),
		);
		assert.match(await cellText(panel, 'batches', 'resize', 'size'), /\(4–64\)/);
		assert.equal(await panel.locator('.table-batches b').count(), 0, 'a name is text');
		const decision = panel.locator('.table-decisions tbody tr').filter({ hasText: 'memory pressure' }).first();
		assert.equal(await decision.locator('.column-size').innerText(), '32');
		assert.notEqual(await decision.locator('.column-reason').innerText(), '');
		assert.match(await cellText(panel, 'operations', 'join', 'ratio'), / ×$/);
		assert.match(await cellText(panel, 'streams', 'runtimeTools.mjs', 'progress'), /100 %/);
		await screenshot(window.page, 'work');
	});

	it('reaches each decision with the arrow keys', async () => {
		const chart = panel.locator('.batch-course canvas');
		await chart.focus();
		await window.page.keyboard.press('ArrowRight');
		await waitFor(async () => /start/.test(await panel.locator('.tooltip').innerText()), {
			what: 'the first decision',
		});
		await window.page.keyboard.press('ArrowRight');
		await waitFor(async () => /64 → 32 items/.test(await panel.locator('.tooltip').innerText()), {
			what: 'the second',
		});
	});

	it('shows what is on disk, weakly held and in tensors', async () => {
		await showTab(panel, 'memory');
		assert.match(await cellText(panel, 'spills', 'pages', 'writes'), /^[1-9]/);
		assert.equal(await cellText(panel, 'spills', 'pages', 'bound'), '4.00 MB');
		assert.equal(await cellText(panel, 'weakCaches', 'headers', 'entries'), '1');
		assert.equal(await cellText(panel, 'tensorDicts', 'survey', 'bytes'), '27.3 KB');
		await panel.locator('.table-tensorDicts button.disclosure').click();
		assert.match(await panel.locator('.table-tensorDicts .detail').innerText(), /flux\s+float32\s+1\u202f000 × 6/);
	});

	it('tells pressure and cleanups', async () => {
		await showTab(panel, 'memory');
		assert.match(await cellText(panel, 'pressures', 'simulated', 'level'), /^high/);
		const row = panel.locator('.table-cleanups tbody tr').filter({ hasText: 'memory pressure (high)' }).first();
		await row.locator('button.disclosure').click();
		const steps = panel.locator('.table-cleanups .detail li');
		assert.match(await steps.first().innerText(), /cache tiles/);
		await panel.locator('canvas[aria-label^="Memory pressure"]').waitFor();
	});

	it('sets the collection strategy from the side bar', async () => {
		const select = sidebar.locator('.strategy select');
		await select.selectOption('aggressive');
		await waitFor(async () => (await select.inputValue()) === 'aggressive', { what: 'the strategy in force' });
		await showTab(panel, 'process');
		await waitFor(async () => (await fact(panel, 'Strategy')) === 'Aggressive');
		assert.equal(await fact(panel, 'Profile'), 'default');
	});

	it('cleans up from the side bar', async () => {
		await sidebar.locator('vscode-button').filter({ hasText: 'Comprehensive cleanup' }).click();
		const line = () => sidebar.locator('.store').filter({ hasText: 'tiles' }).first().locator('.dim').innerText();
		await waitFor(async () => (await line()).startsWith('0 B of 8.00 MB'), { what: 'an empty cache' });
		await showTab(panel, 'memory');
		await panel.locator('.table-cleanups tbody tr').filter({ hasText: 'comprehensive cleanup' }).first().waitFor();
		await screenshot(window.page, 'cleanup');
	});

	it('has no serious fault for those who do not see it', async () => {
		for (const tab of ['memory', 'work', 'findings', 'process'] as const) {
			await showTab(panel, tab);
			assert.deepEqual(await seriousFaults(panel, 'panel'), [], `in the tab ${tab}`);
		}
		assert.deepEqual(await seriousFaults(sidebar, 'sidebar'), []);
	});

	it('opens the line that a finding names', async () => {
		await showTab(panel, 'findings');
		const link = finding('keepRows').locator('button.place').first();
		const source = await readFile(window.pathOf('runtimeTools.mjs'), 'utf8');
		const line = 1 + source.split('\n').findIndex(text => text.startsWith('function keepRows'));
		assert.match(await link.innerText(), new RegExp(`:${line}$`));
		await link.click();
		await waitFor(async () => (await window.position())?.line === line, { what: 'the editor at the leak' });
	});
});
