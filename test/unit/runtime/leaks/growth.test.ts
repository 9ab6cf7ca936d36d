import assert from 'node:assert/strict';
import fc from 'fast-check';
import { countGrowth, evenGrowth, type Samples, sampledGrowth } from '../../../../src/runtime/leaks/growth.ts';

const KB = 1024;
const INTERVAL = 16 * KB;

/** Readings in which each round adds `born` samples and takes as many of the oldest as `died`. */
function readings(rounds: { born: number; died: number }[], size = INTERVAL): Samples[] {
	let ordinal = 0;
	const live = new Map<number, number>();
	return rounds.map(({ born, died }) => {
		for (const oldest of [...live.keys()].slice(0, died)) live.delete(oldest);
		for (let i = 0; i < born; i++) live.set(++ordinal, size);
		return new Map(live);
	});
}

const same = (count: number, round: { born: number; died: number }) => Array.from({ length: count }, () => round);

describe('sampledGrowth', () => {
	it('sees a place that keeps what it allocates', () => {
		const growth = sampledGrowth(readings(same(5, { born: 5, died: 0 })), INTERVAL);
		assert.deepEqual(growth, { total: 20 * INTERVAL, perRound: 5 * INTERVAL });
	});

	it('does not see a place that changes its objects for others', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 }), (held, changed) => {
				const rounds = [{ born: held, died: 0 }, ...same(4, { born: changed, died: Math.min(changed, held) })];
				const last = changed > held ? rounds.map(() => ({ born: held, died: held })) : rounds;
				assert.equal(sampledGrowth(readings(last), INTERVAL), undefined);
			}),
		);
	});

	it('asks for more than chance explains: few samples of small objects prove nothing', () => {
		assert.equal(sampledGrowth(readings(same(5, { born: 1, died: 0 })), INTERVAL), undefined);
	});

	it('believes few samples of objects far above the interval, which are always sampled', () => {
		assert.equal(sampledGrowth(readings(same(5, { born: 1, died: 0 }), 4096 * KB), INTERVAL)?.perRound, 4096 * KB);
	});

	it('does not see a store that fills up, nor one step', () => {
		const filling = [20, 40, 20, 10, 0].map(born => ({ born, died: 0 }));
		assert.equal(sampledGrowth(readings(filling), INTERVAL), undefined);
		const step = [20, 0, 0, 200, 0].map(born => ({ born, died: 0 }));
		assert.equal(sampledGrowth(readings(step), INTERVAL), undefined);
	});

	it('sees an array that doubles its store now and then', () => {
		// Of 200 000 numbers a round, as measured on Node 24: each store replaces the one before, and once none is due.
		const stores = [1.97, 4.42, 6.63, 6.63, 9.95].map(mb => new Map([[mb, mb * 1024 * KB]]));
		assert.ok(sampledGrowth(stores, INTERVAL));
	});

	it('needs three readings', () => {
		assert.equal(sampledGrowth(readings(same(2, { born: 50, died: 0 })), INTERVAL), undefined);
		assert.equal(sampledGrowth([], INTERVAL), undefined);
	});
});

describe('evenGrowth', () => {
	it('asks for growth in every round', () => {
		assert.deepEqual(evenGrowth([0, 10, 20, 30], 30), { total: 30, perRound: 10 });
		assert.equal(evenGrowth([0, 10, 20, 30], 31), undefined);
		assert.equal(evenGrowth([0, 15, 15, 30], 1), undefined);
		assert.equal(evenGrowth([0, 30, 20, 30], 1), undefined);
		assert.equal(evenGrowth([30, 20, 10], 1), undefined);
	});

	it('does not take what slows down for a leak', () => {
		assert.equal(evenGrowth([5891, 9996, 12907, 15001, 16480], 1), undefined);
	});
});

describe('countGrowth', () => {
	it('believes one more object in each round when the rounds do the same', () => {
		assert.deepEqual(countGrowth([2, 3, 4, 5, 6], true), { total: 4, perRound: 1 });
	});

	it('asks for more while a running program is watched', () => {
		assert.equal(countGrowth([2, 3, 4, 5, 6], false), undefined);
		assert.deepEqual(countGrowth([2, 22, 41, 63, 80], false), { total: 78, perRound: 19.5 });
	});

	it('does not see numbers that go to and fro', () => {
		const few = fc.array(fc.integer({ min: 960, max: 1040 }), { minLength: 5, maxLength: 5 });
		fc.assert(
			fc.property(few, counts => {
				const steps = counts.slice(1).map((count, i) => count - (counts[i] ?? 0));
				fc.pre(steps.some(step => step !== steps[0]));
				assert.equal(countGrowth(counts, true), undefined);
			}),
		);
	});
});
