/** `[x, y]` */
export type Point = readonly [number, number];

export interface Line {
	slope: number;
	/** Bounds of the slope, 95 %. */
	low: number;
	high: number;
	at(x: number): number;
}

/** Two-sided 95 % of the normal distribution. */
const Z = 1.96;

/**
 * A line through points of which up to 29 % may lie anywhere: the median of the slopes of all pairs (Theil 1950, Sen 1968). Its interval is
 * Sen's, from the variance of Kendall's S. `undefined` with fewer than two different x.
 */
export function theilSen(points: readonly Point[]): Line | undefined {
	const slopes: number[] = [];
	for (const [i, [x1, y1]] of points.entries()) {
		for (let j = i + 1; j < points.length; j++) {
			const [x2, y2] = points[j] as Point;
			if (x2 !== x1) slopes.push((y2 - y1) / (x2 - x1));
		}
	}
	if (slopes.length === 0) return undefined;
	slopes.sort((a, b) => a - b);
	const slope = median(slopes);
	const n = points.length;
	const width = Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
	const clamp = (i: number) => Math.min(slopes.length - 1, Math.max(0, Math.round(i)));
	const low = slopes[clamp((slopes.length - width) / 2)] ?? slope;
	const high = slopes[clamp((slopes.length + width) / 2)] ?? slope;
	const offset = median(points.map(([x, y]) => y - slope * x).sort((a, b) => a - b));
	return { slope, low, high, at: x => offset + slope * x };
}

function median(sorted: readonly number[]): number {
	const middle = sorted.length >> 1;
	const upper = sorted[middle] ?? 0;
	return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
