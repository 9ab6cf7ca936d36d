import assert from 'node:assert/strict';
import { standardErrorBytes } from '../../../src/analysis/samplingError.ts';

/** Exactly: n objects of `size`, of which each is met with p and counts size / p. */
function expected(size: number, interval: number, samples: number): { bytes: number; error: number } {
	const p = 1 - Math.exp(-size / interval);
	return { bytes: (samples * size) / p, error: Math.sqrt(samples * (size / p) ** 2 * (1 - p)) };
}

describe('standardErrorBytes', () => {
	for (const [size, interval] of [
		[1, 512],
		[100, 512],
		[512, 512],
		[3_000, 512],
		[40_000, 512],
	] as const) {
		it(`is that of sampling objects of ${size} bytes every ${interval}`, () => {
			const { bytes, error } = expected(size, interval, 25);
			const got = standardErrorBytes([{ bytes, samples: 25 }], interval);
			assert.ok(Math.abs(got - error) <= 1e-6 * bytes, `${got} for ${error}`);
		});
	}

	it('adds sites as variances, and nothing for what is always met', () => {
		const one = standardErrorBytes([{ bytes: 5_000, samples: 10 }], 500);
		assert.ok(
			Math.abs(
				standardErrorBytes(
					[
						{ bytes: 5_000, samples: 10 },
						{ bytes: 5_000, samples: 10 },
					],
					500,
				) -
					one * Math.SQRT2,
			) < 1e-9,
		);
		assert.ok(standardErrorBytes([{ bytes: 1e9, samples: 1 }], 500) < 1);
		assert.equal(standardErrorBytes([{ bytes: 0, samples: 0 }], 500), 0);
	});
});
