import { runtimeErrors } from '../runtimeError.ts';
import { cacheErrors } from './cacheErrors.ts';
import { sizeOf } from './sizeOf.ts';

/** Bytes of one entry: by the user's function where there is one, else estimated. Throws `invalidSize`. */
export function entrySize<K, V>(
	cache: string,
	measure: ((value: V, key: K) => number) | undefined,
	key: K,
	value: V,
): number {
	return checkedSize(cache, measure ? measured(cache, measure, key, value) : sizeOf(value) + sizeOf(key));
}

export function checkedSize(cache: string, bytes: unknown): number {
	if (typeof bytes !== 'number' || !(bytes >= 0)) throw runtimeErrors.invalidSize(cache, bytes);
	return bytes;
}

function measured<K, V>(cache: string, measure: (value: V, key: K) => number, key: K, value: V): number {
	try {
		return measure(value, key);
	} catch (error) {
		throw cacheErrors.sizeOfFailed(cache, error);
	}
}
