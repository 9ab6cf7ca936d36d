import { runtimeErrors } from '../runtimeError.ts';
import { bytesPerElement, type Dtype, dtypeNames, isDtype } from './dtypes.ts';

/** Elements of an array of this shape. Throws `invalidOption`. */
export function elementsOfShape(owner: string, shape: unknown): number {
	const lengths: readonly unknown[] = Array.isArray(shape) ? shape : [shape];
	let elements = 1;
	let zero = false;
	for (const length of lengths) {
		if (!(Number.isSafeInteger(length) && Number(length) >= 0)) {
			throw runtimeErrors.invalidOption(owner, 'shape', 'a whole number from 0 on, or a list of such', shape);
		}
		if (length === 0) zero = true;
		else elements *= Number(length);
	}
	if (zero) return 0;
	if (elements > Number.MAX_SAFE_INTEGER) {
		throw runtimeErrors.invalidOption(owner, 'shape', 'of less than 2^53 elements', shape);
	}
	return elements;
}

/**
 * Bytes that a typed array of this shape takes: the elements alone, which V8 adds about 200 bytes to. An empty list is the shape
 * of a single value.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) for a length that is negative or no whole number, for an unknown element type, and
 * for more than 2^53 - 1 bytes, which no number tells exactly.
 *
 * @example
 * checkAvailable(estimateBytes([365, 1440, 720], 'float32'), { what: 'The year of maps' });
 */
export function estimateBytes(shape: number | readonly number[], dtype: Dtype): number {
	if (!isDtype(dtype)) {
		throw runtimeErrors.invalidOption('estimateBytes', 'dtype', `one of ${dtypeNames.join(', ')}`, dtype);
	}
	const bytes = elementsOfShape('estimateBytes', shape) * bytesPerElement(dtype);
	if (bytes > Number.MAX_SAFE_INTEGER) {
		throw runtimeErrors.invalidOption('estimateBytes', 'shape', 'of less than 2^53 bytes', shape);
	}
	return bytes;
}
