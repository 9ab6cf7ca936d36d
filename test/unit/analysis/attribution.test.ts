import assert from 'node:assert/strict';
import fc from 'fast-check';
import { flameTree } from '../../../src/analysis/allocations.ts';
import { type AttributionRequest, attributionOf, figures, treeInput } from '../../../src/analysis/attribution.ts';
import { peakMoment } from '../../../src/analysis/attributionMoments.ts';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import type { AllocationsEntry, Entry } from '../../../src/protocol/entries.ts';
import type { OffHeapEntry } from '../../../src/protocol/offHeapEntries.ts';
import { sampleHeader } from '../../support/sampleSession.ts';

const modelOf = (...entries: Entry[]) => {
	const model = new SessionModel(sampleHeader);
	for (const entry of entries) model.apply(entry);
	return model;
};
const reading = (t: number, more: Partial<AllocationsEntry>): AllocationsEntry => ({
	type: 'allocations',
	t,
	cause: 'schedule',
	intervalBytes: 10,
	costMs: 0,
	live: [],
	...more,
});
const told = (t: number, more: Partial<OffHeapEntry>): OffHeapEntry => ({
	type: 'offHeap',
	t,
	intervalBytes: 100,
	allocated: [],
	freed: [],
	liveBytes: 0,
	arrayBuffersBytes: 0,
	...more,
});
const span = (id: number, region: number, t: number, end?: number, parent?: number): Entry => ({
	type: 'span',
	t,
	region,
	span: id,
	...(end !== undefined && { end }),
	...(parent !== undefined && { parent }),
});
/** By node. */
const heapOf = (model: SessionModel, request: Omit<AttributionRequest, 'memory'>) =>
	Object.fromEntries(
		figures(attributionOf(model, { memory: 'heap', ...request }).heap)?.sites.map(([node, bytes]) => [node, bytes]) ??
			[],
	);
const offHeapOf = (model: SessionModel, request: Omit<AttributionRequest, 'memory'>) =>
	Object.fromEntries(
		figures(attributionOf(model, { memory: 'offHeap', ...request }).offHeap)?.sites.map(([node, , , bytes]) => [
			node,
			bytes,
		]) ?? [],
	);

/** Node 1: 100 in the first second, gone in the third. Node 2: 200 in the second, half gone in the third. Node 3: 50 in the third. */
const heap = modelOf(
	reading(1_000, { live: [[1, 100, 10]] }),
	reading(2_000, {
		live: [
			[1, 100, 10],
			[2, 200, 20],
		],
		born: [[2, 200, 20]],
		unseenBytes: 30,
	}),
	reading(3_000, {
		live: [
			[2, 100, 10],
			[3, 50, 5],
		],
		born: [[3, 50, 5]],
		freed: [
			[1, 100, 10, 1_000],
			[2, 100, 10, 2_000],
		],
		unseenBytes: 7,
	}),
);

describe('attributionOf', () => {
	it('tells what was allocated, freed and stayed alive on the heap between the readings around a window', () => {
		const window = { min: 1_200, max: 2_800 };
		assert.deepEqual(heapOf(heap, { measure: 'allocated', window }), { 2: 200, 3: 50 });
		assert.deepEqual(heapOf(heap, { measure: 'freed', window }), { 1: 100, 2: 100 });
		assert.deepEqual(heapOf(heap, { measure: 'alive', window }), { 2: 100, 3: 50 });
		const allocated = figures(attributionOf(heap, { memory: 'heap', measure: 'allocated', window }).heap);
		assert.deepEqual(allocated?.read, { min: 1_000, max: 3_000 });
		assert.equal(allocated?.unattributedBytes, 37);
		assert.equal(
			figures(attributionOf(heap, { memory: 'heap', measure: 'alive', window }).heap)?.unattributedBytes,
			undefined,
		);
	});

	it('takes the whole run where no window is chosen', () => {
		assert.deepEqual(heapOf(heap, { measure: 'allocated' }), { 1: 100, 2: 200, 3: 50 });
		assert.deepEqual(heapOf(heap, { measure: 'alive' }), { 2: 100, 3: 50 });
	});

	it('does not count in a window what was freed in it and allocated before as less alive', () => {
		const window = { min: 2_100, max: 2_900 };
		assert.deepEqual(heapOf(heap, { measure: 'alive', window }), { 3: 50 });
		assert.deepEqual(heapOf(heap, { measure: 'freed', window }), { 1: 100, 2: 100 });
	});

	it('lets what was born while V8 was answering count for the time before and after', () => {
		const model = modelOf(
			reading(1_000, { costMs: 200, live: [[1, 100, 10]] }),
			reading(2_000, { costMs: 100, born: [[2, 50, 5]], freed: [[1, 100, 10, 1_000]] }),
		);
		// Asked at 800, answered at 1000: what is new in the next may have been born from 800 on.
		assert.deepEqual(heapOf(model, { measure: 'allocated', window: { min: 500, max: 900 } }), { 1: 100, 2: 50 });
		assert.deepEqual(heapOf(model, { measure: 'allocated', window: { min: 500, max: 700 } }), { 1: 100 });
		assert.deepEqual(heapOf(model, { measure: 'alive', window: { min: 1_100, max: 1_200 } }), { 2: 50 });
		assert.deepEqual(heapOf(model, { measure: 'freed', window: { min: 1_100, max: 1_200 } }), { 1: 100 });
	});

	it('gives a reason for a window outside of what was read, and for memory that was never read', () => {
		const window = { min: 3_500, max: 4_000 };
		const none = attributionOf(heap, { memory: 'both', measure: 'allocated', window });
		assert.deepEqual(none, { heap: 'outsideReadings', offHeap: 'neverRead' });
		assert.deepEqual(attributionOf(modelOf(), { memory: 'both', measure: 'live' }), {
			heap: 'neverRead',
			offHeap: 'neverRead',
		});
	});

	it('does not take a reading that does not tell what is new for one at which nothing was', () => {
		const model = modelOf(reading(1_000, { live: [[1, 100, 10]] }), reading(2_000, { live: [[1, 300, 30]] }));
		const request = { memory: 'heap', measure: 'allocated', window: { min: 1_200, max: 1_800 } } as const;
		assert.deepEqual(attributionOf(model, request), { heap: 'outsideReadings' });
		assert.deepEqual(heapOf(model, { measure: 'live' }), { 1: 300 });
	});

	it('never frees more than there was, whatever a recording says', () => {
		const model = modelOf(
			reading(1_000, { live: [[1, 10, 1]] }),
			reading(2_000, {
				born: [],
				freed: [
					[1, 500, 50, 1_000],
					[2, 5, 1, 1_000],
				],
			}),
		);
		assert.deepEqual(heapOf(model, { measure: 'freed' }), { 1: 10 });
		assert.deepEqual(heapOf(model, { measure: 'alive' }), {});
	});

	it('tells the same outside the heap, with what is not attributed of the array buffers', () => {
		const model = modelOf(
			told(100, { allocated: [[1, 0, 0, 1_000, 1]], liveBytes: 1_000, arrayBuffersBytes: 1_200 }),
			told(200, {
				allocated: [[2, 0, 0, 500, 1]],
				freed: [[1, 0, 0, 400, 1, 100]],
				liveBytes: 1_100,
				arrayBuffersBytes: 1_150,
			}),
			told(300, { freed: [[2, 0, 0, 500, 1, 200]], liveBytes: 600, arrayBuffersBytes: 600 }),
		);
		const window = { min: 150, max: 300 };
		assert.deepEqual(offHeapOf(model, { measure: 'allocated', window }), { 2: 500 });
		assert.deepEqual(offHeapOf(model, { measure: 'freed', window }), { 1: 400, 2: 500 });
		assert.deepEqual(offHeapOf(model, { measure: 'alive', window }), {});
		assert.deepEqual(offHeapOf(model, { measure: 'alive', window: { min: 150, max: 190 } }), { 2: 500 });
		const live = figures(attributionOf(model, { memory: 'offHeap', measure: 'live', moment: { t: 250 } }).offHeap);
		assert.deepEqual([live?.bytes, live?.unattributedBytes, live?.read.max], [500, 50, 200]);
	});

	it('knows the region of memory outside the heap exactly, and shares heap out by time', () => {
		const model = modelOf(
			{ type: 'region', t: 0, id: 1, name: 'outer', kind: 'region' },
			{ type: 'region', t: 0, id: 2, name: 'inner', kind: 'region' },
			span(1, 1, 0, 1_000),
			span(2, 2, 500, 1_000, 1),
			told(1_000, {
				contexts: [
					[1, [1]],
					[2, [1, 2]],
				],
				allocated: [
					[1, 0, 0, 10, 1],
					[2, 0, 1, 20, 1],
					[3, 0, 2, 40, 1],
				],
			}),
			reading(2_000, { live: [[7, 400, 4]] }),
			reading(3_000, { live: [[7, 300, 3]], born: [], freed: [[7, 100, 1, 2_000]] }),
		);
		assert.deepEqual(offHeapOf(model, { measure: 'allocated', region: 1 }), { 2: 20, 3: 40 });
		assert.deepEqual(offHeapOf(model, { measure: 'allocated', region: 2 }), { 3: 40 });
		// `outer` was open for half of the two seconds before the reading, `inner` for a quarter.
		assert.deepEqual(heapOf(model, { measure: 'allocated', region: 1 }), { 7: 200 });
		assert.deepEqual(heapOf(model, { measure: 'allocated', region: 2 }), { 7: 100 });
		assert.deepEqual(heapOf(model, { measure: 'freed', region: 1 }), { 7: 50 });
		assert.deepEqual(heapOf(model, { measure: 'live', region: 1 }), { 7: 150 });
		const both = attributionOf(model, { memory: 'both', measure: 'allocated', region: 1 });
		assert.equal(figures(both.heap)?.region, 'apportioned');
		assert.equal(figures(both.offHeap)?.region, 'exact');
	});

	it('keeps heap and off-heap apart in the flame graph', () => {
		const model = modelOf(
			{
				type: 'callTree',
				t: 0,
				frames: [
					{ id: 1, functionName: '(root)', file: '', line: 0, column: 0, kind: 'native' },
					{ id: 2, functionName: 'load', file: '/a.mjs', line: 3, column: 1, kind: 'user' },
				],
				nodes: [
					[1, 0, 1],
					[2, 1, 2],
				],
			},
			reading(1_000, { live: [[2, 100, 10]] }),
			told(1_000, { allocated: [[2, 0, 0, 700, 7]] }),
		);
		const tree = flameTree(model.nodes, treeInput(attributionOf(model, { memory: 'both', measure: 'live' })));
		assert.deepEqual([tree.totalBytes, tree.totalOffHeapBytes], [800, 700]);
		const [load] = tree.children;
		assert.deepEqual([load?.selfBytes, load?.selfOffHeapBytes, load?.selfCount], [800, 700, 17]);
	});

	it('finds the moment at which most was attributed', () => {
		const model = modelOf(
			reading(1_000, { live: [[1, 100, 1]] }),
			told(1_500, { liveBytes: 500 }),
			reading(2_000, { live: [[1, 300, 1]] }),
			told(2_500, { liveBytes: 50 }),
		);
		assert.equal(peakMoment(model, 'heap')?.t, 2_000);
		assert.equal(peakMoment(model, 'offHeap')?.t, 1_500);
		assert.deepEqual([peakMoment(model, 'both')?.t, peakMoment(model, 'both')?.profile?.t], [2_000, 2_000]);
		assert.equal(peakMoment(modelOf(), 'both'), undefined);
	});

	it('takes the reading of the heap that is nearest to that moment, if what was there is still in it', () => {
		const nearest = (after: number) =>
			peakMoment(
				modelOf(
					reading(1_000, { live: [[1, 100, 1]] }),
					told(5_000, { liveBytes: 500 }),
					told(5_010, { liveBytes: 10 }),
					reading(5_050, { live: [[1, after, 1]] }),
				),
				'both',
			);
		assert.deepEqual([nearest(120)?.t, nearest(120)?.profile?.t], [5_000, 5_050]);
		assert.deepEqual([nearest(20)?.t, nearest(20)?.profile?.t], [5_000, 1_000]);
	});

	it('adds up: alive before a window, plus allocated, minus freed, is alive after it', () => {
		const step = fc.record({
			node: fc.integer({ min: 1, max: 4 }),
			bytes: fc.integer({ min: 1, max: 1_000 }),
			frees: fc.boolean(),
		});
		fc.assert(
			fc.property(fc.array(step, { minLength: 3, maxLength: 40 }), fc.nat(), fc.nat(), (steps, a, b) => {
				const alive: { node: number; bytes: number; t: number }[] = [];
				const entries = steps.map(({ node, bytes, frees }, i) => {
					const t = i + 1;
					const gone = frees ? alive.shift() : undefined;
					alive.push({ node, bytes, t });
					const freed: OffHeapEntry['freed'] = gone ? [[gone.node, 0, 0, gone.bytes, 1, gone.t]] : [];
					return told(t, { allocated: [[node, 0, 0, bytes, 1]], freed });
				});
				const model = modelOf(...entries);
				const [min = 0, max = 0] = [a % steps.length, b % steps.length].sort((x, y) => x - y);
				if (min === max) return;
				const sum = (measure: AttributionRequest['measure'], window: AttributionRequest['window'], t = 0) =>
					figures(
						attributionOf(model, { memory: 'offHeap', measure, moment: { t }, ...(window && { window }) }).offHeap,
					)?.bytes ?? 0;
				const window = { min, max };
				assert.equal(
					sum('live', undefined, min) + sum('allocated', window) - sum('freed', window),
					sum('live', undefined, max),
				);
				assert.ok(sum('alive', window) <= sum('allocated', window));
			}),
		);
	});
});
