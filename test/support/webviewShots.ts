/** Pictures of the panel and the side bar in every theme and width, and what axe says of them. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { screenshotFolder } from '../../scripts/paths.ts';
import { PANEL_TABS } from '../../src/protocol/panel.ts';
import { launchBrowser } from './browser.ts';
import { startWebviewHarness } from './webviewHarness.ts';

const { values } = parseArgs({
	options: { recording: { type: 'string' }, only: { type: 'string' }, axe: { type: 'boolean' } },
});
const folder = join(screenshotFolder, 'harness');
await mkdir(folder, { recursive: true });

interface Shot {
	name: string;
	path: string;
	width: number;
	height: number;
	tab?: string;
	act?(page: Page): Promise<void>;
}

const scenario = values.recording ? 'recording' : 'ended';
const shots: Shot[] = [
	...['dark', 'light', 'highContrast'].flatMap(theme => [
		...PANEL_TABS.map(tab => ({
			name: `panel-${theme}-${tab}`,
			path: `/panel?theme=${theme}&scenario=${scenario}`,
			width: 1500,
			height: 1000,
			tab,
		})),
		{ name: `sidebar-${theme}`, path: `/sidebar?theme=${theme}&scenario=live`, width: 300, height: 900 },
	]),
	...PANEL_TABS.map(tab => ({
		name: `narrow-${tab}`,
		path: `/panel?theme=dark&scenario=${scenario}`,
		width: 520,
		height: 1100,
		tab,
	})),
	// What a real run has told: its peak, a selected time and one region.
	...(values.recording
		? ['dark', 'light', 'highContrast'].flatMap(theme => {
				const from = { path: `/panel?theme=${theme}&scenario=recording`, width: 1500, height: 1000 };
				return [
					{ name: `selection-${theme}`, ...from, act: selectTime },
					{ name: `peak-${theme}`, ...from, act: (page: Page) => page.locator('.peak-button').click() },
					{ name: `region-${theme}`, ...from, tab: 'regions', act: showRegion },
					{ name: `selection-narrow-${theme}`, ...from, width: 520, act: selectTime },
				];
			})
		: []),
	{ name: 'live', path: '/panel?theme=dark&scenario=live', width: 1100, height: 900 },
	{ name: 'oom', path: '/panel?theme=light&scenario=outOfMemory', width: 1100, height: 900 },
	{ name: 'fresh', path: '/panel?theme=dark&scenario=fresh', width: 1100, height: 900 },
	{ name: 'fresh-regions', path: '/panel?theme=dark&scenario=fresh', width: 1100, height: 900, tab: 'regions' },
	...(['memory', 'work', 'findings'] as const).map(tab => ({
		name: `fresh-${tab}`,
		path: '/panel?theme=dark&scenario=fresh',
		width: 1100,
		height: 900,
		tab,
	})),
	{ name: 'clean-findings', path: '/panel?theme=light&scenario=clean', width: 1100, height: 900, tab: 'findings' },
	{ name: 'none', path: '/panel?theme=dark&scenario=none', width: 1100, height: 600 },
	{ name: 'sidebar-narrow', path: '/sidebar?theme=light&scenario=live', width: 200, height: 900 },
	{ name: 'sidebar-none', path: '/sidebar?theme=dark&scenario=none', width: 300, height: 500 },
	{ name: 'sidebar-untrusted', path: '/sidebar?theme=dark&scenario=untrusted', width: 300, height: 400 },
];

async function selectTime(page: Page): Promise<void> {
	const box = await page.locator('.memory-chart .u-over').boundingBox();
	if (!box) throw new Error('The chart is not drawn.');
	const y = box.y + box.height / 2;
	await page.mouse.move(box.x + box.width * 0.45, y);
	await page.mouse.down();
	await page.mouse.move(box.x + box.width * 0.75, y, { steps: 5 });
	await page.mouse.up();
}

async function showRegion(page: Page): Promise<void> {
	const button = page.getByText('Show allocations').first();
	if ((await button.count()) > 0) await button.click();
}

const { origin, server } = await startWebviewHarness(values.recording ? { recording: values.recording } : {});
const browser = await launchBrowser();
try {
	for (const shot of shots.filter(({ name }) => !values.only || new RegExp(values.only).test(name))) {
		const context = await browser.newContext({ viewport: { width: shot.width, height: shot.height } });
		const page = await context.newPage();
		page.on('console', message => {
			if (message.type() !== 'log') console.log(`${shot.name}: ${message.type()} ${message.text()}`);
		});
		page.on('pageerror', error => console.log(`${shot.name}: ${error.stack}`));
		await page.goto(origin + shot.path);
		await page.locator('main').waitFor();
		if (shot.tab) await page.locator(`#tab-${shot.tab}`).click();
		await shot.act?.(page);
		await page.evaluate('new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
		await page.screenshot({ path: join(folder, `${shot.name}.png`), fullPage: true });
		if (values.axe) {
			const { violations } = await new AxeBuilder({ page }).analyze();
			for (const { id, impact, nodes, help } of violations) {
				console.log(`axe ${shot.name}: ${impact} ${id}: ${help}`);
				for (const node of nodes.slice(0, 4))
					console.log(
						`    ${node.html.slice(0, 160)}\n    ${node.failureSummary?.replaceAll('\n', ' ').slice(0, 300)}`,
					);
			}
		}
		await context.close();
	}
} finally {
	await browser.close();
	server.close();
}
