import { runInThisContext } from 'node:vm';
import { createPool } from 'generic-pool';
import { BufferPool } from '../../../src/runtime/pools/bufferPool.ts';
import { ObjectPool } from '../../../src/runtime/pools/objectPool.ts';
import { median, spreadText } from '../statistics.ts';
import type { BenchRow } from './benchRow.ts';

const ROUNDS = 11;
const WARM_UP = 2;
const CYCLES = 100_000;
const MAX = 8;
const BLOCK_BYTES = 256 * 1024;
const BLOCKS = 400;

interface Cycler {
	acquire(): Promise<object>;
	release(object: object): unknown;
}
type Cycle = (pool: Cycler) => Promise<unknown>;

/** Acquire and release while nobody waits. */
const free = `async pool => {
	for (let i = 0; i < ${CYCLES}; i++) pool.release(await pool.acquire());
}`;
/** The same with twice as many callers as objects, so that half of them wait. */
const contended = `pool => Promise.all(Array.from({ length: ${2 * MAX} }, async () => {
	for (let i = 0; i < ${CYCLES / MAX / 2}; i++) {
		const object = await pool.acquire();
		await null;
		pool.release(object);
	}
}))`;

/** Compiled for each pool anew: code that has seen both is faster for neither. */
const compiled = (source: string): Cycle => runInThisContext(`(${source})`) as Cycle;

/** Acquire and release against generic-pool; a pooled block against a fresh one. Rounds of both take turns in one process. */
export async function bench(): Promise<BenchRow[]> {
	const ours = new ObjectPool<object>({ name: 'bench', max: MAX, create: () => ({}) });
	const theirs = createPool<object>({ create: async () => ({}), destroy: async () => {} }, { max: MAX });
	const rows: BenchRow[] = [];
	for (const [what, source, wanted] of [
		['nobody waits', free, 10],
		['half of the callers wait', contended, 2],
	] as const) {
		const [cycleOurs, cycleTheirs] = [compiled(source), compiled(source)];
		const own: number[] = [];
		const ratios: number[] = [];
		for (let round = -WARM_UP; round < ROUNDS; round++) {
			const [a, b] = [await cpuNs(() => cycleOurs(ours)), await cpuNs(() => cycleTheirs(theirs))];
			if (round < 0) continue;
			own.push(a / CYCLES);
			ratios.push(b / a);
		}
		rows.push({
			name: `ObjectPool acquire and release against generic-pool, ${what}`,
			measured: `${spreadText(ratios, 1)} times as fast, ${spreadText(own, 0)} ns`,
			target: `≥ ${wanted} times`,
			met: median(ratios) >= wanted,
		});
	}
	await theirs.drain();
	await theirs.clear();
	ours.dispose();
	rows.push(await blocksRow());
	return rows;
}

/** Blocks that are filled, as a reader fills them: memory that is fresh from the system has to be mapped first. */
async function blocksRow(): Promise<BenchRow> {
	using pool = new BufferPool({ name: 'blocks', bufferBytes: BLOCK_BYTES, max: 2 });
	const pooled = async () => {
		for (let i = 0; i < BLOCKS; i++) await pool.use(block => block.fill(i));
	};
	const fresh = async () => {
		for (let i = 0; i < BLOCKS; i++) Buffer.allocUnsafeSlow(BLOCK_BYTES).fill(i);
	};
	const ratios: number[] = [];
	await pooled();
	await fresh();
	for (let round = 0; round < ROUNDS; round++) {
		const [a, b] = [await cpuNs(pooled), await cpuNs(fresh)];
		ratios.push(b / a);
	}
	return {
		name: `BufferPool block of ${BLOCK_BYTES / 1024} KB, filled, against a fresh one`,
		measured: `${spreadText(ratios, 1)} times as fast`,
		target: '≥ 1 times',
		met: median(ratios) >= 1,
	};
}

/** Processor time, which depends less than wall time on what else the machine does. */
async function cpuNs(run: () => Promise<unknown>): Promise<number> {
	// What one leaves behind is not collected at the expense of the other.
	globalThis.gc?.();
	const before = process.cpuUsage();
	await run();
	const { user, system } = process.cpuUsage(before);
	return 1000 * (user + system);
}

if (import.meta.main) console.table(await bench());
