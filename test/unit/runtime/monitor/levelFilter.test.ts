import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DEFAULT_THRESHOLDS, memoryLevel, severityOf } from '../../../../src/protocol/levels.ts';
import { CALM_SAMPLES, LevelFilter } from '../../../../src/runtime/monitor/levelFilter.ts';

const at = (share: number) => ({ totalBytes: 1e12, availableBytes: 1e12 * (1 - share) });

/** The level after each of these shares. */
function levels(shares: readonly number[], filter = new LevelFilter()) {
	return shares.map(share => filter.next(at(share), DEFAULT_THRESHOLDS).level);
}

describe('LevelFilter', () => {
	it('rises at once, over several levels', () => {
		assert.deepEqual(levels([0.1, 0.86, 0.96]), ['normal', 'elevated', 'critical']);
	});

	it('falls only after some samples in a row', () => {
		const shares = [0.96, ...Array<number>(CALM_SAMPLES).fill(0.1)];
		assert.deepEqual(levels(shares), [...Array<string>(CALM_SAMPLES).fill('critical'), 'normal']);
	});

	it('does not fall while the use stays within the margin', () => {
		assert.equal(levels([0.86, ...Array<number>(20).fill(0.84)]).at(-1), 'elevated');
	});

	it('counts anew when the use comes back in between', () => {
		const calm = Array<number>(CALM_SAMPLES - 1).fill(0.1);
		assert.equal(levels([0.86, ...calm, 0.84, ...calm]).at(-1), 'elevated');
	});

	it('falls to the worst that was seen meanwhile', () => {
		assert.equal(levels([0.96, 0.1, 0.91, 0.1, 0.1]).at(-1), 'high');
	});

	it('explains the level, after a rise, while it stays and after a fall', () => {
		const reasons = (shares: readonly number[]) => {
			const filter = new LevelFilter();
			const heap = (share: number) => ({ heapUsedBytes: share * 2 ** 30, heapLimitBytes: 2 ** 30 });
			return shares.map(share => filter.next(heap(share), DEFAULT_THRESHOLDS).reason);
		};
		const limit = 'of its limit of 1.00 GB';
		assert.deepEqual(reasons([0.96, 0.93, 0.91, 0.8, 0.7, 0.6]), [
			`The heap is at 96 % ${limit}.`,
			`Stays critical: the heap is at 93 % ${limit}, not clearly below where critical begins.`,
			`Stays critical until 3 more readings in a row are clearly below it: the heap is at 91 % ${limit}.`,
			'Stays critical until 2 more readings in a row are clearly below it: the heap is at 80 % of its limit.',
			'Stays critical until 1 more reading is clearly below it: the heap is at 70 % of its limit.',
			`Falls to high and no further because of the reading 3 before this one: the heap is at 91 % ${limit}.`,
		]);
		assert.equal(
			reasons([0.96, 0.8, 0.8, 0.8, 0.89]).at(-1),
			`Falls to high and no further: the heap is at 89 % ${limit}, not clearly below where high begins.`,
		);
		assert.match(
			reasons([0.96, 0.1, 0.1, 0.88, 0.1]).at(-1) ?? '',
			/^Falls to high .* of the reading before this one: /,
		);
		assert.equal(reasons([0.96, 0.1, 0.1, 0.1, 0.2]).at(-1), 'The heap is at 20 % of its limit.');
	});

	it('ends a level at the limit itself', () => {
		assert.equal(levels([0.96, ...Array<number>(CALM_SAMPLES).fill(0.92)]).at(-1), 'high');
		assert.equal(levels([0.86, ...Array<number>(CALM_SAMPLES).fill(0.82)]).at(-1), 'normal');
	});

	it('is never below what a sample says, and steady under steady use', () => {
		const share = fc.double({ min: 0, max: 1, noNaN: true });
		fc.assert(
			fc.property(fc.array(share, { maxLength: 60 }), share, (shares, last) => {
				const filter = new LevelFilter();
				for (const each of shares) {
					const { level } = filter.next(at(each), DEFAULT_THRESHOLDS);
					assert.ok(severityOf(level) >= severityOf(memoryLevel(at(each)).level));
				}
				levels(Array<number>(20).fill(last), filter);
				const settled = new Set(levels(Array<number>(20).fill(last), filter));
				assert.equal(settled.size, 1);
			}),
		);
	});
});
