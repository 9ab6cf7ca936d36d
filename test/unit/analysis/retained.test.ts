import assert from 'node:assert/strict';
import { RetainedTracker } from '../../../src/analysis/retained.ts';
import type { GcEntry, RegionStatsEntry } from '../../../src/protocol/entries.ts';

const full = (t: number, usedAfterBytes: number, more: Partial<GcEntry> = {}): GcEntry => ({
	type: 'gc',
	t,
	windowMs: 0,
	durationMs: 1,
	kind: 'markCompact',
	usedBeforeBytes: usedAfterBytes,
	usedAfterBytes,
	...more,
});

const stats = (calls: number, open = 0): RegionStatsEntry => ({
	...{ type: 'regionStats', t: 0, region: 1, calls, open },
	...{ measuredCalls: 0, errors: 0, totalMs: 0, maxMs: 0 },
});

describe('RetainedTracker', () => {
	it('compares the floors around the last call', () => {
		const tracker = new RetainedTracker();
		tracker.collected(full(10, 100));
		tracker.ended(1, 20, 30);
		assert.equal(tracker.of(1, stats(1)), undefined);
		assert.deepEqual(tracker.collected(full(40, 175, { externalAfterBytes: 5 })), [1]);
		assert.equal(tracker.of(1, stats(1)), 80);
		assert.deepEqual(tracker.collected(full(50, 900)), []);
		assert.equal(tracker.of(1, stats(1)), 80);
	});

	it('says nothing without a collection before the call', () => {
		const tracker = new RetainedTracker();
		tracker.ended(1, 20, 30);
		tracker.collected(full(40, 175));
		assert.equal(tracker.of(1, stats(1)), undefined);
	});

	it('waits for a collection that surely came after the call', () => {
		const tracker = new RetainedTracker();
		tracker.collected(full(10, 100));
		tracker.ended(1, 20, 30);
		assert.deepEqual(tracker.collected(full(35, 120, { windowMs: 10 })), []);
		assert.deepEqual(tracker.collected(full(60, 130, { windowMs: 10 })), [1]);
		assert.equal(tracker.of(1, stats(1)), 30);
	});

	it('knows the collections that were told before the call that they came after', () => {
		const tracker = new RetainedTracker();
		for (const [t, bytes] of [
			[10, 100],
			[40, 150],
			[50, 190],
		] as const)
			tracker.collected(full(t, bytes));
		tracker.ended(1, 20, 30);
		assert.equal(tracker.of(1, stats(1)), 50);
	});

	it('belongs to the last call: a newer one takes the figure back, one that ended earlier does not', () => {
		const tracker = new RetainedTracker();
		tracker.collected(full(10, 100));
		tracker.ended(1, 20, 30);
		tracker.collected(full(40, 175));
		tracker.ended(1, 15, 25);
		assert.equal(tracker.of(1, stats(2)), 75);
		tracker.ended(1, 42, 43);
		assert.equal(tracker.of(1, stats(3)), undefined);
	});

	it('says nothing where calls are counted that were not told one by one, or nothing is counted', () => {
		const tracker = new RetainedTracker();
		tracker.collected(full(10, 100));
		tracker.ended(1, 20, 30);
		tracker.collected(full(40, 175));
		assert.equal(tracker.of(1, stats(2, 1)), 75, 'one is open');
		assert.equal(tracker.of(1, stats(2)), undefined);
		assert.equal(tracker.of(1, stats(2_500_000)), undefined);
		assert.equal(tracker.of(1, undefined), undefined);
	});
});
