import { sharedHub } from '../reporter.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { MemoryManagerError, runtimeErrors, shown } from '../runtimeError.ts';
import { bytesPerElement, type Dtype, dtypeOf, integerDtype, smallArrays, type TypedArray } from './dtypes.ts';
import { type Numbers, type Scan, scanNumbers, type Tolerance } from './numberScan.ts';

export interface OptimizeDtypeOptions {
	/**
	 * How far a float32 may be from the float64 it stands for; without it only what is exact is converted. A number is the absolute
	 * distance, in the unit of the data. Of both, the sum is allowed: `absolute + relative × |value|`.
	 */
	tolerance?: number | { absolute?: number; relative?: number };
	/** Whole numbers only: never to float32. */
	integersOnly?: boolean;
}

export interface OptimizedArray {
	/** The smaller copy, or the typed array that came in where nothing smaller holds its values. */
	array: TypedArray;
	from: Dtype | 'array';
	to: Dtype;
	/** Of an ordinary array: 8 bytes an element, which V8 takes at least. */
	inputBytes: number;
	outputBytes: number;
	savedBytes: number;
	/** Every value is what it was. */
	lossless: boolean;
	/** Largest distance of an element from its value. */
	maxError: number;
	/** One sentence: why this type. */
	reason: string;
}

/** What would become of an array. */
export interface DtypePlan extends Scan {
	readonly from: Dtype | 'array';
	/** When the look began. */
	readonly t: number;
}

/** Below this a conversion is not worth a line in the report. */
const REPORTED_BYTES = 64 * 1024;

/**
 * The smallest typed array that holds the values: 8, 16 or 32-bit integers where all values are whole (NaN, the infinities and -0 are
 * not), else float32 where it is exact or within `tolerance`. Looks at each value once and stops at the first that does not fit; the
 * result is the only copy. A typed array for which there is nothing smaller is given back as it is; an ordinary array becomes
 * float64 then. The elements of big integer arrays that fit 32 bits become ordinary numbers. A result never shares memory between
 * threads, even where the input did.
 *
 * Throws a `MemoryManagerError`: `invalidInput` for what is no array of numbers, `invalidOption` for a wrong tolerance.
 *
 * @example
 * const { array, savedBytes } = optimizeDtype(Float64Array.from(delays), { tolerance: 0.001 });
 */
export function optimizeDtype(
	array: TypedArray | readonly number[],
	options: OptimizeDtypeOptions = {},
): OptimizedArray {
	return carryOut(array, planDtype(array, options));
}

/** Converts as planned, and tells the profiler of a large one. */
export function carryOut(array: TypedArray | readonly number[], plan: DtypePlan): OptimizedArray {
	const { from, maxError, reason, t } = plan;
	const converted = convert(array, plan);
	const inputBytes = from === 'array' ? 8 * array.length : (array as TypedArray).byteLength;
	const outputBytes = converted.byteLength;
	const to = plan.to ?? dtypeOf(converted) ?? 'float64';
	const hub = sharedHub();
	if (hub.recording && converted !== array && inputBytes > REPORTED_BYTES) {
		hub.report({
			type: 'operation',
			t,
			end: monotonicMs(),
			name: `${from} → ${to}`,
			kind: 'converted',
			inputBytes,
			outputBytes,
			detail: reason,
		});
	}
	const savedBytes = inputBytes - outputBytes;
	return {
		array: converted,
		from,
		to,
		inputBytes,
		outputBytes,
		savedBytes,
		lossless: maxError === 0,
		maxError,
		reason,
	};
}

/** Looks, but converts nothing. Throws like {@link optimizeDtype}. */
export function planDtype(array: TypedArray | readonly number[], options: OptimizeDtypeOptions): DtypePlan {
	const t = monotonicMs();
	const { tolerance, integersOnly } = checkDtypeOptions(options);
	const from = dtypeOf(array) ?? 'array';
	if (from === 'array') checkNumbers(array);
	const scan =
		from === 'bigint64' || from === 'biguint64'
			? scanBigInts(array as BigInt64Array | BigUint64Array)
			: // Nothing is smaller than a byte.
				from !== 'array' && bytesPerElement(from) === 1
				? { to: undefined, maxError: 0, reason: `${from} is the smallest there is.` }
				: scanNumbers(array as Numbers, tolerance, integersOnly || from === 'float32');
	const saves = scan.to && (from === 'array' || bytesPerElement(scan.to) < bytesPerElement(from));
	if (saves || !scan.to) return { ...scan, from, t };
	return { from, t, to: undefined, maxError: 0, reason: `${scan.reason} That is no smaller than ${from}.` };
}

function convert(array: TypedArray | readonly number[], { to, from }: DtypePlan): TypedArray {
	if (!to) return from === 'array' ? Float64Array.from(array as readonly number[]) : (array as TypedArray);
	if (from !== 'bigint64' && from !== 'biguint64') return new smallArrays[to](array as Numbers);
	const result = new smallArrays[to](array.length);
	for (let i = 0; i < array.length; i++) result[i] = Number(array[i]);
	return result;
}

function scanBigInts(values: BigInt64Array | BigUint64Array): Scan {
	if (values.length === 0) return { to: undefined, maxError: 0, reason: 'There are no values to go by.' };
	let low = values[0] ?? 0n;
	let high = low;
	for (let i = 0; i < values.length; i++) {
		const value = values[i] as bigint;
		if (value < low) low = value;
		else if (value > high) high = value;
		if (low < -0x8000_0000n || high > 0xffff_ffffn) {
			return {
				to: undefined,
				maxError: 0,
				reason: `No integer type holds the values: ${value} at index ${i} is beyond 32 bits.`,
			};
		}
	}
	const to = integerDtype(Number(low), Number(high));
	const range = `from ${low} to ${high}`;
	if (!to) return { to, maxError: 0, reason: `No integer type holds the values: the range ${range} is too wide.` };
	return { to, maxError: 0, reason: `Whole numbers ${range} fit ${to}, as ordinary numbers.` };
}

/** Throws `invalidOption`. */
export function checkDtypeOptions(options: OptimizeDtypeOptions): { tolerance: Tolerance; integersOnly: boolean } {
	const { invalidOption } = runtimeErrors;
	if (typeof options !== 'object' || options === null) {
		throw invalidOption('optimizeDtype', 'options', 'an object', options);
	}
	const { tolerance = 0, integersOnly = false } = options;
	if (typeof integersOnly !== 'boolean') {
		throw invalidOption('optimizeDtype', 'integersOnly', 'true or false', integersOnly);
	}
	if ((typeof tolerance !== 'number' && typeof tolerance !== 'object') || tolerance === null) {
		throw invalidOption('optimizeDtype', 'tolerance', 'a number from 0 on, or { absolute, relative }', tolerance);
	}
	const { absolute = 0, relative = 0 } = typeof tolerance === 'number' ? { absolute: tolerance } : tolerance;
	for (const [name, value] of [
		['tolerance.absolute', absolute],
		['tolerance.relative', relative],
	] as const) {
		if (!(typeof value === 'number' && value >= 0 && Number.isFinite(value))) {
			const option = typeof tolerance === 'number' ? 'tolerance' : name;
			throw invalidOption('optimizeDtype', option, 'a finite number from 0 on', value);
		}
	}
	return { tolerance: { absolute, relative }, integersOnly };
}

function checkNumbers(array: unknown): void {
	const expected = 'optimizeDtype takes a typed array or an array of numbers';
	if (!Array.isArray(array)) throw new MemoryManagerError('invalidInput', `${expected}, not ${shown(array)}.`);
	for (let i = 0; i < array.length; i++) {
		if (typeof array[i] === 'number') continue;
		throw new MemoryManagerError('invalidInput', `${expected}: the element at index ${i} is ${shown(array[i])}.`);
	}
}
