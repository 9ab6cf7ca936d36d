import assert from 'node:assert/strict';
import { indexAt, scaled, visibleWindow, zoomedTo } from '../../../src/analysis/timeWindow.ts';

describe('timeWindow', () => {
	it('shows the whole run, a zoomed part, or the newest part', () => {
		assert.deepEqual(visibleWindow(undefined, false, 40_000), { min: 0, max: 40_000 });
		assert.deepEqual(visibleWindow({ min: 5, max: 90 }, false, 40_000), { min: 5, max: 90 });
		assert.deepEqual(visibleWindow(undefined, true, 40_000), { min: 10_000, max: 40_000 });
		assert.deepEqual(visibleWindow({ min: 0, max: 5_000 }, true, 40_000), { min: 35_000, max: 40_000 });
		assert.deepEqual(visibleWindow(undefined, true, 2_000), { min: 0, max: 30_000 });
		assert.ok(visibleWindow(undefined, false, 0).max > 0);
	});

	it('takes a drag in either direction, inside the run, and no mere click', () => {
		assert.deepEqual(zoomedTo(900, 100, 5_000), { min: 100, max: 900 });
		assert.deepEqual(zoomedTo(-50, 9_000, 5_000), { min: 0, max: 5_000 });
		assert.equal(zoomedTo(100, 110, 5_000), undefined);
	});

	it('zooms around the middle and ends at the whole run', () => {
		assert.deepEqual(scaled({ min: 0, max: 1_000 }, 0.5, 1_000), { min: 250, max: 750 });
		assert.deepEqual(scaled({ min: 800, max: 1_000 }, 2, 1_000), { min: 600, max: 1_000 });
		assert.equal(scaled({ min: 250, max: 750 }, 2, 1_000), undefined);
	});

	it('finds the last value that is not after a time', () => {
		assert.deepEqual(
			[-1, 0, 1, 5, 99].map(t => indexAt([0, 2, 5], t)),
			[-1, 0, 0, 2, 2],
		);
		assert.equal(indexAt([], 3), -1);
	});
});
