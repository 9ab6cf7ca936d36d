// Random numbers that are the same in each run.

/** From 0 to 1, by mulberry32. */
export function uniform(seed) {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** `count` numbers of mean 0, by Box and Muller. */
export function gaussians(count, deviation, seed) {
	const random = uniform(seed);
	return Float32Array.from({ length: count }, () => {
		const length = Math.sqrt(-2 * Math.log(1 - random()));
		return deviation * length * Math.cos(2 * Math.PI * random());
	});
}
