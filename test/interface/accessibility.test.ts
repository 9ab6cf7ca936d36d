import assert from 'node:assert/strict';
import { TABS } from '../../webview/state.ts';
import { seriousFaults } from '../support/accessibility.ts';
import { cellText, showTab, waitForState } from '../support/interfacePanel.ts';
import { keepPictureOfFailure, TestWindow } from '../support/interfaceWindow.ts';
import { screenshot, waitFor } from '../support/vscodePage.ts';

for (const theme of ['dark', 'light', 'highContrast'] as const) {
	describe(`Accessibility, ${theme}`, () => {
		let window: TestWindow;

		before(async () => {
			window = await TestWindow.open({ theme, size: { width: 1500, height: 1000 } });
		});
		after(() => window?.close());
		keepPictureOfFailure(() => window);

		it('has no serious fault in the panel and the side bar while a script runs', async () => {
			const panel = await window.profile('idle.mjs');
			const sidebar = await window.sidebar();
			await showTab(panel, 'memory');
			await waitFor(async () => (await cellText(panel, 'caches', 'tiles', 'bytes')) === '4.00 MB');
			await screenshot(window.page, `${theme}-running`);
			assert.deepEqual(await seriousFaults(panel, 'panel'), []);
			assert.deepEqual(await seriousFaults(sidebar, 'sidebar'), []);
			await sidebar.locator('vscode-button').filter({ hasText: 'Stop' }).click();
			await waitForState(panel, 'stopped');
			await window.command('View: Hide Panel');
			for (const tab of TABS) {
				await showTab(panel, tab);
				await screenshot(window.page, `${theme}-${tab}`);
				assert.deepEqual(await seriousFaults(panel, 'panel'), [], `in the tab ${tab}`);
			}
			assert.deepEqual(await seriousFaults(sidebar, 'sidebar'), []);
		});
	});
}
