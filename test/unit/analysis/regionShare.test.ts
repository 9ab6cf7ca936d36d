import assert from 'node:assert/strict';
import { regionShare } from '../../../src/analysis/regionShare.ts';
import type { SpanEntry } from '../../../src/protocol/entries.ts';

const spans = (...rows: [region: number, t: number, end: number | undefined, parent?: number][]) =>
	new Map(
		rows.map(([region, t, end, parent], i): [number, SpanEntry] => [
			i + 1,
			{
				type: 'span',
				t,
				region,
				span: i + 1,
				...(end !== undefined && { end }),
				...(parent !== undefined && { parent }),
			},
		]),
	);

describe('regionShare', () => {
	it('is the part of the time in which the region is open', () => {
		const share = regionShare(spans([1, 100, 200], [1, 400, 500]), 1);
		assert.equal(share(0, 1_000), 0.2);
		assert.equal(share(100, 200), 1);
		assert.equal(share(150, 450), 1 / 3);
		assert.equal(share(600, 700), 0);
		assert.equal(share(5, 5), 0);
	});

	it('divides an instant among the regions that are open side by side', () => {
		const open = spans([1, 0, 100], [2, 50, 100], [3, 75, 100]);
		const sum = [1, 2, 3].map(region => regionShare(open, region)(0, 100));
		assert.ok(Math.abs((sum[0] ?? 0) - (0.5 + 0.125 + 0.25 / 3)) < 1e-12);
		assert.ok(Math.abs(sum.reduce((a, b) => a + b, 0) - 1) < 1e-12);
	});

	it('counts a nested call for the region around it too', () => {
		const open = spans([1, 0, 100], [2, 20, 60, 1], [2, 30, 50, 2]);
		assert.equal(regionShare(open, 1)(0, 100), 1);
		assert.equal(regionShare(open, 2)(0, 100), 0.4);
	});

	it('lets a call run on to the end while it is open, and its callee outlive it', () => {
		assert.equal(regionShare(spans([1, 50, undefined]), 1)(0, 100), 0.5);
		assert.equal(regionShare(spans([1, 0, 40], [2, 20, 80, 1]), 1)(0, 100), 0.8);
	});

	it('is not confused by calls without length or without end to their callers', () => {
		assert.equal(regionShare(spans([1, 10, 10], [2, 0, 100]), 2)(0, 100), 1);
		assert.equal(regionShare(spans([1, 10, 10], [2, 0, 100]), 1)(0, 100), 0);
		assert.equal(regionShare(spans([1, 0, 50, 2], [2, 0, 50, 1]), 3)(0, 100), 0);
	});
});
