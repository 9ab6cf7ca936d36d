import assert from 'node:assert/strict';
import { indexAt, panned, scaled, visibleWindow, zoomedAt, zoomedTo } from '../../../src/analysis/timeWindow.ts';

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

	it('zooms at the pointer, which stays where it is, and gives the whole run when that fits', () => {
		assert.deepEqual(zoomedAt({ min: 0, max: 1_000 }, 0.5, 250, 1_000), { min: 125, max: 625 });
		assert.deepEqual(zoomedAt({ min: 0, max: 500 }, 1.5, 500, 1_000), { min: 0, max: 750 });
		assert.equal(zoomedAt({ min: 0, max: 500 }, 2, 100, 1_000), undefined);
		assert.deepEqual(zoomedAt({ min: 100, max: 200 }, 0.001, 150, 1_000), { min: 125, max: 175 });
	});

	it('moves along the axis and stops at its ends', () => {
		assert.deepEqual(panned({ min: 100, max: 200 }, 50, 1_000), { min: 150, max: 250 });
		assert.deepEqual(panned({ min: 100, max: 200 }, -500, 1_000), { min: 0, max: 100 });
		assert.deepEqual(panned({ min: 100, max: 200 }, 5_000, 1_000), { min: 900, max: 1_000 });
	});
});
