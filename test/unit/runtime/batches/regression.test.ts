import assert from 'node:assert/strict';
import { type Point, predictAt, tQuantile95 } from '../../../../src/runtime/batches/regression.ts';

/** Deterministic noise: mulberry32 through Box and Muller. */
function noise(seed: number): () => number {
	const uniform = () => {
		seed = (seed + 0x6d2b79f5) | 0;
		let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
	return () => Math.sqrt(-2 * Math.log(uniform() || 1e-12)) * Math.cos(2 * Math.PI * uniform());
}

describe('regression', () => {
	it('has the quantiles of the tables', () => {
		const table: [number, number][] = [
			[1, 6.314],
			[2, 2.92],
			[6, 1.943],
			[7, 1.895],
			[10, 1.812],
			[30, 1.697],
			[120, 1.658],
		];
		for (const [degrees, value] of table) {
			assert.ok(Math.abs(tQuantile95(degrees) - value) < 1e-3, `${degrees}: ${tQuantile95(degrees)}`);
		}
	});

	it('gives the textbook interval', () => {
		// Least squares by hand: x̄ = 3, ȳ = 4, slope 0.6, SSE 2.4, Sxx 10.
		const points: Point[] = [
			[1, 2],
			[2, 4],
			[3, 5],
			[4, 4],
			[5, 5],
		];
		const { value, low, high } = predictAt(points, 6) ?? { value: Number.NaN };
		assert.ok(Math.abs(value - 5.8) < 1e-9);
		const half = 2.3534 * Math.sqrt(0.8) * Math.sqrt(1 + 1 / 5 + 9 / 10);
		assert.ok(Math.abs((high ?? 0) - 5.8 - half) < 1e-9 && Math.abs(5.8 - (low ?? 0) - half) < 1e-9);
	});

	it('holds nine of ten next observations, from few points and many', () => {
		for (const count of [4, 8, 30]) {
			const next = noise(count);
			let held = 0;
			const rounds = 4_000;
			for (let round = 0; round < rounds; round++) {
				const points = Array.from({ length: count }, (_, i): Point => [i + 1, 50 + 7 * (i + 1) + 10 * next()]);
				const x = 1 + (round % count);
				const { low = 0, high = 0 } = predictAt(points, x) ?? {};
				const y = 50 + 7 * x + 10 * next();
				if (y >= low && y <= high) held++;
			}
			const share = held / rounds;
			assert.ok(share > 0.885 && share < 0.915, `${count} points: ${share}`);
		}
	});

	it('grows wider with the distance', () => {
		const points: Point[] = [
			[1, 12],
			[2, 19],
			[3, 33],
			[4, 38],
		];
		const width = (x: number) => {
			const { low = 0, high = 0 } = predictAt(points, x) ?? {};
			return high - low;
		};
		assert.ok(width(2.5) < width(5) && width(5) < width(50) / 5);
	});

	it('is in proportion where there is no line, without an interval from one or two', () => {
		assert.equal(predictAt([], 5), undefined);
		assert.equal(predictAt([[0, 7]], 5), undefined);
		assert.deepEqual(predictAt([[10, 50]], 20), { value: 100 });
		const same = predictAt(
			[
				[10, 40],
				[10, 50],
				[10, 60],
			],
			20,
		);
		assert.equal(same?.value, 100);
		assert.ok((same.low ?? 0) < 80 && (same.high ?? 0) > 120);
	});
});
