import assert from 'node:assert/strict';
import { RetainedTracker } from '../../../src/analysis/retained.ts';
import type { GcEntry } from '../../../src/protocol/entries.ts';

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

describe('RetainedTracker', () => {
	it('compares the floors around the last call', () => {
		const tracker = new RetainedTracker();
		tracker.collected(full(10, 100));
		tracker.ended(1, 20, 30);
		assert.deepEqual(tracker.collected(full(40, 175, { externalAfterBytes: 5 })), [[1, 80]]);
		assert.deepEqual(tracker.collected(full(50, 900)), []);
	});

	it('says nothing without a collection before the call', () => {
		const tracker = new RetainedTracker();
		tracker.ended(1, 20, 30);
		assert.deepEqual(tracker.collected(full(40, 175)), []);
	});

	it('waits for a collection that surely came after the call', () => {
		const tracker = new RetainedTracker();
		tracker.collected(full(10, 100));
		tracker.ended(1, 20, 30);
		assert.deepEqual(tracker.collected(full(35, 120, { windowMs: 10 })), []);
		assert.deepEqual(tracker.collected(full(60, 130, { windowMs: 10 })), [[1, 30]]);
	});
});
