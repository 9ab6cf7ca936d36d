import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { waitForState } from '../support/interfacePanel.ts';
import { keepPictureOfFailure, TestWindow } from '../support/interfaceWindow.ts';
import { screenshot, waitFor } from '../support/vscodePage.ts';

const KEPT = 'kept.push(Buffer.alloc';

describe('Figures beside source lines', () => {
	let window: TestWindow;
	let panel: Frame;

	before(async () => {
		window = await TestWindow.open();
		panel = await window.profile('windows.mjs');
		await waitForState(panel, 'exited with code 0');
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	/** The text behind the line that has `code` in it; VS Code draws it by a style, not as text of the page. */
	const behind = (code: string): Promise<string> =>
		window.page
			.locator('.editor-instance .view-line')
			.filter({ hasText: code })
			.first()
			.evaluate(line => {
				// Types of the page are not those of the tests.
				const { getComputedStyle } = globalThis as unknown as {
					getComputedStyle(element: unknown, pseudo: string): { content: string };
				};
				return [...line.querySelectorAll('span')].map(span => getComputedStyle(span, '::after').content).join(' ');
			});
	const gutterMarks = () => window.page.locator('.editor-instance .cgmr').count();
	const focusEditor = async () => {
		await window.tab('windows.mjs').click();
		await window.page.locator('.editor-instance .view-line').filter({ hasText: KEPT }).first().click();
	};

	it('stand behind the line that holds the buffers, with heat in the gutter', async () => {
		await waitFor(async () => /outside \d+.* MB/.test(await behind(KEPT)), { what: 'figures behind the line' });
		assert.ok((await gutterMarks()) > 0);
		assert.doesNotMatch(await behind('kept.length'), /outside/);
		await screenshot(window.page, 'annotations');
	});

	it('stay with their line when one is typed above it', async () => {
		await focusEditor();
		await window.page.keyboard.press('Control+Home');
		await window.page.keyboard.type('// A new line.\n');
		await waitFor(async () => /outside/.test(await behind(KEPT)), { what: 'figures behind the moved line' });
		assert.doesNotMatch(await behind('await wait(40)'), /outside/);
	});

	it('lead to the flame graph, to the line as the run saw it', async () => {
		await focusEditor();
		await window.command('Memory Manager: Show this line in the flame graph');
		const row = panel.locator('.table-allocations tr.picked');
		await row.waitFor();
		assert.match(await row.first().innerText(), /windows\.mjs:11/);
	});

	it('go and come by one command', async () => {
		await focusEditor();
		const command = 'Memory Manager: Switch figures beside lines on or off';
		await window.command(command);
		await waitFor(async () => (await gutterMarks()) === 0, { what: 'the gutter to be bare' });
		await window.command(command);
		await waitFor(async () => (await gutterMarks()) > 0, { what: 'the heat to be back' });
	});
});
