import { runtimeErrors } from '../runtimeError.ts';
import { isTypedArray, type TypedArray } from './dtypes.ts';

/** How long a piece is: elements, or the bytes that at most belong to one. */
export type ChunkLength = number | { bytes: number };

/**
 * The array in pieces of `length` elements, the last one shorter. Pieces of a typed array (a `Buffer` too) are views: nothing is
 * copied, and what is written into one is written into the array. An ordinary array cannot be looked at in part, so its pieces are
 * copies, one at a time.
 *
 * Throws a `MemoryManagerError`: `invalidOption` for a length below 1, for fewer bytes than one element has, and for bytes with
 * an ordinary array, whose elements have no size.
 *
 * @example
 * for (const piece of chunks(samples, { bytes: 1024 * 1024 })) process(piece);
 */
export function chunks<T extends TypedArray>(array: T, length: ChunkLength): Generator<T, void, undefined>;
export function chunks<T>(array: readonly T[], length: number): Generator<T[], void, undefined>;
export function chunks(
	array: TypedArray | readonly unknown[],
	length: ChunkLength,
): Generator<TypedArray | unknown[], void, undefined> {
	if (!isTypedArray(array) && !Array.isArray(array)) {
		throw runtimeErrors.invalidOption('chunks', 'array', 'a typed array or an array', array);
	}
	// Checked at once: a generator would only complain when somebody asks for its first piece.
	return pieces(array, elementsOf(array, length));
}

function* pieces(
	array: TypedArray | readonly unknown[],
	length: number,
): Generator<TypedArray | unknown[], void, undefined> {
	const total = array.length;
	for (let start = 0; start < total; start += length) {
		const end = Math.min(start + length, total);
		yield isTypedArray(array) ? array.subarray(start, end) : array.slice(start, end);
	}
}

function elementsOf(array: TypedArray | readonly unknown[], length: ChunkLength): number {
	const inBytes = typeof length === 'object' && length !== null;
	const wanted: unknown = inBytes ? length.bytes : length;
	if (!(Number.isSafeInteger(wanted) && Number(wanted) > 0)) {
		const option = inBytes ? 'bytes' : 'length';
		throw runtimeErrors.invalidOption('chunks', option, 'a positive whole number', wanted);
	}
	if (!inBytes) return Number(wanted);
	if (!isTypedArray(array)) {
		throw runtimeErrors.invalidOption('chunks', 'length', 'a number of elements for an ordinary array', 'bytes');
	}
	if (Number(wanted) < array.BYTES_PER_ELEMENT) {
		const expected = `at least the ${array.BYTES_PER_ELEMENT} bytes of one element`;
		throw runtimeErrors.invalidOption('chunks', 'bytes', expected, wanted);
	}
	return Math.floor(Number(wanted) / array.BYTES_PER_ELEMENT);
}
