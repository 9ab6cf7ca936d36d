import type { MemoryLevel, Site } from '../../protocol/entries.ts';
import { formatBytes } from '../../protocol/units.ts';
import { pressure } from '../monitor/pressure.ts';
import { checkPressure, ensureMonitoring } from '../monitor/sharedMonitor.ts';
import { sharedHub } from '../reporter.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import type { CacheRecord } from '../reporting/records.ts';
import type { Relief } from '../reporting/registry.ts';
import { shortName } from '../reporting/shortName.ts';
import { warn } from '../reporting/warnings.ts';
import { BoundedStore, type SizeOrigin } from './boundedStore.ts';
import { reasonOf } from './cacheErrors.ts';
import { type BoundedCacheOptions, type CacheStats, checkCacheOptions, withConfigured } from './cacheOptions.ts';
import { cacheRecord } from './cacheTally.ts';
import { Computations, checkCompute } from './computations.ts';
import { checkedSize, entrySize } from './entrySize.ts';
import { Expiry } from './expiry.ts';
import { ExpiryClock } from './expiryClock.ts';

/** Storing looks at the level after so many values or this part of the bound: no timer fires in synchronous work. */
const LOOK_EVERY = 64;
const LOOK_SHARE = 1 / 16;
const SHARE: Record<MemoryLevel, number> = { normal: 1, elevated: 0.75, high: 0.5, critical: 0.25 };

/** For the cache that spills: lets the least recently used values go until `bytes` are left. Gives what that freed. */
export let shrinkTo: <K extends {}, V extends {}>(cache: BoundedCache<K, V>, bytes: number) => number;
/** For the cache that spills: `set` with a size that is known and where it is from. */
export let storeSized: <K extends {}, V extends {}>(
	cache: BoundedCache<K, V>,
	key: K,
	value: V,
	bytes: number,
	from: SizeOrigin,
) => boolean;

/**
 * A cache that never holds more than `maxBytes`: the least recently used entries make room, and more of them while memory is
 * short (`underPressure`). It cannot be built without a bound.
 * One that is dropped without `dispose()` is collected like any object, but not before the synchronous code that made it returns.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) for options that name no bound.
 *
 * @example
 * const tiles = new BoundedCache<string, Buffer>({ name: 'tiles', maxBytes: 64 * 1024 * 1024, ttlMs: 60_000 });
 * const tile = await tiles.getOrCompute(path, () => readFile(path));
 */
export class BoundedCache<K extends {}, V extends {}> {
	readonly name: string;
	readonly maxBytes: number;
	readonly #options: BoundedCacheOptions<K, V>;
	readonly #store: BoundedStore<K, V>;
	readonly #record: CacheRecord;
	readonly #id: number;
	readonly #expiry: Expiry | undefined;
	readonly #computing = new Computations<K, V>();
	readonly #lookStep: number;
	#toLook = 0;
	#disposed = false;

	static {
		shrinkTo = (cache, bytes) => cache.#shrinkTo(bytes);
		storeSized = (cache, key, value, bytes, from) => cache.#keep(key, value, bytes, from);
	}

	constructor(options: BoundedCacheOptions<K, V>, site?: Site) {
		checkCacheOptions(options);
		ensureMonitoring();
		const resolved = withConfigured(options);
		const { ttlMs, maxEntries } = resolved;
		this.#options = resolved;
		this.name = shortName(options.name);
		this.maxBytes = Math.floor(resolved.maxBytes);
		this.#lookStep = (this.maxBytes * LOOK_SHARE) / LOOK_EVERY;
		const clock = ttlMs === undefined ? undefined : new ExpiryClock(this.name, options.clock);
		if (ttlMs !== undefined && clock) this.#expiry = new Expiry(ttlMs, clock);
		this.#store = new BoundedStore({ maxBytes: this.maxBytes, options: this.#options, clock });
		this.#record = cacheRecord(
			{ name: this.name, site: site ?? callSiteOf(BoundedCache), maxBytes: this.maxBytes, maxEntries },
			this.#store.tally,
		);
		this.#id = sharedHub().caches.add(this.#record, this);
		this.#adapt(pressure.level);
	}

	/** Number of entries; expired ones count until they are let go, at the latest after `ttlMs` or a minute. */
	get size(): number {
		return this.#store.size;
	}

	/** Sizes of all entries together, declared or estimated. */
	get bytes(): number {
		return this.#store.bytes;
	}

	get(key: K): V | undefined {
		return this.#store.get(key);
	}

	/** Whether there is an entry that has not expired; counts neither as hit nor as use. */
	has(key: K): boolean {
		return this.#store.has(key);
	}

	/**
	 * Stores a value. `bytes` is its size where the caller knows it better than `sizeOf` or the estimate.
	 * False when it was not stored: it is larger than the bound that holds now, or the cache was disposed of. An older value is gone
	 * then, too. Throws `invalidSize` when a size is not a number from 0 on or `sizeOf` throws; then nothing has changed.
	 */
	set(key: K, value: V, bytes?: number): boolean {
		const measure = this.#options.sizeOf;
		const size = bytes === undefined ? entrySize(this.name, measure, key, value) : checkedSize(this.name, bytes);
		if (this.#disposed) return false;
		if (this.#computing.size > 0) this.#computing.forget(key);
		return this.#keep(key, value, size, bytes === undefined && !measure ? 'estimated' : 'declared');
	}

	delete(key: K): boolean {
		this.#computing.forget(key);
		return this.#store.delete(key);
	}

	/** Lets all entries go. A computation under way still answers its callers but is not stored. */
	clear(): void {
		this.#computing.forgetAll();
		this.#store.clear();
	}

	/**
	 * The value of `key`, computed where it is missing: once, however many ask meanwhile (they count as hits). A failure is
	 * passed to all who wait and not stored; the next call computes again. One that cannot be measured (`invalidSize`) counts as failed.
	 */
	async getOrCompute(key: K, compute: (key: K) => V | Promise<V>): Promise<V> {
		checkCompute('BoundedCache', this.name, compute);
		const running = this.#computing.get(key);
		if (running) {
			this.#store.tally.hits++;
			return running;
		}
		const present = this.get(key);
		if (present !== undefined) return present;
		return this.#computing.run(key, async wanted => {
			const value = await compute(key);
			if (wanted()) this.set(key, value);
			return value;
		});
	}

	/** Most recently used first. */
	entries(): IterableIterator<[K, V]> {
		return this.#store.entries();
	}

	keys(): IterableIterator<K> {
		return this.#store.keys();
	}

	values(): IterableIterator<V> {
		return this.#store.values();
	}

	[Symbol.iterator](): IterableIterator<[K, V]> {
		return this.entries();
	}

	stats(): CacheStats {
		const { hits, misses, evictions, bytesFrom, maxEntries } = this.#record;
		return {
			name: this.name,
			bytes: this.bytes,
			maxBytes: this.maxBytes,
			effectiveMaxBytes: this.#store.bound,
			entries: this.size,
			...(maxEntries !== undefined && { maxEntries }),
			hits,
			misses,
			...(hits + misses > 0 && { hitRate: hits / (hits + misses) }),
			evictions,
			bytesFrom,
		};
	}

	/** Lets go of expired entries now; true while entries remain. Done by itself as time passes. */
	purgeExpired(): boolean {
		this.#store.purge();
		return this.#store.size > 0;
	}

	/** Keeps to the part of the bound that the level leaves, see `underPressure`. Done by itself when the level changes. */
	relieve(level: MemoryLevel): Relief | undefined {
		const { bound: before, bytes } = this.#store;
		if (!this.#adapt(level)) return undefined;
		const { bound } = this.#store;
		if (bound > before) return { detail: `may hold ${formatBytes(bound)} again` };
		const detail = `keeps to ${formatBytes(bound)} of ${formatBytes(this.maxBytes)}`;
		return { freedBytes: bytes - this.bytes, detail };
	}

	/** Lets all entries go for good: later values are not stored. */
	dispose(): void {
		if (this.#disposed) return;
		this.#disposed = true;
		this.#record.disposed = true;
		this.#expiry?.stop();
		try {
			this.clear();
		} finally {
			sharedHub().caches.remove(this.#id);
		}
	}

	[Symbol.dispose](): void {
		this.dispose();
	}

	#keep(key: K, value: V, size: number, from: SizeOrigin): boolean {
		this.#toLook -= size + this.#lookStep;
		if (this.#toLook < 0) this.#look();
		const stored = this.#store.set(key, value, size, from);
		if (stored) this.#expiry?.stored(this);
		return stored;
	}

	#look(): void {
		this.#toLook = this.maxBytes * LOOK_SHARE;
		checkPressure();
	}

	/** Whether the bound changed. */
	#adapt(level: MemoryLevel): boolean {
		if (this.#options.underPressure === 'keep' || this.#disposed) return false;
		const bound = Math.max(1, Math.floor(this.maxBytes * SHARE[level]));
		if (bound === this.#store.bound) return false;
		this.#record.effectiveMaxBytes = bound < this.maxBytes ? bound : undefined;
		this.#unasked(() => this.#store.bind(bound));
		return true;
	}

	#shrinkTo(bytes: number): number {
		const before = this.bytes;
		this.#unasked(() => this.#store.shrinkTo(bytes));
		return before - this.bytes;
	}

	/** Nobody called who could be told of an `onEvict` that fails. */
	#unasked(change: () => void): void {
		try {
			change();
		} catch (error) {
			warn(`Cache "${this.name}": its onEvict failed: ${reasonOf(error)}`, error);
		}
	}
}
