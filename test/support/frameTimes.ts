import type { Frame, Page } from 'playwright-core';

export interface FrameTimes {
	frames: number;
	/** Time that the page was busy for a frame, ms: from what it was asked to the end of its drawing. */
	medianMs: number;
	p95Ms: number;
	worstMs: number;
}

/**
 * Does something for each of so many frames and measures how long the page is busy with it: its handlers, what they compute, the new
 * picture. What the browser does outside of the page's thread is not in it.
 * @param step Runs in the page with the number of the frame.
 */
export async function frameTimes(
	page: Page | Frame,
	frames: number,
	step: (frame: number) => void,
): Promise<FrameTimes> {
	const run = `(async () => {
		const step = ${step};
		const times = [];
		const channel = new MessageChannel();
		const settled = () => new Promise(resolve => {
			channel.port1.onmessage = resolve;
			channel.port2.postMessage(0);
		});
		const frame = () => new Promise(requestAnimationFrame);
		await frame();
		for (let i = 0; i < ${frames}; i++) {
			await frame();
			const start = performance.now();
			step(i);
			const asked = performance.now() - start;
			// What was asked is done in the next frame's callbacks, and what they cause up to its painting.
			const before = await frame();
			await settled();
			times.push(asked + performance.now() - before);
		}
		return times;
	})()`;
	const times = ((await page.evaluate(run)) as number[]).sort((a, b) => a - b);
	const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
	return { frames: times.length, medianMs: at(0.5), p95Ms: at(0.95), worstMs: at(1) };
}
