import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Frame } from 'playwright-core';
import { seriousFaults } from '../support/accessibility.ts';
import { fixture } from '../support/engineRuns.ts';
import { bytesOf, showTab, waitForState } from '../support/interfacePanel.ts';
import { keepPictureOfFailure, TestWindow } from '../support/interfaceWindow.ts';
import { screenshot, waitFor, webviewFrame } from '../support/vscodePage.ts';

const ROOT = '#memory-manager-snapshot';

describe('Heap snapshots', () => {
	let window: TestWindow;

	before(async () => {
		window = await TestWindow.open({ size: { width: 1400, height: 900 } });
		const paths = [window.pathOf('before.heapsnapshot'), window.pathOf('after.heapsnapshot')];
		await promisify(execFile)(process.execPath, [fixture('heapSnapshots.cjs'), ...paths]);
		await writeFile(window.pathOf('cut.heapsnapshot'), '{"snapshot":{"meta":');
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	/** Opens a snapshot by the command and the dialog that follows. */
	async function open(name: string): Promise<Frame> {
		await window.command('Open heap snapshot');
		const input = window.page.locator('.quick-input-widget:visible input').first();
		const tab = window.tab(name);
		// The dialog writes the folder into the input once more when it has listed it.
		const entered = async () => {
			if (await tab.isVisible()) return true;
			await input.fill(window.pathOf(name), { timeout: 1_000 });
			await window.page.keyboard.press('Enter');
			return tab.isVisible();
		};
		await waitFor(entered, { what: `an editor of ${name}` });
		return webviewFrame(window.page, `${ROOT} main > *`);
	}

	/** In each theme; ends with the dark one, which the next test begins with. */
	async function checkThemes(page: Frame, what: string): Promise<void> {
		for (const theme of ['highContrast', 'light', 'dark'] as const) {
			await window.setTheme(theme, page);
			await screenshot(window.page, `snapshot-${theme}-${what}`);
			assert.deepEqual(await seriousFaults(page, 'snapshot'), [], theme);
		}
	}

	it('show which class holds the bytes and what holds an object of it', async () => {
		const page = await open('before.heapsnapshot');
		await page.locator('.table-classes tbody tr').first().waitFor();
		await page.locator('.search').locator('input').fill('pict');
		const row = page.locator('.table-classes tbody tr').filter({ hasText: 'Picture' }).first();
		await waitFor(async () => (await page.locator('.table-classes tbody tr').count()) < 10);
		assert.equal(await row.locator('.column-count').innerText(), '10');
		const retained = bytesOf(await row.locator('.column-retainedBytes').innerText()) ?? 0;
		assert.ok(Math.abs(retained / 10_000_000 - 1) < 0.02, String(retained));
		await row.locator('.disclosure').focus();
		await window.page.keyboard.press('Enter');
		await page.locator('.table-objects tbody tr').first().locator('.object').click();
		await page.locator('.way li').first().waitFor();
		assert.match(await page.locator('.way').innerText(), /pictures[\s\S]*store/);
		await page.locator('.holder-list .disclosure').first().click();
		await page.locator('.holder-list .holder-list li').first().waitFor();
		await checkThemes(page, 'classes');
	});

	it('show who owns the array buffers', async () => {
		const page = await webviewFrame(window.page, `${ROOT} main > *`);
		await page.locator('#tab-buffers').click();
		const first = page.locator('.table-owners tbody tr').first();
		await first.waitFor();
		assert.match(await first.innerText(), /Picture\s+\.pixels/);
		await checkThemes(page, 'buffers');
	});

	it('are compared with another of the folder', async () => {
		await window.closeEditors();
		const page = await open('after.heapsnapshot');
		await page.locator('.table-classes tbody tr').first().waitFor();
		await window.command('Compare heap snapshots');
		const choice = window.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'before.heapsnapshot' });
		await choice.click();
		await page.locator('.table-changes tbody tr').first().waitFor();
		await page.locator('.search').locator('input').fill('later');
		const row = page.locator('.table-changes tbody tr').filter({ hasText: 'Later' }).first();
		await row.waitFor();
		assert.equal(await row.locator('.column-countChange').innerText(), '+50');
		await page.locator('.search').locator('input').fill('');
		await waitFor(async () => (await page.locator('.table-changes tbody tr').count()) > 3);
		assert.match(await page.locator('.sentence').innerText(), /Since before\.heapsnapshot.*one process/s);
		await checkThemes(page, 'changes');
	});

	it('say in one sentence why one cannot be shown', async () => {
		await window.closeEditors();
		const page = await open('cut.heapsnapshot');
		assert.match(await page.locator('[role="alert"]').innerText(), /cut\.heapsnapshot.*ends at byte 20/);
		await checkThemes(page, 'cut');
	});
});

describe('A heap snapshot of a running script', () => {
	let window: TestWindow;

	before(async () => {
		window = await TestWindow.open({ size: { width: 1400, height: 900 } });
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	it('is taken by the command and opened from the panel', async () => {
		const panel = await window.profile('idle.mjs');
		await waitForState(panel, 'running');
		const name = 'taken.heapsnapshot';
		await window.command('Take heap snapshot');
		const input = window.page.locator('.quick-input-widget:visible input').first();
		const open = panel.locator('.snapshot-fact vscode-button');
		const saved = async () => {
			if ((await open.count()) > 0) return true;
			if (await input.isVisible()) {
				await input.fill(window.pathOf(name), { timeout: 1_000 });
				await window.page.keyboard.press('Enter');
			} else await showTab(panel, 'process');
			return false;
		};
		await waitFor(saved, { what: 'the snapshot in the tab Process', deadlineMs: 60_000 });
		await screenshot(window.page, 'snapshot-taken');
		await open.first().click();
		const page = await webviewFrame(window.page, `${ROOT} .table-classes`, { deadlineMs: 60_000 });
		assert.equal(await page.locator('h1').innerText(), name);
	});
});
