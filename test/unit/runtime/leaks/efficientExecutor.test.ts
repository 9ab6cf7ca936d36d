import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { isEntry } from '../../../../src/protocol/entryGuards.ts';
import type { GcStrategy } from '../../../../src/protocol/runtimeEntries.ts';
import { forceCollection } from '../../../../src/runtime/collection/forceCollection.ts';
import { sharedGcOptimizer } from '../../../../src/runtime/collection/gcOptimizer.ts';
import { availableMemory } from '../../../../src/runtime/leaks/availableMemory.ts';
import { EfficientExecutor, type ExecutionContext } from '../../../../src/runtime/leaks/efficientExecutor.ts';
import { readRawUsage } from '../../../../src/runtime/monitor/memoryUsage.ts';
import { recordingHub } from '../hub.ts';

const MB = 1024 * 1024;
const self = fileURLToPath(import.meta.url);
const withLeft = (bytes: number, more = {}) => new EfficientExecutor({ available: () => bytes, ...more });
const strategyOf = ({ strategy }: ExecutionContext) => strategy;

describe('EfficientExecutor', () => {
	afterEach(() => sharedGcOptimizer().reset());

	it('chooses by what is left against the input', () => {
		fc.assert(
			fc.property(fc.nat(1e12), fc.nat(1e12), (left, inputBytes) => {
				const expected = left > 3 * inputBytes ? 'aggressive' : left >= inputBytes ? 'balanced' : 'conservative';
				const { strategy, availableBytes, reason } = withLeft(left).strategyFor(inputBytes);
				assert.equal(strategy, expected);
				assert.equal(availableBytes, left);
				assert.match(reason, /are left for an input of/);
			}),
		);
	});

	it('asks the machine when nobody says what is left', () => {
		const { strategy, availableBytes = 0 } = new EfficientExecutor().strategyFor(1);
		assert.equal(strategy, 'aggressive');
		assert.ok(availableBytes > MB);
		assert.equal(new EfficientExecutor().strategyFor(1e18).strategy, 'conservative');
	});

	it('runs the way that fits, and says why another one had to do', async () => {
		const operations = { aggressive: () => 'all', conservative: () => 'stream' };
		const run = async (left: number) => withLeft(left).execute({ name: 'count', inputBytes: 10 * MB }, operations);
		const plenty = await run(40 * MB);
		assert.deepEqual([plenty.result, plenty.metrics.strategy], ['all', 'aggressive']);
		const enough = await run(20 * MB);
		assert.deepEqual([enough.result, enough.metrics.strategy], ['stream', 'balanced']);
		assert.match(enough.metrics.reason, /There is no balanced way: the conservative one ran\./);
		const little = await run(2 * MB);
		assert.deepEqual([little.result, little.metrics.strategy], ['stream', 'conservative']);
	});

	it('gives one function the strategy, and chunks that fit', async () => {
		const chunks: number[] = [];
		for (const left of [100 * MB, 15 * MB, 4 * MB]) {
			await withLeft(left).execute({ name: 'scan', inputBytes: 10 * MB }, ({ chunkBytes }) => chunks.push(chunkBytes));
		}
		const [aggressive = 0, balanced = 0, conservative = 0] = chunks;
		assert.ok(aggressive >= 10 * MB && balanced < aggressive && conservative <= 256 * 1024, chunks.join());
	});

	it('takes the size of a file, and measures what ran', async () => {
		// Garbage at the start would hide as much of the peak.
		forceCollection();
		const { result, metrics } = await withLeft(1024 * MB).execute({ name: 'read', path: self }, async () => {
			const text = await readFile(self, 'utf8');
			return Buffer.alloc(8 * MB, text.length);
		});
		assert.equal(result.length, 8 * MB);
		const { size } = statSync(self);
		assert.equal(metrics.inputBytes, size);
		assert.ok(metrics.peakBytes >= 8 * MB);
		assert.equal(metrics.ratio, metrics.peakBytes / size);
	});

	it('has the collector follow meanwhile, and puts back what held before', async () => {
		const optimizer = sharedGcOptimizer();
		optimizer.use('balanced');
		const seen: (GcStrategy | undefined)[] = [];
		const look = () => seen.push(optimizer.strategy);
		await withLeft(MB).execute({ name: 'a', inputBytes: 10 * MB }, look);
		look();
		await withLeft(MB, { collector: false }).execute({ name: 'a', inputBytes: 10 * MB }, look);
		await assert.rejects(
			withLeft(MB).execute({ name: 'a', inputBytes: 10 * MB }, () => {
				throw new Error('broken');
			}),
			/broken/,
		);
		look();
		assert.deepEqual(seen, ['conservative', 'balanced', 'balanced', 'balanced']);
	});

	it('lets the more careful of two operations decide, and leaves alone what others choose meanwhile', async () => {
		const optimizer = sharedGcOptimizer();
		const seen: (GcStrategy | undefined)[] = [];
		const inner = () => withLeft(100 * MB).execute({ name: 'b', inputBytes: MB }, () => seen.push(optimizer.strategy));
		await withLeft(MB).execute({ name: 'a', inputBytes: 10 * MB }, inner);
		seen.push(optimizer.strategy);
		await withLeft(MB).execute({ name: 'a', inputBytes: 10 * MB }, () => optimizer.use('balanced'));
		seen.push(optimizer.strategy);
		assert.deepEqual(seen, ['conservative', undefined, 'balanced']);
	});

	it('reports each run while somebody listens', async () => {
		const hub = recordingHub();
		await withLeft(50 * MB).execute({ name: 'count', inputBytes: 20 * MB }, strategyOf);
		const operations = hub.drain().entries.filter(({ type }) => type === 'operation');
		assert.ok(operations.length === 1 && operations.every(isEntry));
		const [entry] = operations;
		assert.ok(entry?.type === 'operation' && entry.kind === 'executed' && entry.strategy === 'balanced');
		hub.leave();
	});

	it('refuses wrong input before anything runs', async () => {
		const code = { code: 'invalidOption' };
		assert.throws(() => new EfficientExecutor({ available: 5 as never }), code);
		assert.throws(() => new EfficientExecutor({ heap: 'no' as never }), code);
		assert.throws(() => new EfficientExecutor(null as never), code);
		for (const left of [Number.NaN, -1, Number.POSITIVE_INFINITY, 5n as never]) {
			assert.throws(() => withLeft(left).strategyFor(1), code);
		}
		for (const bytes of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
			assert.throws(() => withLeft(1).strategyFor(bytes), code);
		}
		let ran = false;
		const run = () => {
			ran = true;
		};
		const executor = withLeft(MB);
		await assert.rejects(executor.execute({ name: '', inputBytes: 1 }, run), code);
		await assert.rejects(executor.execute({ name: 'a' } as never, run), code);
		await assert.rejects(executor.execute({ name: 'a', inputBytes: 1 }, {}), code);
		await assert.rejects(executor.execute({ name: 'a', inputBytes: 1 }, { balanced: 1 as never }), code);
		for (const path of [`${self}.missing`, dirname(self)]) {
			await assert.rejects(executor.execute({ name: 'a', path }, run), { code: 'fileUnreadable' });
		}
		const signal = AbortSignal.abort(new Error('enough'));
		await assert.rejects(executor.execute({ name: 'a', inputBytes: 1, signal }, run), /enough/);
		assert.equal(ran, false);
	});
});

describe('availableMemory', () => {
	const usage = readRawUsage();

	it('is the least of what is known', () => {
		const system = { totalBytes: 100 * MB, availableBytes: 40 * MB };
		const { container: _, ...bare } = { ...usage, heapLimitBytes: usage.heapUsedBytes + 20 * MB };
		assert.deepEqual(availableMemory(true, { ...bare, system }), { bytes: 20 * MB, limitedBy: 'heap' });
		assert.deepEqual(availableMemory(false, { ...bare, system }), { bytes: 40 * MB, limitedBy: 'system' });
		const container = { limitBytes: 30 * MB, usedBytes: 25 * MB };
		assert.deepEqual(availableMemory(true, { ...bare, system, container }), { bytes: 5 * MB, limitedBy: 'container' });
		assert.equal(availableMemory(false, { ...bare, system: { totalBytes: MB } }), undefined);
	});
});
