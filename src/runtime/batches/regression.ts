/** `[x, y]` */
export type Point = readonly [number, number];

export interface LinePrediction {
	value: number;
	/** Interval that holds the next observation with 90 %; absent where the points are too few to tell. */
	low?: number;
	high?: number;
}

/**
 * The value of `y` at `x` by simple linear regression (ordinary least squares) with the 90 % prediction interval
 * `ŷ ± t(0.95, n−2) · s · √(1 + 1/n + (x−x̄)² / Sxx)`, `s² = SSE / (n−2)` (Draper and Smith, Applied Regression Analysis, 3rd ed., 1.4).
 * It grows wider with the distance from the points.
 *
 * With fewer than three points, or where all have one `x`, there is no line: `y` is taken to be in proportion to `x`, which is
 * the line through the origin. Its interval then rests on the spread of the ratios `y/x`: `± t(0.95, n−1) · s · √(1 + 1/n)`, from
 * three points on.
 */
export function predictAt(points: readonly Point[], x: number): LinePrediction | undefined {
	const n = points.length;
	if (n === 0) return undefined;
	const meanX = mean(points.map(([px]) => px));
	const sxx = sum(points.map(([px]) => (px - meanX) ** 2));
	// Rounding leaves a little where all are the same.
	if (n < 3 || sxx <= 1e-12 * n * meanX ** 2) return predictInProportion(points, x);
	const meanY = mean(points.map(([, py]) => py));
	const slope = sum(points.map(([px, py]) => (px - meanX) * (py - meanY))) / sxx;
	const value = meanY + slope * (x - meanX);
	const sse = sum(points.map(([px, py]) => (py - meanY - slope * (px - meanX)) ** 2));
	const s = Math.sqrt(sse / (n - 2));
	const half = tQuantile95(n - 2) * s * Math.sqrt(1 + 1 / n + (x - meanX) ** 2 / sxx);
	return { value, low: value - half, high: value + half };
}

function predictInProportion(points: readonly Point[], x: number): LinePrediction | undefined {
	const ratios = points.filter(([px]) => px > 0).map(([px, py]) => py / px);
	const n = ratios.length;
	if (n === 0) return undefined;
	const ratio = mean(ratios);
	if (n < 3) return { value: ratio * x };
	const s = Math.sqrt(sum(ratios.map(one => (one - ratio) ** 2)) / (n - 1));
	const half = tQuantile95(n - 1) * s * Math.sqrt(1 + 1 / n) * x;
	return { value: ratio * x, low: ratio * x - half, high: ratio * x + half };
}

/** From tables; the series below is not good enough for so few degrees of freedom. */
const FEW = [6.3138, 2.92, 2.3534, 2.1318, 2.015, 1.9432];
/** Of the normal distribution. */
const Z95 = 1.644854;

/** 95 % quantile of Student's t, three digits: Abramowitz and Stegun 26.7.5. */
export function tQuantile95(degrees: number): number {
	const few = FEW[degrees - 1];
	if (few !== undefined) return few;
	const z = Z95;
	return (
		z +
		(z ** 3 + z) / (4 * degrees) +
		(5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
		(3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
	);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
