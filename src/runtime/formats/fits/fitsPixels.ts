import { littleEndian, swapBytes } from '../byteOrder.ts';

/** Numbers of an image, in the machine's byte order. */
export type FitsPixels =
	| Uint8Array
	| Int8Array
	| Int16Array
	| Uint16Array
	| Int32Array
	| Uint32Array
	| BigInt64Array
	| BigUint64Array
	| Float32Array
	| Float64Array;

export type Bitpix = 8 | 16 | 32 | 64 | -32 | -64;
export const BITPIX: readonly number[] = [8, 16, 32, 64, -32, -64] satisfies Bitpix[];

/**
 * `'physical'`: what the numbers mean, in the smallest type that holds them: as stored where nothing is to be done to them, unsigned by
 * the usual BZERO, otherwise `BZERO + BSCALE × stored` with NaN for BLANK. `'float'`: the same, always as floating-point numbers.
 * `'raw'`: as stored.
 */
export type FitsValues = 'physical' | 'raw' | 'float';

/** BSCALE, BZERO and BLANK, or their like of a column. */
export interface Scaling {
	readonly scale: number;
	readonly zero: number;
	readonly blank: number | bigint | undefined;
}

/** What makes an array of stored numbers. */
export type ArrayKind =
	| Uint8ArrayConstructor
	| Int8ArrayConstructor
	| Int16ArrayConstructor
	| Uint16ArrayConstructor
	| Int32ArrayConstructor
	| Uint32ArrayConstructor
	| BigInt64ArrayConstructor
	| BigUint64ArrayConstructor
	| Float32ArrayConstructor
	| Float64ArrayConstructor;

/** How stored numbers become those that are given out. */
export interface PixelPlan {
	readonly stored: ArrayKind;
	readonly given: ArrayKind;
	/** `flip`: unsigned numbers (or signed bytes), stored with their highest bit the other way round. */
	readonly way: 'same' | 'flip' | 'scale';
	readonly scaling: Scaling;
}

const STORED: Record<Bitpix, ArrayKind> = {
	8: Uint8Array,
	16: Int16Array,
	32: Int32Array,
	64: BigInt64Array,
	[-32]: Float32Array,
	[-64]: Float64Array,
};
/** BZERO of the other sign, and the type it makes (FITS standard 4.0, table 11). */
const FLIPPED: Partial<Record<Bitpix, { zero: number; given: ArrayKind }>> = {
	8: { zero: -128, given: Int8Array },
	16: { zero: 2 ** 15, given: Uint16Array },
	32: { zero: 2 ** 31, given: Uint32Array },
	64: { zero: 2 ** 63, given: BigUint64Array },
};

export function planPixels(bitpix: Bitpix, scaling: Scaling, values: FitsValues): PixelPlan {
	const stored = STORED[bitpix];
	const { scale, zero } = scaling;
	const float = Math.abs(bitpix) > 16 && bitpix !== -32 ? Float64Array : Float32Array;
	// BLANK says nothing about floating-point numbers: those have NaN.
	const blank = bitpix > 0 ? scaling.blank : undefined;
	const plain = scale === 1 && zero === 0 && blank === undefined;
	const plan = (given: ArrayKind, way: PixelPlan['way']) => ({ stored, given, way, scaling: { scale, zero, blank } });
	if (values === 'raw' || (plain && (values === 'physical' || bitpix < 0))) return plan(stored, 'same');
	const flipped = FLIPPED[bitpix];
	if (values === 'physical' && blank === undefined && scale === 1 && flipped?.zero === zero) {
		return plan(flipped.given, 'flip');
	}
	return plan(float, 'scale');
}

/** Turns numbers of the file, most significant byte first, into the machine's, in place. */
export function toNative(bytes: Buffer, elementBytes: number): void {
	if (littleEndian) swapBytes(bytes, elementBytes);
}

/** Where in `bytes` of memory for `elements` the stored numbers have to lie for {@link convert}: at its end. */
export function storedOffset(plan: PixelPlan, elements: number): number {
	return elements * (plan.given.BYTES_PER_ELEMENT - plan.stored.BYTES_PER_ELEMENT);
}

/**
 * Makes the numbers to give out of those stored, without further memory: stored ones are never larger, so that from front to back none
 * is overwritten before it is read.
 */
export function convert(memory: Buffer, elements: number, plan: PixelPlan): FitsPixels {
	const { stored, given, way, scaling } = plan;
	const tail = memory.subarray(storedOffset(plan, elements), elements * given.BYTES_PER_ELEMENT);
	if (way === 'flip') {
		const step = stored.BYTES_PER_ELEMENT;
		for (let i = 0; i < tail.length; i += step) tail[i] = (tail[i] ?? 0) ^ 0x80;
	}
	toNative(tail, stored.BYTES_PER_ELEMENT);
	const out = new given(memory.buffer as ArrayBuffer, memory.byteOffset, elements);
	if (way === 'scale')
		scaleInto(out as Float32Array, new stored(tail.buffer as ArrayBuffer, tail.byteOffset, elements), scaling);
	return out;
}

/** `from` and `into` may share memory, see {@link convert}. */
export function scaleInto(
	into: Float32Array | Float64Array,
	from: FitsPixels,
	{ scale, zero, blank }: Scaling,
	start = 0,
): void {
	const length = from.length;
	if (from instanceof BigInt64Array || from instanceof BigUint64Array) {
		const none = blank === undefined ? undefined : BigInt(blank);
		for (let i = 0; i < length; i++) {
			const value = from[i];
			into[start + i] = value === none ? Number.NaN : Number(value) * scale + zero;
		}
		return;
	}
	const none = blank === undefined ? undefined : Number(blank);
	if (none === undefined) {
		for (let i = 0; i < length; i++) into[start + i] = (from[i] as number) * scale + zero;
		return;
	}
	for (let i = 0; i < length; i++) {
		const value = from[i] as number;
		into[start + i] = value === none ? Number.NaN : value * scale + zero;
	}
}
