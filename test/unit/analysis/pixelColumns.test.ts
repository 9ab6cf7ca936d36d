import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pixelPoints, pixelRows } from '../../../src/analysis/pixelColumns.ts';
import { SeriesStore } from '../../../src/analysis/seriesStore.ts';

const series = (values: readonly number[], levelRows = 16) => {
	const store = new SeriesStore(levelRows);
	values.forEach((rssBytes, t) => {
		store.push({ type: 'sample', t, rssBytes });
	});
	return store.data;
};

describe('pixelPoints', () => {
	it('gives every sample where there is room, and one row on each side of the window', () => {
		const data = series([5, 1, 7, 3, 9, 2]);
		const { t, columns, rows } = pixelPoints(data, ['rssBytes'], { min: 1.5, max: 4.5 }, 100);
		assert.deepEqual(t, [1, 2, 3, 4, 5]);
		assert.deepEqual(columns, [[1, 7, 3, 9, 2]]);
		assert.deepEqual(rows, [1, 2, 3, 4, 5]);
	});

	it('keeps the lowest and the highest of each pixel of any window, in order of time, at most two points a pixel', () => {
		const window = fc
			.tuple(fc.nat(999), fc.nat(999))
			.map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) + 1 }));
		fc.assert(
			fc.property(
				fc.array(fc.nat(1_000), { minLength: 1_000, maxLength: 1_000 }),
				window,
				fc.integer({ min: 1, max: 300 }),
				(values, at, pixels) => {
					const data = series(values);
					const { t, columns, rows } = pixelPoints(data, ['rssBytes'], at, pixels);
					assert.ok(t.length <= 2 * (pixels + 3));
					assert.ok(t.every((time, i) => i === 0 || time >= (t[i - 1] ?? 0)));
					assert.equal(rows.length, t.length);
					// Rows that lie in the window with all their samples.
					const inside = data.t
						.map((time, row) => [(data.t[row - 1] ?? -1) + 1, time] as const)
						.filter(([from, to]) => from >= at.min && to <= at.max);
					const samples = inside.flatMap(([from, to]) => values.slice(from, to + 1));
					if (samples.length === 0) return;
					const drawn = (columns[0] ?? []).map(Number);
					assert.ok(Math.max(...drawn) >= Math.max(...samples));
					assert.ok(Math.min(...drawn) <= Math.min(...samples));
				},
			),
			{ numRuns: 80 },
		);
	});

	it('draws nothing of nothing, and gaps as gaps', () => {
		assert.deepEqual(pixelPoints(series([]), ['rssBytes'], { min: 0, max: 9 }, 10).t, []);
		const store = new SeriesStore();
		for (let t = 0; t < 4; t++) store.push({ type: 'sample', t, ...(t !== 2 && { rssBytes: t }) });
		assert.deepEqual(pixelPoints(store.data, ['rssBytes', 'externalBytes'], { min: 0, max: 3 }, 100).columns, [
			[0, 1, null, 3],
			[null, null, null, null],
		]);
	});
});

describe('pixelRows', () => {
	it('gives whole rows, of each pixel the one that is highest', () => {
		const { t, columns, rows } = pixelRows(
			[0, 1, 2, 3, 4, 5],
			[
				[1, 2, 3, 4, 5, 6],
				[9, 8, 20, 7, 30, 1],
			],
			1,
			{ min: 0, max: 6 },
			2,
		);
		assert.deepEqual(
			[t, rows],
			[
				[0, 2, 4],
				[0, 2, 4],
			],
		);
		assert.deepEqual(columns, [
			[1, 3, 5],
			[9, 20, 30],
		]);
	});
});
