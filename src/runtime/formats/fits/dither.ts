/** FITS standard 4.0, section 10.2 and appendix I. */
const RANDOM_COUNT = 10_000;
/** Stored for an exact zero by SUBTRACTIVE_DITHER_2. */
const ZERO = -2147483646;

let sequence: Float32Array | undefined;

/** The sequence that all writers share: Park and Miller's generator. Single precision, as in the program that wrote them. */
function randomNumbers(): Float32Array {
	if (sequence) return sequence;
	sequence = new Float32Array(RANDOM_COUNT);
	let seed = 1;
	for (let i = 0; i < RANDOM_COUNT; i++) {
		seed = (16807 * seed) % 2147483647;
		sequence[i] = seed / 2147483647;
	}
	return sequence;
}

export interface Dequantization {
	readonly scale: number;
	readonly zero: number;
	readonly blank: number | undefined;
	readonly method: 'NO_DITHER' | 'SUBTRACTIVE_DITHER_1' | 'SUBTRACTIVE_DITHER_2';
	/** ZDITHER0, from 1. */
	readonly seed: number;
	/** The tile's row in the table, from 0. */
	readonly tile: number;
}

/** Floating-point numbers again from the whole numbers that they were rounded to, tile by tile. */
export function dequantize(
	values: Int32Array,
	pixels: number,
	into: Float32Array | Float64Array,
	how: Dequantization,
): void {
	const { scale, zero, blank, method, seed, tile } = how;
	if (method === 'NO_DITHER') {
		for (let i = 0; i < pixels; i++) {
			const value = values[i] ?? 0;
			into[i] = value === blank ? Number.NaN : value * scale + zero;
		}
		return;
	}
	const random = randomNumbers();
	let row = (((tile + seed - 1) % RANDOM_COUNT) + RANDOM_COUNT) % RANDOM_COUNT;
	let next = Math.floor((random[row] ?? 0) * 500);
	const zeros = method === 'SUBTRACTIVE_DITHER_2';
	for (let i = 0; i < pixels; i++) {
		const value = values[i] ?? 0;
		if (value === blank) into[i] = Number.NaN;
		else if (zeros && value === ZERO) into[i] = 0;
		else into[i] = (value - (random[next] ?? 0) + 0.5) * scale + zero;
		if (++next === RANDOM_COUNT) {
			row = (row + 1) % RANDOM_COUNT;
			next = Math.floor((random[row] ?? 0) * 500);
		}
	}
}
