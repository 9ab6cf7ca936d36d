// Which tone is the strongest in a stretch of sound?

/** Hz; of a stretch of a power of two samples under a Hann window. */
export function strongestTone(samples, sampleRate) {
	const size = samples.length;
	const real = Float64Array.from(samples, (value, i) => value * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size)));
	const imaginary = new Float64Array(size);
	transform(real, imaginary);
	let best = 1;
	const power = i => real[i] * real[i] + imaginary[i] * imaginary[i];
	for (let i = 2; i < size / 2; i++) if (power(i) > power(best)) best = i;
	return (best * sampleRate) / size;
}

/** The fast Fourier transform of Cooley and Tukey, in place. */
function transform(real, imaginary) {
	const size = real.length;
	for (let i = 1, j = 0; i < size; i++) {
		let bit = size >> 1;
		for (; j & bit; bit >>= 1) j ^= bit;
		j ^= bit;
		if (i < j) {
			[real[i], real[j]] = [real[j], real[i]];
			[imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
		}
	}
	for (let length = 2; length <= size; length *= 2) {
		const half = length / 2;
		for (let k = 0; k < half; k++) {
			const [cos, sin] = [Math.cos((-2 * Math.PI * k) / length), Math.sin((-2 * Math.PI * k) / length)];
			for (let i = k; i < size; i += length) {
				const re = real[i + half] * cos - imaginary[i + half] * sin;
				const im = real[i + half] * sin + imaginary[i + half] * cos;
				real[i + half] = real[i] - re;
				imaginary[i + half] = imaginary[i] - im;
				real[i] += re;
				imaginary[i] += im;
			}
		}
	}
}
