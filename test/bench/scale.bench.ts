// `npm run bench:scale [-- --hours 24 --processes 10]`: what a long recording and a large flame graph cost. 24 hours take about 6 GB of disk.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CDPSession, Page } from 'playwright-core';
import { flameTree } from '../../src/analysis/allocations.ts';
import { layoutFlame } from '../../src/analysis/flameLayout.ts';
import { SessionModel } from '../../src/analysis/sessionModel.ts';
import { checkpointLines } from '../../src/engine/recording/checkpointLines.ts';
import { RecordingWriter } from '../../src/engine/recording/recordingWriter.ts';
import { readRecording } from '../../src/engine/recordingFile.ts';
import { formatBytes, formatCount } from '../../src/protocol/units.ts';
import { launchBrowser } from '../support/browser.ts';
import { frameTimes } from '../support/frameTimes.ts';
import { generatedHeader, largeCallTree, writeGenerated } from '../support/generatedRecording.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { startWebviewHarness } from '../support/webviewHarness.ts';

const FRAMES = 100_000;
const STEPS = 60;

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: { hours: { type: 'string', default: '1' }, processes: { type: 'string', default: '10' } },
	});
	const [hours, processes] = [Number(values.hours), Number(values.processes)];
	if (!(hours > 0) || !(processes >= 1)) throw new Error('--hours and --processes take numbers above 0');
	const folder = temporaryFolder('scale');
	try {
		const long = join(folder.path, 'long.memrec');
		await model(long, hours, processes);
		const flame = join(folder.path, 'flame.memrec');
		await writeFlame(flame);
		await inBrowser(long, 'Time line', timeLine);
		await inBrowser(flame, `Flame graph of ${formatCount(FRAMES)} frames`, flameGraph);
	} finally {
		await folder.remove();
	}
}

async function model(path: string, hours: number, processes: number): Promise<void> {
	const heapBytes = () => {
		globalThis.gc?.();
		return process.memoryUsage().heapUsed;
	};
	const before = heapBytes();
	const { model: made, entries } = await writeGenerated(path, { hours, processes });
	const taken = heapBytes() - before;
	console.log(
		`${hours} h, 20 Hz, ${processes} processes: ${formatCount(entries)} entries, ${formatBytes(statSync(path).size)} of recording.`,
	);
	console.log(`Model: ${globalThis.gc ? formatBytes(taken) : 'run with --expose-gc to see its memory'}.`);
	const { ms: copyMs, result: snapshot } = timed(() => made.snapshot());
	let worst = 0;
	let bytes = 0;
	const lines = checkpointLines(snapshot);
	for (;;) {
		const { ms, result } = timed(() => lines.next());
		worst = Math.max(worst, ms);
		if (result.done) break;
		bytes += result.value.length;
	}
	console.log(
		`Checkpoint: ${formatBytes(bytes)}; copying the state stops a session for ${copyMs.toFixed(1)} ms, its longest line for ${worst.toFixed(1)} ms.`,
	);
	console.log(`Full state for the panel: ${formatBytes(JSON.stringify(snapshot).length)} as JSON.`);
	const times: number[] = [];
	let skipped = 0;
	for (let i = 0; i < 3; i++) {
		const start = performance.now();
		skipped = (await readRecording(path)).skippedBytes;
		times.push(performance.now() - start);
	}
	console.log(`Opening: ${times.map(ms => ms.toFixed(0)).join(', ')} ms; ${formatBytes(skipped)} were not read.`);
}

/** A recording with one profile of very many call sites. */
async function writeFlame(path: string): Promise<void> {
	const entries = largeCallTree(FRAMES);
	const writer = await RecordingWriter.create(path, generatedHeader(1), error => {
		throw error;
	});
	writer.write(entries);
	await writer.close();
	const made = new SessionModel(generatedHeader(1));
	for (const entry of entries) made.apply(entry);
	const profile = made.latestProfile;
	if (!profile) return;
	const tree = timed(() => flameTree(made.nodes, profile));
	const boxes = timed(() => layoutFlame([tree.result], 1.5 / 1_500));
	console.log(
		`Flame graph: tree of ${formatCount(FRAMES)} frames in ${tree.ms.toFixed(0)} ms, once; layout of ${formatCount(boxes.result.length)} boxes in ${boxes.ms.toFixed(1)} ms.`,
	);
}

async function inBrowser(
	recording: string,
	title: string,
	measure: (page: Page, busy: Busy) => Promise<void>,
): Promise<void> {
	const { origin, server } = await startWebviewHarness({ recording });
	const browser = await launchBrowser();
	try {
		const page = await browser.newPage({ viewport: { width: 1_500, height: 1_000 } });
		page.on('pageerror', error => console.log(`error in the page: ${error.stack}`));
		await page.goto(`${origin}/panel?theme=dark&scenario=recording`);
		await page.locator('.flame canvas').waitFor({ timeout: 120_000 });
		const cdp = await page.context().newCDPSession(page);
		await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
		console.log(`${title}, 1500 × 1000 pixels, drawn without a graphics card:`);
		await measure(page, (what, step) => printFrames(page, cdp, what, step));
	} finally {
		await browser.close();
		server.close();
	}
}

type Busy = (what: string, step: (frame: number) => void) => Promise<void>;

async function printFrames(page: Page, cdp: CDPSession, what: string, step: (frame: number) => void): Promise<void> {
	const taskMs = async () => {
		const { metrics } = await cdp.send('Performance.getMetrics');
		return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000;
	};
	const before = await taskMs();
	const { frames, medianMs, p95Ms } = await frameTimes(page, STEPS, step);
	const cpuMs = (await taskMs()) - before;
	console.log(
		`  ${what}: ${(cpuMs / frames).toFixed(1)} ms of processor time a frame; busy ${medianMs.toFixed(1)} ms (median), ${p95Ms.toFixed(1)} ms (95 %).`,
	);
}

/** What runs in the page is given as text: none of the bench's own names is there. */
const inPage = (body: string) => new Function('frame', body) as (frame: number) => void;
const wheel = (more: string) =>
	inPage(`
		const chart = document.querySelector('.memory-chart');
		const { left, top } = chart.getBoundingClientRect();
		const place = { bubbles: true, cancelable: true, clientX: left + 700, clientY: top + 60 };
		chart.dispatchEvent(new WheelEvent('wheel', { ...place, ${more} }));`);

async function timeLine(page: Page, busy: Busy): Promise<void> {
	await page.locator('.memory-chart canvas').first().waitFor();
	await busy('zoom', wheel(`ctrlKey: true, deltaY: frame < ${STEPS / 2} ? -60 : 40`));
	await busy('pan', wheel(`shiftKey: true, deltaY: frame < ${STEPS / 2} ? -30 : 30`));
}

async function flameGraph(_page: Page, busy: Busy): Promise<void> {
	const canvas = `const canvas = document.querySelector('.flame canvas'); const { left, top, width, height } = canvas.getBoundingClientRect();`;
	await busy(
		'pointer over it',
		inPage(
			`${canvas} canvas.dispatchEvent(new MouseEvent('mousemove', { bubbles: true, clientX: left + (frame * 37) % width, clientY: top + (frame * 19) % height }));`,
		),
	);
	await busy(
		'into a box and out again',
		inPage(`${canvas}
			if (frame % 2) canvas.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
			else canvas.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: left + 40 + frame * 9, clientY: top + 50 }));`),
	);
}

function timed<T>(work: () => T): { ms: number; result: T } {
	const start = performance.now();
	const result = work();
	return { ms: performance.now() - start, result };
}

await main();
