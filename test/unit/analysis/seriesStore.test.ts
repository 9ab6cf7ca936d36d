import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SeriesStore } from '../../../src/analysis/seriesStore.ts';

const store = (count: number, capacity: number, rss: (i: number) => number) => {
	const made = new SeriesStore(capacity);
	for (let i = 0; i < count; i++) made.push({ type: 'sample', t: i, rssBytes: rss(i) });
	return made;
};

describe('SeriesStore', () => {
	it('keeps null where a figure was not measured', () => {
		const { data } = store(2, 10, i => i);
		assert.deepEqual(data.rssBytes, [0, 1]);
		assert.deepEqual(data.heapUsedBytes, [null, null]);
	});

	it('stays below its capacity, in order of time, and never loses a peak or the newest sample', () => {
		fc.assert(
			fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 700 }), values => {
				const { data } = store(values.length, 64, i => values[i] ?? 0);
				assert.ok(data.t.length < 64);
				assert.equal(data.rssBytes.length, data.t.length);
				assert.equal(Math.max(...data.rssBytes.map(value => value ?? 0)), Math.max(...values));
				assert.equal(data.t.at(-1), values.length - 1);
				assert.ok(data.t.every((t, i) => i === 0 || t > (data.t[i - 1] ?? 0)));
			}),
		);
	});

	it('takes the measured one of two samples', () => {
		const made = new SeriesStore(2);
		made.push({ type: 'sample', t: 0, rssBytes: 5 });
		made.push({ type: 'sample', t: 1, heapUsedBytes: 3 });
		assert.deepEqual([made.data.t, made.data.rssBytes, made.data.heapUsedBytes], [[1], [5], [3]]);
	});
});
