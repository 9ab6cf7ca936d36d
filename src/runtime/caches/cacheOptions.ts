import type { EvictionReason } from '../../protocol/entries.ts';
import { runtimeErrors } from '../runtimeError.ts';

export interface BoundedCacheOptions<K, V> {
	/** What reports and commands call it. */
	name: string;
	/** The bound: the sizes of all entries together stay at or below it. A positive number of bytes. */
	maxBytes: number;
	/** An entry older than this is gone, ms. */
	ttlMs?: number;
	/** A second bound, by number of entries. */
	maxEntries?: number;
	/** Bytes of one entry. Without it the size of value and key is estimated, see `sizeOf`. */
	sizeOf?: (value: V, key: K) => number;
	/** Told after a value left, with the reason; it may use the cache. */
	onEvict?: (value: V, key: K, reason: EvictionReason) => void;
}

export interface CacheStats {
	name: string;
	/** Declared or estimated sizes of the entries, see `bytesFrom`. */
	bytes: number;
	maxBytes: number;
	entries: number;
	maxEntries?: number;
	hits: number;
	misses: number;
	/** Hits as a share of hits and misses; absent before the first look-up. */
	hitRate?: number;
	/** How many values left, by reason. */
	evictions: Partial<Record<EvictionReason, number>>;
	bytesFrom: 'declared' | 'estimated' | 'both';
}

/** Throws `invalidOption` for anything that would leave the cache without a bound. */
export function checkCacheOptions(options: BoundedCacheOptions<never, never>): void {
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption('BoundedCache', 'options', 'an object with name and maxBytes', options);
	}
	const { name, maxBytes, ttlMs, maxEntries } = options;
	if (typeof name !== 'string' || name === '') {
		throw runtimeErrors.invalidOption('BoundedCache', 'name', 'a text that is not empty', name);
	}
	const owner = `BoundedCache "${name.slice(0, 80)}"`;
	if (!isPositive(maxBytes))
		throw runtimeErrors.invalidOption(owner, 'maxBytes', 'a positive number of bytes', maxBytes);
	if (ttlMs !== undefined && !isPositive(ttlMs)) {
		throw runtimeErrors.invalidOption(owner, 'ttlMs', 'a positive number of milliseconds', ttlMs);
	}
	if (maxEntries !== undefined && !(Number.isSafeInteger(maxEntries) && maxEntries > 0)) {
		throw runtimeErrors.invalidOption(owner, 'maxEntries', 'a positive whole number', maxEntries);
	}
}

const isPositive = (value: unknown): value is number =>
	typeof value === 'number' && Number.isFinite(value) && value >= 1;
