import { integerDtype, type SmallDtype } from './dtypes.ts';

export type Numbers = ArrayLike<number>;

/** Allowed distance of a float32 from the value it stands for: `absolute + relative × |value|`. */
export interface Tolerance {
	readonly absolute: number;
	readonly relative: number;
}

export interface Scan {
	/** `undefined`: nothing smaller than 64-bit floats holds the values. */
	readonly to: SmallDtype | undefined;
	/** Largest distance of an element from its value. */
	readonly maxError: number;
	/** One sentence. */
	readonly reason: string;
}

interface Integers {
	readonly low: number;
	readonly high: number;
	/** Where the first value stands that no 32-bit integer can hold; the length where there is none. */
	readonly end: number;
}

/** Whole numbers up to here are floats of 32 bits as they are. */
const EXACT = 2 ** 24;

/** What the values fit into: looks at integers until one is none, then at float32 until one is out of tolerance. */
export function scanNumbers(values: Numbers, tolerance: Tolerance, integersOnly: boolean): Scan {
	if (values.length === 0) return { to: undefined, maxError: 0, reason: 'There are no values to go by.' };
	const { low, high, end } = scanIntegers(values);
	const integer = end === values.length ? integerDtype(low, high) : undefined;
	if (integer) {
		return { to: integer, maxError: 0, reason: `Whole numbers from ${low} to ${high} fit ${integer}.` };
	}
	const why = end === values.length ? `the range from ${low} to ${high} is too wide` : whyNoInteger(values[end], end);
	if (integersOnly) return { to: undefined, maxError: 0, reason: `No integer type holds the values: ${why}.` };
	// Those before were seen already, and are exact where they are small.
	const from = low >= -EXACT && high <= EXACT ? end : 0;
	const { maxError, failedAt } = scanFloats(values, from, tolerance);
	if (failedAt !== undefined) {
		const value = values[failedAt] ?? Number.NaN;
		const off = `${value} at index ${failedAt} would be ${Math.fround(value)}`;
		return { to: undefined, maxError: 0, reason: `No integer type holds the values: ${why}; as float32 ${off}.` };
	}
	const how = maxError === 0 ? 'All values are exact in float32' : `As float32 values are off by at most ${maxError}`;
	return { to: 'float32', maxError, reason: `${how}; no integer type holds them: ${why}.` };
}

function scanIntegers(values: Numbers): Integers {
	const { length } = values;
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	let i = 0;
	for (; i < length; i++) {
		const value = values[i] as number;
		if (value === 0) {
			// -0 would come back as 0.
			if (1 / value < 0) break;
		} else if ((value | 0) !== value && value >>> 0 !== value) break;
		if (value < low) low = value;
		if (value > high) high = value;
	}
	return { low, high, end: i };
}

function scanFloats(
	values: Numbers,
	from: number,
	{ absolute, relative }: Tolerance,
): { maxError: number; failedAt?: number } {
	const { length } = values;
	let maxError = 0;
	for (let i = from; i < length; i++) {
		const value = values[i] as number;
		const error = Math.abs(Math.fround(value) - value);
		// Also NaN and the infinities come here: NaN - NaN and ∞ - ∞ are not 0, and both are what they were.
		if (error === 0 || Object.is(Math.fround(value), value)) continue;
		// A finite value that became infinite is infinitely far off, whatever the tolerance.
		if (!(error <= absolute + relative * Math.abs(value)) || error === Number.POSITIVE_INFINITY) {
			return { maxError, failedAt: i };
		}
		if (error > maxError) maxError = error;
	}
	return { maxError };
}

function whyNoInteger(value: number | undefined, index: number): string {
	const shown = Object.is(value, -0) ? '-0' : String(value);
	if (value === undefined || value === 0 || !Number.isFinite(value))
		return `no integer stands for ${shown} at index ${index}`;
	return `${shown} at index ${index} is ${Number.isInteger(value) ? 'beyond 32 bits' : 'not whole'}`;
}
