import { BatchProcessor } from '../../../src/runtime/batches/batchProcessor.ts';
import { median, spreadText } from '../statistics.ts';
import type { BenchRow } from './benchRow.ts';

const ITEMS = 200_000;
const BATCH = 100;
const ROUNDS = 15;
const TARGET_US = 1;

const items = Array.from({ length: ITEMS }, (_, i) => i);
const double = (batch: number[]): number[] => batch.map(value => value * 2);

/** What a script would write by itself: slices, awaits, goes through the results. */
async function plainLoop(): Promise<number> {
	let sum = 0;
	for (let at = 0; at < items.length; at += BATCH) {
		for (const result of await double(items.slice(at, at + BATCH))) sum += result;
	}
	return sum;
}

async function processed(bytesOf?: (item: number) => number): Promise<number> {
	using processor = new BatchProcessor<number, number>({
		name: 'bench',
		process: double,
		maxSize: BATCH,
		minSize: BATCH,
		maxBytes: 1024 ** 3,
		...(bytesOf && { bytesOf }),
	});
	let sum = 0;
	for await (const result of processor.process(items)) sum += result;
	return sum;
}

async function itemwise(): Promise<number> {
	using processor = new BatchProcessor<number, number>({
		name: 'bench',
		processItem: value => value * 2,
		concurrency: 8,
	});
	let sum = 0;
	for await (const result of processor.process(items)) sum += result;
	return sum;
}

export async function bench(): Promise<BenchRow[]> {
	const variants: [name: string, run: () => Promise<number>, targetUs: number | undefined][] = [
		[`BatchProcessor per item, batches of ${BATCH}, over a plain loop`, () => processed(), TARGET_US],
		['  with declared bytes', () => processed(() => 8), TARGET_US],
		['  processItem: each item a batch of one', itemwise, undefined],
	];
	const overheads = variants.map((): number[] => []);
	for (let round = -2; round < ROUNDS; round++) {
		const plainMs = await timed(plainLoop);
		for (const [index, [, run]] of variants.entries()) {
			const ms = await timed(run);
			if (round >= 0) overheads[index]?.push(((ms - plainMs) * 1000) / ITEMS);
		}
	}
	return variants.map(([name, , targetUs], index) => {
		const values = overheads[index] ?? [];
		const measured = `${spreadText(values)} µs`;
		const met = targetUs === undefined || median(values) <= targetUs;
		return { name, measured, target: targetUs === undefined ? '–' : `≤ ${targetUs} µs`, met };
	});
}

/** Of the processor, ms: others on the machine do not count. */
async function timed(run: () => Promise<number>): Promise<number> {
	const began = process.cpuUsage();
	const sum = await run();
	const { user, system } = process.cpuUsage(began);
	const ms = (user + system) / 1000;
	if (sum !== ITEMS * (ITEMS - 1)) throw new Error(`The sum is wrong: ${sum}`);
	return ms;
}

if (import.meta.main) console.table(await bench());
