/**
 * Standard error of a sum that rests on allocations sampled by bytes. An object of `size` is met with p = 1 − e^(−size / interval) and then
 * counts `size / p`: a site of `n` samples has the variance n · weight² · (1 − p). Objects much larger than the interval are met always and
 * add nothing; of the others the weight is taken for equal within a site.
 * @param intervalBytes Mean bytes between two samples.
 */
export function standardErrorBytes(sites: Iterable<{ bytes: number; samples: number }>, intervalBytes: number): number {
	let variance = 0;
	for (const { bytes, samples } of sites) {
		if (samples <= 0 || bytes <= 0) continue;
		const weight = bytes / samples;
		variance += samples * weight ** 2 * (1 - chanceOf(weight, intervalBytes));
	}
	return Math.sqrt(variance);
}

/** p of an object whose `size / p` is `weight`: the root of x / (1 − e^(−x)) = weight / interval, x being size / interval. */
function chanceOf(weight: number, intervalBytes: number): number {
	const ratio = weight / intervalBytes;
	// No object weighs less than the interval; what does is rounded.
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
