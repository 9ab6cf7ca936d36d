import assert from 'node:assert/strict';
import {
	asksForSample,
	exactFrom,
	setInterval,
	startBudget,
	stopBudget,
	takeWeight,
} from '../../../../src/runtime/offHeap/budget.ts';

const INTERVAL = 64 * 1024;

/** What sampling makes of allocations of these sizes. */
const estimate = (sizes: Iterable<number>): number => {
	let sum = 0;
	for (const size of sizes) if (asksForSample(size)) sum += takeWeight(size);
	return sum;
};
const times = (count: number, size: number): number[] => new Array<number>(count).fill(size);

describe('the budget of off-heap samples', () => {
	beforeEach(() => {
		setInterval(INTERVAL);
		startBudget();
	});
	after(stopBudget);

	for (const size of [100, 5_000, INTERVAL / 2, INTERVAL - 1]) {
		it(`is off by an interval at most in a sum of allocations of ${size} bytes, however many there are`, () => {
			let [seen, made] = [0, 0];
			for (let round = 0; round < 50; round++) {
				seen += estimate(times(997, size));
				made += 997 * size;
				assert.ok(Math.abs(seen - made) <= INTERVAL, `${seen} for ${made}`);
			}
		});
	}

	it('is unbiased for some allocations among others, also in step with the interval', () => {
		let seen = 0;
		const count = 20_000;
		// Of one line, together a quarter of an interval.
		for (let i = 0; i < count; i++) {
			seen += estimate([5_000]);
			estimate([8_000, INTERVAL / 4 - 13_000 + 4_096]);
		}
		const made = count * 5_000;
		// Never more than points at random: the variance bytes × interval. Five standard deviations.
		assert.ok(Math.abs(seen - made) < 5 * Math.sqrt(made * INTERVAL), `${seen} for ${made}`);
	});

	it('takes large ones for themselves at any interval, in usable numbers', () => {
		const bytes = 700_001;
		for (const interval of [INTERVAL, 512 * 1024, 2 * 1024 * 1024]) {
			setInterval(interval);
			assert.equal(estimate(times(10, bytes)), 10 * bytes);
			assert.ok(exactFrom(interval) <= Math.max(512 * 1024, interval / 4));
		}
	});

	it('keeps sums right when the interval changes on the way', () => {
		let [seen, made] = [0, 0];
		const most = 512 * 1024;
		for (let round = 0; round < 40; round++) {
			setInterval([INTERVAL, most, 16 * 1024][round % 3] ?? INTERVAL);
			seen += estimate(times(500, 3_000));
			made += 500 * 3_000;
		}
		// Each change leaves an error of less than an interval.
		assert.ok(Math.abs(seen - made) < 5 * Math.sqrt(40) * most, `${seen} for ${made}`);
	});

	it('asks for nothing while it is stopped', () => {
		stopBudget();
		assert.equal(estimate([...times(1_000, 10_000), 1e9]), 0);
	});
});
