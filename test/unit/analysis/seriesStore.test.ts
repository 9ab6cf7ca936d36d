import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lowestAt, SeriesStore } from '../../../src/analysis/seriesStore.ts';

const store = (count: number, levelRows: number, rss: (i: number) => number) => {
	const made = new SeriesStore(levelRows);
	for (let i = 0; i < count; i++) made.push({ type: 'sample', t: i, rssBytes: rss(i) });
	return made;
};

describe('SeriesStore', () => {
	it('keeps null where a figure was not measured', () => {
		const { data } = store(2, 10, i => i);
		assert.deepEqual(data.rssBytes, [0, 1]);
		assert.deepEqual(data.heapUsedBytes, [null, null]);
		assert.equal(lowestAt(data, 'heapUsedBytes', 1), null);
	});

	it('keeps of every stretch the highest and the lowest, in order of time, and of the newest each sample', () => {
		fc.assert(
			fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 900 }), values => {
				const { data } = store(values.length, 16, i => values[i] ?? 0);
				assert.equal(
					data.levels.reduce((sum, rows) => sum + rows, 0),
					data.t.length,
				);
				const fine = Math.min(values.length, 48);
				assert.deepEqual(data.rssBytes.slice(-fine), values.slice(-fine));
				let from = 0;
				data.t.forEach((t, row) => {
					// Times are the numbers of the samples: a row stands for those up to its own.
					const stretch = values.slice(from, t + 1);
					assert.equal(data.rssBytes[row], Math.max(...stretch));
					assert.equal(lowestAt(data, 'rssBytes', row), Math.min(...stretch));
					from = t + 1;
				});
				assert.equal(from, values.length);
			}),
			{ numRuns: 60 },
		);
	});

	it('grows with the logarithm of the run only', () => {
		const made = store(200_000, 16, i => i % 97);
		const { t, levels, low, rssBytes } = made.data;
		assert.ok(levels.length <= 14 && t.length <= 16 * 2 * 14 + 32, `${t.length} rows in ${levels.length} levels`);
		assert.equal(rssBytes.length, t.length);
		assert.equal(low.rssBytes.length, t.length - (levels[0] ?? 0));
	});

	it('gives the same when it is made smaller later, and goes on from its own data', () => {
		const small = store(5_000, 8, i => (i * 7_919) % 1_000);
		const large = store(4_000, 64, i => (i * 7_919) % 1_000);
		const late = new SeriesStore(64, structuredClone(large.copy()));
		late.resize(8);
		for (let i = 4_000; i < 5_000; i++) late.push({ type: 'sample', t: i, rssBytes: (i * 7_919) % 1_000 });
		assert.ok(late.data.t.length <= small.data.t.length * 2);
		assert.deepEqual(late.data.rssBytes.slice(-24), small.data.rssBytes.slice(-24));
		assert.equal(Math.max(...late.data.rssBytes.map(Number)), 999);
	});

	it('takes the measured one of two samples', () => {
		const made = new SeriesStore(2);
		for (let t = 0; t < 8; t++) made.push({ type: 'sample', t, ...(t % 2 ? { heapUsedBytes: 3 } : { rssBytes: 5 }) });
		const { data } = made;
		assert.deepEqual([data.t[0], data.rssBytes[0], data.heapUsedBytes[0]], [1, 5, 3]);
		assert.deepEqual([lowestAt(data, 'rssBytes', 0), lowestAt(data, 'heapUsedBytes', 0)], [5, 3]);
	});
});
