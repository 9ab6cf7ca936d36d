import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { frameTimes } from '../support/frameTimes.ts';
import { writeGenerated } from '../support/generatedRecording.ts';
import { keepPictureOfFailure, TestWindow } from '../support/interfaceWindow.ts';
import { screenshot, waitFor } from '../support/vscodePage.ts';

/** Long enough for checkpoints, and for a series whose older part is coarse. */
const LONG = { hours: 0.5, processes: 10 };
const FRAMES = 30;

describe('A long recording', () => {
	let window: TestWindow;
	const errors: Error[] = [];

	before(async function () {
		this.timeout(300_000);
		window = await TestWindow.open();
		window.page.on('pageerror', error => errors.push(error));
		await writeGenerated(window.pathOf('long.memrec'), LONG);
	});
	after(() => window?.close());
	keepPictureOfFailure(() => window);

	it('opens, zooms into its last minute, moves, and shows the whole again', async () => {
		await window.openFile('long.memrec');
		const panel = await window.panel('generated');
		await panel.locator('.memory-chart canvas').first().waitFor();
		await screenshot(window.page, 'long-recording');
		const whole = await picture(panel);
		await wheel(panel, 'zoom', 'ctrlKey: true, deltaY: -100');
		await waitFor(async () => (await picture(panel)) !== whole, { what: 'the zoomed chart' });
		const zoomed = await picture(panel);
		await screenshot(window.page, 'long-recording-zoomed');
		await wheel(panel, 'move', 'shiftKey: true, deltaY: -40');
		await waitFor(async () => (await picture(panel)) !== zoomed, { what: 'the moved chart' });
		await panel.getByRole('button', { name: /Show the whole run/ }).click();
		await waitFor(async () => (await picture(panel)) === whole, { what: 'the whole run' });
		assert.deepEqual(errors, []);
	});
});

/** What the chart shows now. */
const picture = (panel: Frame): Promise<string> =>
	panel
		.locator('.memory-chart canvas')
		.first()
		.evaluate(canvas => (canvas as unknown as { toDataURL(): string }).toDataURL());

/** Turns the wheel over the right end of the chart, once for each frame, and prints what a frame took. */
async function wheel(panel: Frame, what: string, event: string): Promise<void> {
	const step = new Function(`
		const chart = document.querySelector('.memory-chart');
		const { right, top } = chart.getBoundingClientRect();
		chart.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, clientX: right - 60, clientY: top + 60, ${event} }));`);
	const { medianMs, p95Ms } = await frameTimes(panel, FRAMES, step as (frame: number) => void);
	console.log(`      ${what}: busy ${medianMs.toFixed(1)} ms a frame (median), ${p95Ms.toFixed(1)} ms (95 %)`);
}
