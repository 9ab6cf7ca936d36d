import type { EvictionReason } from '../../protocol/entries.ts';
import { currentConfig } from '../config.ts';
import { checkOptionNames, type OptionNames } from '../optionNames.ts';
import { runtimeErrors } from '../runtimeError.ts';

export interface BoundedCacheOptions<K, V> {
	/** What reports and commands call it. */
	name: string;
	/**
	 * The bound: the sizes of all entries together stay at or below it. A positive number of bytes, or `configured`: `cacheBytes` of the
	 * configuration, and its `cacheTtlMs` where none is given here.
	 */
	maxBytes: number | 'configured';
	/** An entry older than this is gone, ms. */
	ttlMs?: number;
	/** The clock that `ttlMs` goes by, in ms from 0 on; by default `performance.now`. For tests of what expires. */
	clock?: () => number;
	/** A second bound, by number of entries. */
	maxEntries?: number;
	/** Bytes of one entry. Without it the size of value and key is estimated, see `sizeOf`. */
	sizeOf?: (value: V, key: K) => number;
	/** Told after a value left, with the reason; it may use the cache. */
	onEvict?: (value: V, key: K, reason: EvictionReason) => void;
	/**
	 * What to do while memory is short: `shrink` (default) keeps to 75 % of `maxBytes` at the level elevated, 50 % at high, 25 % at
	 * critical; `keep` changes nothing.
	 */
	underPressure?: 'shrink' | 'keep';
}

export interface CacheStats {
	name: string;
	/** Declared or estimated sizes of the entries, see `bytesFrom`. */
	bytes: number;
	maxBytes: number;
	/** The bound that holds now: `maxBytes`, or less of it while memory is short. */
	effectiveMaxBytes: number;
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

const NAMES: OptionNames<BoundedCacheOptions<unknown, unknown>> = {
	name: true,
	maxBytes: true,
	ttlMs: true,
	clock: true,
	maxEntries: true,
	sizeOf: true,
	onEvict: true,
	underPressure: true,
};

/** Throws `invalidOption` for anything that would leave the cache without a bound. */
export function checkCacheOptions<K, V>(options: BoundedCacheOptions<K, V>): void {
	checkNamed('BoundedCache', options, 'an object with name and maxBytes');
	const { name, maxBytes, ttlMs, maxEntries, underPressure, clock, sizeOf, onEvict } = options;
	const owner = `BoundedCache "${name.slice(0, 80)}"`;
	checkOptionNames<object>(owner, options, NAMES);
	if (maxBytes !== 'configured') checkBytes(owner, 'maxBytes', maxBytes);
	if (ttlMs !== undefined && !isPositive(ttlMs)) {
		throw runtimeErrors.invalidOption(owner, 'ttlMs', 'a positive number of milliseconds', ttlMs);
	}
	if (maxEntries !== undefined && !(Number.isSafeInteger(maxEntries) && maxEntries > 0)) {
		throw runtimeErrors.invalidOption(owner, 'maxEntries', 'a positive whole number', maxEntries);
	}
	if (underPressure !== undefined && underPressure !== 'shrink' && underPressure !== 'keep') {
		throw runtimeErrors.invalidOption(owner, 'underPressure', '"shrink" or "keep"', underPressure);
	}
	for (const [option, value] of Object.entries({ clock, sizeOf, onEvict })) checkFunction(owner, option, value);
}

/** The options with the figures that hold: those of the configuration where they are asked for. */
export function withConfigured<K, V>(
	options: BoundedCacheOptions<K, V>,
): BoundedCacheOptions<K, V> & { maxBytes: number } {
	const { maxBytes } = options;
	if (maxBytes !== 'configured') return { ...options, maxBytes };
	const { cacheBytes, cacheTtlMs } = currentConfig();
	return { ...(cacheTtlMs !== undefined && { ttlMs: cacheTtlMs }), ...options, maxBytes: cacheBytes };
}

/** Throws `invalidOption` unless `options` is an object with a name. */
export function checkNamed(owner: string, options: { name: string }, expected: string): void {
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption(owner, 'options', expected, options);
	}
	const { name } = options;
	if (typeof name !== 'string' || name === '') {
		throw runtimeErrors.invalidOption(owner, 'name', 'a text that is not empty', name);
	}
}

export function checkBytes(owner: string, option: string, bytes: unknown): void {
	if (!isPositive(bytes)) throw runtimeErrors.invalidOption(owner, option, 'a positive number of bytes', bytes);
}

export function checkFunction(owner: string, option: string, value: unknown): void {
	if (value !== undefined && typeof value !== 'function') {
		throw runtimeErrors.invalidOption(owner, option, 'a function', value);
	}
}

const isPositive = (value: unknown): value is number =>
	typeof value === 'number' && Number.isFinite(value) && value >= 1;
