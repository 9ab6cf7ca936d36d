// `node test/support/pictures.ts`: the pictures of the README and of the walkthrough, taken of a real run.
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { projectRoot } from '../../scripts/paths.ts';
import { copyExamples } from './exampleWorkspace.ts';
import { waitForState } from './interfacePanel.ts';
import { TestWindow } from './interfaceWindow.ts';
import { waitFor } from './waitFor.ts';

const SCRIPT = 'flights.mjs';
const size = { width: 1500, height: 950 };
/** An example takes ten seconds on a quiet machine. */
const RUN_MS = 180_000;

const media = (name: string): string => join(projectRoot, 'media', `${name}.png`);

async function take(page: Page, name: string, clip?: { x: number; y: number; width: number; height: number }) {
	// Nothing that lights up under the pointer.
	await page.mouse.move(0, 0);
	await waitFor(async () => (await page.locator('.monaco-hover:visible').count()) === 0, { what: 'tooltips to go' });
	await page.screenshot({ path: media(name), ...(clip && { clip }) });
	console.log(media(name));
}

async function openExample(theme: 'dark' | 'light'): Promise<TestWindow> {
	const settings = { 'editor.minimap.enabled': false, 'window.title': 'examples', 'breadcrumbs.enabled': false };
	return TestWindow.open({ workspace: copyExamples, theme, size, settings });
}

async function closeTab(window: TestWindow, name: string): Promise<void> {
	await window.tab(name).click({ button: 'middle' });
	await waitFor(async () => (await window.page.locator('.tabs-container .tab').count()) === 1, {
		what: `${name} to be closed`,
	});
}

async function runExample(window: TestWindow): Promise<void> {
	const panel = await window.profile(SCRIPT);
	await waitForState(panel, 'exited with code 0', RUN_MS);
	await window.command('View: Hide Panel');
}

async function pictureOfPanel(theme: 'dark' | 'light'): Promise<void> {
	const window = await openExample(theme);
	try {
		await window.sidebar();
		if (theme === 'dark') await pictureOfMenu(window);
		await runExample(window);
		if (theme === 'dark') await pictureOfLenses(window);
		await closeTab(window, SCRIPT);
		const wide = await window.panel(SCRIPT);
		await waitFor(() => wide.evaluate('innerWidth > 1000'), { what: 'the panel to fill the window' });
		await wide.locator('.table-allocations tbody tr').first().waitFor();
		await wide.evaluate('new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
		await take(window.page, `panel-${theme}`);
		if (theme === 'dark') await pictureOfTwo(window);
	} finally {
		await window.close();
	}
}

async function pictureOfMenu(window: TestWindow): Promise<void> {
	const { page } = window;
	await window.openFile(SCRIPT);
	const editor = page.locator('.editor-group-container').first();
	await editor.locator('.editor-actions .dropdown-action-container .codicon-chevron-down').first().click();
	await page.locator('.monaco-menu').filter({ hasText: 'Profile with memory manager' }).waitFor();
	await page.evaluate('Promise.allSettled(document.getAnimations().map(animation => animation.finished))');
	const box = await boxOf(editor);
	const clip = { ...box, height: 230 };
	await page.screenshot({ path: media('walkthrough-profile'), clip });
	await page.keyboard.press('Escape');
}

async function pictureOfLenses(window: TestWindow): Promise<void> {
	const { page } = window;
	const lens = page.locator('.codelens-decoration').filter({ hasText: /call/ });
	await waitFor(async () => (await lens.count()) >= 3, { what: 'figures above three regions' });
	const [box, at] = await Promise.all([boxOf(page.locator('.editor-group-container').first()), boxOf(lens.first())]);
	await take(page, 'walkthrough-region', { ...box, y: Math.max(box.y, at.y - 60), height: 240 });
}

async function pictureOfTwo(window: TestWindow): Promise<void> {
	const { page } = window;
	const sidebar = await window.sidebar();
	await sidebar.locator('vscode-button').filter({ hasText: 'Run again' }).click();
	await waitFor(async () => (await sidebar.locator('.recording-open').count()) === 2, { what: 'a second recording' });
	const panel = await window.panel(SCRIPT);
	await waitForState(panel, 'exited with code 0', RUN_MS);
	await window.command('View: Hide Panel');
	await sidebar.locator('.recording-open').last().click();
	await waitFor(async () => (await page.locator('.tabs-container .tab').count()) === 2, { what: 'the recording' });
	await window.command('View: Move Editor into Right Group');
	await waitFor(async () => (await page.locator('.tabs-container .tab.active').count()) === 2, { what: 'two editors' });
	await waitFor(async () => (await drawnPanels(page)) === 2, { what: 'both to be drawn' });
	await take(page, 'walkthrough-compare');
}

/** Webviews that show an allocation profile now; those that were moved are loaded again. */
async function drawnPanels(page: Page): Promise<number> {
	const drawn = page.frames().map(frame =>
		frame
			.locator('.table-allocations')
			.isVisible()
			.catch(() => false),
	);
	return (await Promise.all(drawn)).filter(Boolean).length;
}

async function boxOf(locator: Locator) {
	const box = await locator.boundingBox();
	if (!box) throw new Error('Nothing of it is visible.');
	return box;
}

for (const theme of ['light', 'dark'] as const) await pictureOfPanel(theme);
