/**
 * Standard error of a sum that rests on allocations sampled by bytes, or somewhat more. On the heap V8 samples as a Poisson process: an
 * object of `size` is met with p = 1 − e^(−size / interval) and then counts `size / p`, and a site of `n` samples has the variance
 * n · weight² · (1 − p). Outside the heap points lie at more even distances: a sample counts one interval, rarely two, p is higher for the
 * same size, and what sites get too much others get too little; the same formula is an upper bound. Large allocations are met always and
 * add nothing; outside the heap they may be smaller than the interval, so that a site of them and of others is taken as if it had others
 * only. Above the interval the weight is taken for equal within a site.
 * @param intervalBytes Mean bytes between two samples.
 */
export function standardErrorBytes(sites: Iterable<{ bytes: number; samples: number }>, intervalBytes: number): number {
	let variance = 0;
	for (const { bytes, samples } of sites) {
		if (samples <= 0 || bytes <= 0) continue;
		const weight = bytes / samples;
		variance += bytes * Math.max(weight, intervalBytes) * (1 - chanceOf(weight, intervalBytes));
	}
	return Math.sqrt(variance);
}

/** p of an object whose `size / p` is `weight`: the root of x / (1 − e^(−x)) = weight / interval, x being size / interval. */
function chanceOf(weight: number, intervalBytes: number): number {
	const ratio = weight / intervalBytes;
	// Weights below the interval: rounded, or with allocations that are always met.
	if (ratio <= 1) return 0;
	// The left side is convex and below x + 1: Newton comes from above.
	let x = ratio;
	for (let i = 0; i < 12; i++) {
		const missed = Math.exp(-x);
		const value = x / (1 - missed) - ratio;
		const slope = (1 - missed - x * missed) / (1 - missed) ** 2;
		const next = x - value / slope;
		if (!(next > 0) || Math.abs(next - x) < 1e-9) break;
		x = next;
	}
	return 1 - Math.exp(-x);
}
