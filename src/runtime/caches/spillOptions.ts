import type { SpillCounts } from '../../protocol/runtimeEntries.ts';
import { checkOptionNames, type OptionNames } from '../optionNames.ts';
import { runtimeErrors } from '../runtimeError.ts';
import { checkBytes, checkFunction, checkNamed } from './cacheOptions.ts';

export interface SpillCacheOptions<K, V> {
	/** What reports and commands call it. */
	name: string;
	/** Bound of the part in memory: the sizes of its values together. */
	maxBytes: number;
	/** Bound of the part on disk: the lengths of its files together. */
	maxDiskBytes: number;
	/** A second bound of the part in memory, by number of values. */
	maxEntries?: number;
	/** Bytes of one value in memory. Without it the size of value and key is estimated, see `sizeOf`. */
	sizeOf?: (value: V, key: K) => number;
	/**
	 * Makes a value bytes for the disk. By default `v8.serialize`: plain data, Maps, Sets, dates, Buffers, typed arrays. A typed array
	 * comes back as a view on all bytes of its file: a small one that is kept out of a large value keeps them (copy it: `slice()`).
	 */
	serialize?: (value: V) => Uint8Array;
	/** The way back; must be given together with `serialize`. */
	deserialize?: (bytes: Buffer) => V;
	/** In it the cache makes a folder of its own; by default the system's for temporary files. */
	directory?: string;
}

export type SpillStats = SpillCounts;

const NAMES: OptionNames<SpillCacheOptions<unknown, unknown>> = {
	name: true,
	maxBytes: true,
	maxDiskBytes: true,
	maxEntries: true,
	sizeOf: true,
	serialize: true,
	deserialize: true,
	directory: true,
};

/** Throws `invalidOption` for anything that would leave a part of the cache without a bound. */
export function checkSpillOptions<K, V>(options: SpillCacheOptions<K, V>): void {
	checkNamed('SpillCache', options, 'an object with name, maxBytes and maxDiskBytes');
	const { name, maxBytes, maxDiskBytes, sizeOf, serialize, deserialize, directory } = options;
	const owner = `SpillCache "${name.slice(0, 80)}"`;
	checkOptionNames<object>(owner, options, NAMES);
	checkBytes(owner, 'maxBytes', maxBytes);
	checkBytes(owner, 'maxDiskBytes', maxDiskBytes);
	checkFunction(owner, 'sizeOf', sizeOf);
	checkFunction(owner, 'serialize', serialize);
	checkFunction(owner, 'deserialize', deserialize);
	if ((serialize === undefined) !== (deserialize === undefined)) {
		const missing = serialize ? 'deserialize' : 'serialize';
		throw runtimeErrors.invalidOption(owner, missing, 'given together with its opposite', undefined);
	}
	if (directory !== undefined && (typeof directory !== 'string' || directory === '')) {
		throw runtimeErrors.invalidOption(owner, 'directory', 'the path of a folder', directory);
	}
}
