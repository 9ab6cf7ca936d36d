import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { TABS } from '../../webview/state.ts';
import { seriousFaults } from '../support/accessibility.ts';
import { cellText, showTab, waitForState } from '../support/interfacePanel.ts';
import { keepPictureOfFailure, TestWindow } from '../support/interfaceWindow.ts';
import { screenshot, waitFor } from '../support/vscodePage.ts';

const THEMES = ['dark', 'light', 'highContrast'] as const;

describe('Accessibility', () => {
	let window: TestWindow;
	let panel: Frame;
	let sidebar: Frame;

	before(async () => {
		window = await TestWindow.open({ size: { width: 1500, height: 1000 } });
		panel = await window.profile('idle.mjs');
		sidebar = await window.sidebar();
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	async function checkSidebar(): Promise<void> {
		assert.deepEqual(await seriousFaults(sidebar, 'sidebar'), []);
	}

	for (const theme of THEMES) {
		it(`has no serious fault in the panel and the side bar while a script runs, ${theme}`, async () => {
			await window.setTheme(theme, panel);
			await showTab(panel, 'memory');
			await waitFor(async () => (await cellText(panel, 'caches', 'tiles', 'bytes')) === '4.00 MB');
			await screenshot(window.page, `${theme}-running`);
			assert.deepEqual(await seriousFaults(panel, 'panel'), []);
			await checkSidebar();
		});
	}

	for (const theme of THEMES) {
		it(`has none in any tab when it has ended, ${theme}`, async () => {
			const stop = sidebar.locator('vscode-button').filter({ hasText: 'Stop' });
			if ((await stop.count()) > 0) {
				await stop.click();
				await waitForState(panel, 'stopped');
				await window.command('View: Hide Panel');
			}
			await window.setTheme(theme, panel);
			for (const tab of TABS) {
				await showTab(panel, tab);
				await screenshot(window.page, `${theme}-${tab}`);
				assert.deepEqual(await seriousFaults(panel, 'panel'), [], `in the tab ${tab}`);
			}
			await checkSidebar();
		});
	}
});
