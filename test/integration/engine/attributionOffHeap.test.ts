import assert from 'node:assert/strict';
import { type Attributed, attributionOf, figures, type Measure } from '../../../src/analysis/attribution.ts';
import type { TimeWindow } from '../../../src/analysis/timeWindow.ts';
import { OFF_HEAP_KINDS, type OffHeapSite } from '../../../src/protocol/offHeapEntries.ts';
import { bytesByPlace, lineOf, PhasedRun } from '../../support/attributedRuns.ts';
import { onEveryNode } from '../../support/engineRuns.ts';

const MB = 1024 * 1024;
const BLOCK_BYTES = 64 * 1024;
const SCRIPT = 'knownBytes.mjs';

/**
 * An allocation of `size` is sampled with p = 1 − e^(−size / interval) and then stands for size / p: the sum of n of them has the relative
 * standard deviation sqrt((1 − p) / (p · n)). Five of them are passed once in some millions of tests.
 */
function tolerance(bytes: number, size: number, intervalBytes: number): number {
	const p = 1 - Math.exp(-size / intervalBytes);
	return 5 * Math.sqrt((1 - p) / (p * (bytes / size))) + 0.01;
}

onEveryNode('known bytes outside the heap', (_major, node) => {
	let phased: PhasedRun;
	before(async () => {
		phased = await PhasedRun.start({ script: SCRIPT, nodePath: node(), sampling: { overheadBudget: 0 } });
	});
	after(() => phased[Symbol.asyncDispose]());

	const read = (measure: Measure, window: TimeWindow): Attributed<OffHeapSite> => {
		const found = figures(attributionOf(phased.run.session.model, { memory: 'offHeap', measure, window }).offHeap);
		assert.ok(found, `nothing was told of ${measure}`);
		return found;
	};
	/** What one line is told to have done: the place of a frame outside the heap is that of the call. */
	const at = (measure: Measure, window: TimeWindow, mark: string): number => {
		const sites = read(measure, window).sites.map(([id, , , bytes]) => [id, bytes] as const);
		const line = lineOf(SCRIPT, `// line of ${mark}`);
		for (const [place, bytes] of bytesByPlace(phased.run.session.model.nodes, sites))
			if (place.endsWith(`:${line}`)) return bytes;
		return 0;
	};
	const assertBlocks = (measure: Measure, window: TimeWindow, mark: string, expected: number) => {
		const bytes = at(measure, window, mark);
		const most = tolerance(expected, BLOCK_BYTES, read(measure, window).intervalBytes);
		const text = `${measure}: ${(bytes / MB).toFixed(1)} MB for ${expected / MB} MB`;
		assert.ok(Math.abs(bytes / expected - 1) <= most, text);
	};

	it('are told by window and line of the call: allocated, kept and freed', async () => {
		const first = await phased.offHeapPhase('blocks');
		const second = await phased.offHeapPhase('tables');
		const third = await phased.offHeapPhase('noBlocks');
		const fourth = await phased.offHeapPhase('churnBlocks');
		assertBlocks('allocated', first, 'blocks', 64 * MB);
		assertBlocks('alive', first, 'blocks', 64 * MB);
		assert.equal(at('allocated', first, 'tables'), 0);
		// Large ones are always sampled and stand for themselves.
		assert.equal(at('allocated', second, 'tables'), 64 * MB);
		assert.equal(at('alive', second, 'tables'), 64 * MB);
		assert.equal(at('allocated', second, 'blocks'), 0);
		// Each sample is let go with the weight it was taken with.
		const born = at('allocated', first, 'blocks');
		assert.ok(Math.abs(at('freed', third, 'blocks') / born - 1) <= 0.02, `${at('freed', third, 'blocks')} of ${born}`);
		assert.equal(at('freed', third, 'tables'), 0);
		assert.ok(at('alive', { min: first.min, max: third.max }, 'blocks') <= 0.02 * born);
		// What comes and goes within a window is told with its line, unlike on the heap.
		assertBlocks('allocated', fourth, 'churn', 96 * MB);
		assertBlocks('freed', fourth, 'churn', 96 * MB);
		assert.ok(at('alive', fourth, 'churn') <= 2 * MB);
	});

	it('add up to what the process counts, and say what made them', () => {
		const { model } = phased.run.session;
		const live = figures(attributionOf(model, { memory: 'offHeap', measure: 'live' }).offHeap);
		assert.ok(live);
		const share = live.bytes / (live.arrayBuffersBytes ?? 0);
		assert.ok(share >= 0.95 && share <= 1.05, `${share} of the array buffers`);
		const tables = live.sites.find(([, , , bytes]) => bytes === 64 * MB);
		assert.ok(tables);
		assert.equal(OFF_HEAP_KINDS[tables[1]], 'typedArray');
		const leaf = model.nodes.get(tables[0])?.frame;
		assert.deepEqual([leaf?.kind, leaf?.functionName, leaf?.file], ['native', 'new Float64Array', '']);
		const caller = model.nodes.get(model.nodes.get(tables[0])?.parent ?? 0)?.frame;
		assert.equal(caller?.functionLine, lineOf(SCRIPT, 'function keepTables('));
	});

	it('cost what is told of it', () => {
		const { cost } = phased.run.session.model;
		assert.ok(cost && (cost.offHeapMs ?? 0) > 0 && (cost.ownBytes ?? 0) > 0);
		assert.ok((cost.offHeapIntervalBytes ?? 0) > 0 && (cost.forcedCollections ?? 0) > 0);
		assert.equal(cost.budget, 0);
	});
});

onEveryNode('a run that was told to leave memory outside the heap alone', (_major, node) => {
	it('tells nothing of it', async () => {
		await using phased = await PhasedRun.start({ script: SCRIPT, nodePath: node(), sampling: { offHeap: false } });
		await phased.phase('tables');
		const { model } = phased.run.session;
		assert.equal(model.ledger.offHeap.length, 0);
		assert.equal(model.cost?.offHeapMs, undefined);
		assert.equal(attributionOf(model, { memory: 'offHeap', measure: 'live' }).offHeap, 'neverRead');
	});
});
