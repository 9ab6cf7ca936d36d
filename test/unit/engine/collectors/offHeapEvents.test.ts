import assert from 'node:assert/strict';
import { silentLogger } from '../../../../src/base/logger.ts';
import { OffHeapEvents } from '../../../../src/engine/collectors/offHeapEvents.ts';
import type { SessionClock } from '../../../../src/engine/inspector/clock.ts';
import { CallTreeBuilder } from '../../../../src/engine/sources/callTreeBuilder.ts';
import { SourceMaps } from '../../../../src/engine/sources/sourceMaps.ts';
import type { Entry } from '../../../../src/protocol/entries.ts';
import type { OffHeapEntry } from '../../../../src/protocol/offHeapEntries.ts';
import type { OffHeapReport, RawFrame } from '../../../../src/protocol/runtimeLink.ts';

const MB = 1024 * 1024;
const report = (now: number, more: Partial<OffHeapReport>): OffHeapReport => ({
	now,
	intervalBytes: 512 * 1024,
	stacks: [],
	contexts: [],
	allocated: [],
	freed: [],
	liveBytes: 0,
	arrayBuffersBytes: 0,
	spentMs: 0,
	samples: 0,
	ownBytes: 0,
	...more,
});
const alloc: RawFrame = ['Buffer.alloc', '', 0, 0];
const load: RawFrame = ['load', 'file:///data/load.js', 12, 20, 10, 1];
const read: RawFrame = ['readFileSync', 'node:fs', 440, 5];

/** Everything that is told, on a clock that is 1000 ms ahead of the target's. */
function followed() {
	const told: Entry[] = [];
	let regions = Promise.resolve();
	const events = new OffHeapEvents({
		clock: { fromTarget: (ms: number) => ms + 1_000 } as SessionClock,
		tree: new CallTreeBuilder(new SourceMaps(silentLogger), undefined),
		emit: entry => told.push(entry),
		regionsTold: () => regions,
		onError: error => assert.fail(String(error)),
	});
	const poll = (offHeap: OffHeapReport) => {
		const memory = { rss: 1, heapUsed: 1, heapTotal: 1, external: 1, arrayBuffers: 1 };
		const reply = { now: offHeap.now, costMs: 0, ...memory, drained: { entries: [], dropped: 0, offHeap } };
		events.polled({ t: offHeap.now, gcSince: 0, reply });
	};
	const setRegions = (promise: Promise<void>) => {
		regions = promise;
	};
	return { events, told, poll, setRegions };
}

const isOffHeap = (entry: Entry): entry is OffHeapEntry & Entry => entry.type === 'offHeap';

describe('OffHeapEvents', () => {
	it('tells stacks root first, with the built-in as a native frame and the line of the call', async () => {
		const { events, told, poll } = followed();
		poll(report(5, { stacks: [[7, [alloc, read, load]]], allocated: [[7, 0, 0, MB, 1]], liveBytes: MB }));
		await events.settled();
		const [tree, entry] = told;
		assert.ok(tree?.type === 'callTree' && entry?.type === 'offHeap');
		assert.deepEqual(
			tree.frames.map(({ functionName, file, line, column, functionLine, kind }) => [
				functionName,
				file,
				line,
				column,
				functionLine,
				kind,
			]),
			[
				['(root)', '', 0, 0, undefined, 'native'],
				['load', '/data/load.js', 12, 20, 10, 'user'],
				['readFileSync', 'node:fs', 440, 5, undefined, 'node'],
				['Buffer.alloc', '', 0, 0, undefined, 'native'],
			],
		);
		assert.deepEqual(
			tree.nodes.map(([, parent]) => parent),
			[0, ...tree.nodes.slice(0, -1).map(([id]) => id)],
		);
		assert.deepEqual(entry.allocated, [[tree.nodes.at(-1)?.[0], 0, 0, MB, 1]]);
		assert.deepEqual([entry.t, entry.liveBytes, entry.contexts], [1_005, MB, undefined]);
	});
	it('tells a stack once, and what became of it later', async () => {
		const { events, told, poll } = followed();
		poll(report(5, { stacks: [[1, [alloc, load]]], allocated: [[1, 0, 0, MB, 1]] }));
		poll(report(6, { allocated: [[1, 0, 0, 2 * MB, 2]] }));
		poll(report(7, { freed: [[1, 0, 0, MB, 1, 5]] }));
		await events.settled();
		assert.deepEqual(
			told.map(({ type }) => type),
			['callTree', 'offHeap', 'offHeap', 'offHeap'],
		);
		const [first, second, third] = told.filter(isOffHeap);
		const node = first?.allocated[0]?.[0];
		assert.deepEqual(second?.allocated, [[node, 0, 0, 2 * MB, 2]]);
		// To the digit: a window must find the allocation where it was told.
		assert.deepEqual(third?.freed, [[node, 0, 0, MB, 1, first?.t]]);
	});
	it('waits for the regions that its contexts name, and keeps its order', async () => {
		const { events, told, poll, setRegions } = followed();
		let tell = () => {};
		setRegions(
			new Promise(resolve => {
				tell = resolve;
			}),
		);
		poll(report(5, { contexts: [[1, [3]]], stacks: [[1, [alloc]]], allocated: [[1, 0, 1, MB, 1]] }));
		setRegions(Promise.resolve());
		poll(report(6, {}));
		for (let i = 0; i < 50; i++) await undefined;
		assert.deepEqual(told, []);
		tell();
		await events.settled();
		assert.deepEqual(
			told.filter(isOffHeap).map(({ t, contexts }) => [t, contexts]),
			[
				[1_005, [[1, [3]]]],
				[1_006, undefined],
			],
		);
	});
	it('leaves out rows of stacks that were never told', async () => {
		const { events, told, poll } = followed();
		poll(report(5, { allocated: [[9, 0, 0, MB, 1]], freed: [[9, 0, 0, MB, 1, 4]] }));
		await events.settled();
		const [entry] = told;
		assert.ok(entry?.type === 'offHeap');
		assert.deepEqual([entry.allocated, entry.freed], [[], []]);
	});
	it('knows what it has cost', async () => {
		const { events, poll } = followed();
		assert.equal(events.cost, undefined);
		poll(report(5, { spentMs: 1.5, samples: 30, ownBytes: 900 }));
		assert.deepEqual(events.cost, { spentMs: 1.5, samples: 30, ownBytes: 900, intervalBytes: 512 * 1024 });
		await events.settled();
	});
});
