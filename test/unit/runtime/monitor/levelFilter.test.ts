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

	it('explains the sample', () => {
		const filter = new LevelFilter();
		assert.match(filter.next(at(0.96), DEFAULT_THRESHOLDS).reason, /^The machine has/);
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
