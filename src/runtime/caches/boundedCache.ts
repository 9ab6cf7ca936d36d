import { LRUCache } from 'lru-cache';
import type { EvictionReason, MemoryLevel, Site } from '../../protocol/entries.ts';
import { formatBytes } from '../../protocol/units.ts';
import { pressure } from '../monitor/pressure.ts';
import { checkPressure, ensureMonitoring } from '../monitor/sharedMonitor.ts';
import { sharedHub } from '../reporter.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import type { CacheRecord } from '../reporting/records.ts';
import type { Relief } from '../reporting/registry.ts';
import { shortName } from '../reporting/shortName.ts';
import { warn } from '../reporting/warnings.ts';
import { reasonOf } from './cacheErrors.ts';
import { type BoundedCacheOptions, type CacheStats, checkCacheOptions } from './cacheOptions.ts';
import { CacheTally, cacheRecord } from './cacheTally.ts';
import { checkedSize, entrySize } from './entrySize.ts';
import { ExpiryClock } from './expiryClock.ts';
import { ExpiryTimer } from './expiryTimer.ts';

/** Storing looks at the level after so many values or this part of the bound: no timer fires in synchronous work. */
const LOOK_EVERY = 64;
const LOOK_SHARE = 1 / 16;
const SHARE: Record<MemoryLevel, number> = { normal: 1, elevated: 0.75, high: 0.5, critical: 0.25 };

interface Left<K, V> {
	readonly value: V;
	readonly key: K;
	readonly reason: EvictionReason;
}

interface Computation<V> {
	/** Set once `compute` was called. */
	result?: Promise<V>;
}

type SizeOrigin = 'declared' | 'estimated';

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
	readonly #maxEntries: number;
	readonly #core: LRUCache<K, V>;
	readonly #tally = new CacheTally();
	readonly #record: CacheRecord;
	readonly #id: number;
	readonly #clock: ExpiryClock | undefined;
	readonly #timer: ExpiryTimer | undefined;
	readonly #computing = new Map<K, Computation<V>>();
	/** The bound that holds now. */
	#bound: number;
	/** What it means when the core evicts, and when it deletes; `undefined`: the value comes back at once. */
	#evicts: EvictionReason = 'size';
	#deletes: EvictionReason | undefined = 'deleted';
	/** The size that all entries have; NaN where they differ. */
	#oneSize = Number.NaN;
	/** Kept for `onEvict` only. */
	#left: Left<K, V>[] = [];
	#nextPurge = 0;
	readonly #lookStep: number;
	#toLook = 0;
	#from: CacheRecord['bytesFrom'];
	#disposed = false;

	static {
		shrinkTo = (cache, bytes) => cache.#shrinkTo(bytes);
		storeSized = (cache, key, value, bytes, from) => cache.#store(key, value, bytes, from);
	}

	constructor(options: BoundedCacheOptions<K, V>, site?: Site) {
		checkCacheOptions(options);
		const { ttlMs, maxEntries } = options;
		this.#options = { ...options };
		this.name = shortName(options.name);
		this.maxBytes = Math.floor(options.maxBytes);
		this.#maxEntries = maxEntries ?? Number.POSITIVE_INFINITY;
		this.#lookStep = (this.maxBytes * LOOK_SHARE) / LOOK_EVERY;
		if (ttlMs !== undefined) {
			this.#clock = new ExpiryClock(this.name, options.clock);
			this.#timer = new ExpiryTimer(ttlMs);
		}
		const told = options.onEvict !== undefined;
		const tally = this.#tally;
		this.#core = new LRUCache<K, V>({
			maxSize: this.maxBytes,
			// Its own clock stands still inside a synchronous loop unless every look-up reads it.
			...(this.#clock && { ttl: Math.ceil(ttlMs ?? 0), ttlResolution: 0, perf: this.#clock }),
			dispose: (value, key, cause) => {
				const reason = cause === 'evict' ? this.#evicts : cause === 'delete' ? this.#deletes : reasonFor[cause];
				if (reason === undefined) return;
				tally.left++;
				// The two that storing meets all the time do without a look-up by name.
				if (reason === 'size') tally.size++;
				else if (reason === 'replaced') tally.replaced++;
				else tally[reason]++;
				if (told) this.#left.push({ value, key, reason });
			},
		});
		const bytesFrom = options.sizeOf ? 'declared' : 'estimated';
		this.#from = bytesFrom;
		this.#record = cacheRecord(
			{ name: this.name, site: site ?? callSiteOf(BoundedCache), maxBytes: this.maxBytes, maxEntries, bytesFrom },
			tally,
		);
		this.#bound = this.maxBytes;
		this.#id = sharedHub().caches.add(this.#record, this);
		ensureMonitoring();
		this.#adapt(pressure.level);
	}

	/** Number of entries; expired ones count until they are let go, at the latest after `ttlMs` or a minute. */
	get size(): number {
		return this.#core.size;
	}

	/** Sizes of all entries together, declared or estimated. */
	get bytes(): number {
		return this.#core.calculatedSize;
	}

	get(key: K): V | undefined {
		const value = this.#core.get(key);
		if (value !== undefined) {
			this.#tally.hits++;
			return value;
		}
		this.#tally.misses++;
		// The core finds out that it has expired when it is asked for.
		if (this.#core.size !== this.#tally.entries) this.#changed();
		return undefined;
	}

	/** Whether there is an entry that has not expired; counts neither as hit nor as use. */
	has(key: K): boolean {
		return this.#core.has(key);
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
		if (this.#computing.size > 0) this.#computing.delete(key);
		return this.#store(key, value, size, bytes === undefined && !measure ? 'estimated' : 'declared');
	}

	delete(key: K): boolean {
		this.#computing.delete(key);
		this.#deletes = 'deleted';
		const deleted = this.#core.delete(key);
		this.#changed();
		return deleted;
	}

	/** Lets all entries go. A computation under way still answers its callers but is not stored. */
	clear(): void {
		this.#computing.clear();
		this.#deletes = 'cleared';
		this.#core.clear();
		this.#from = this.#options.sizeOf ? 'declared' : 'estimated';
		this.#record.bytesFrom = this.#from;
		this.#changed();
	}

	/**
	 * The value of `key`, computed where it is missing: once, however many ask meanwhile (they count as hits). A failure is
	 * passed to all who wait and not stored; the next call computes again. One that cannot be measured (`invalidSize`) counts as failed.
	 */
	async getOrCompute(key: K, compute: (key: K) => V | Promise<V>): Promise<V> {
		const running = this.#computing.get(key)?.result;
		if (running) {
			this.#tally.hits++;
			return running;
		}
		const present = this.get(key);
		if (present !== undefined) return present;
		const computation: Computation<V> = {};
		this.#computing.set(key, computation);
		computation.result = this.#compute(key, compute, computation);
		return computation.result;
	}

	/** Most recently used first. */
	entries(): IterableIterator<[K, V]> {
		return this.#core.entries();
	}

	keys(): IterableIterator<K> {
		return this.#core.keys();
	}

	values(): IterableIterator<V> {
		return this.#core.values();
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
			effectiveMaxBytes: this.#bound,
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
		this.#core.purgeStale();
		this.#changed();
		return this.#core.size > 0;
	}

	/** Keeps to the part of the bound that the level leaves, see `underPressure`. Done by itself when the level changes. */
	relieve(level: MemoryLevel): Relief | undefined {
		const [bound, bytes] = [this.#bound, this.bytes];
		if (!this.#adapt(level)) return undefined;
		const freedBytes = bytes - this.bytes;
		if (this.#bound > bound) return { detail: `may hold ${formatBytes(this.#bound)} again` };
		return { freedBytes, detail: `keeps to ${formatBytes(this.#bound)} of ${formatBytes(this.maxBytes)}` };
	}

	/** Lets all entries go for good: later values are not stored. */
	dispose(): void {
		if (this.#disposed) return;
		this.#disposed = true;
		this.#record.disposed = true;
		this.#timer?.stop();
		try {
			this.clear();
		} finally {
			sharedHub().caches.remove(this.#id);
		}
	}

	[Symbol.dispose](): void {
		this.dispose();
	}

	async #compute(key: K, compute: (key: K) => V | Promise<V>, computation: Computation<V>): Promise<V> {
		try {
			const value = await compute(key);
			// Set, deleted or cleared meanwhile: that is newer than what we computed.
			if (this.#computing.get(key) === computation) this.set(key, value);
			return value;
		} finally {
			if (this.#computing.get(key) === computation) this.#computing.delete(key);
		}
	}

	#store(key: K, value: V, size: number, from: SizeOrigin): boolean {
		this.#toLook -= size + this.#lookStep;
		if (this.#toLook < 0) this.#look();
		const core = this.#core;
		const tally = this.#tally;
		if (size > this.#bound || value === undefined) {
			this.#deletes = 'replaced';
			core.delete(key);
			this.#changed();
			return false;
		}
		// The core takes whole numbers from 1 on.
		const bytes = size < 1 ? 1 : Math.ceil(size);
		const { left } = tally;
		const clock = this.#clock;
		core.set(key, value, clock ? { size: bytes, start: clock.now() } : { size: bytes });
		let total = core.calculatedSize;
		// Nothing left and nothing came: it was there before.
		if (total === tally.bytes && left === tally.left && bytes !== this.#oneSize) {
			this.#sizeAgain(key, value, bytes);
			total = core.calculatedSize;
		}
		tally.entries = core.size;
		if (total > this.#bound || tally.entries > this.#maxEntries) {
			this.#popTo(this.#bound, 'pressure');
			if (core.size > this.#maxEntries) this.#popOne('count');
			total = core.calculatedSize;
			tally.entries = core.size;
		}
		tally.bytes = total;
		tally.changes++;
		if (bytes !== this.#oneSize || from !== this.#from) this.#mix(bytes, from);
		if (this.#left.length > 0) this.#tell();
		if (clock) this.#expire(clock);
		return true;
	}

	#mix(bytes: number, from: SizeOrigin): void {
		const alone = this.#core.size === 1;
		this.#oneSize = alone || bytes === this.#oneSize ? bytes : Number.NaN;
		this.#from = alone || from === this.#from ? from : 'both';
		this.#record.bytesFrom = this.#from;
	}

	/** The core keeps the size it knows for a value that is stored again, which may have grown meanwhile. */
	#sizeAgain(key: K, value: V, bytes: number): void {
		if (this.#core.info(key)?.size === bytes) return;
		this.#deletes = undefined;
		this.#core.delete(key);
		this.#core.set(key, value, { size: bytes });
	}

	/** Timers do not run inside a synchronous loop, so storing looks from time to time, too: for a twentieth of the time at most. */
	#expire(clock: ExpiryClock): void {
		this.#timer?.arm(this);
		if (clock.last < this.#nextPurge) return;
		const began = clock.last;
		if (this.#nextPurge > 0) {
			this.#core.purgeStale();
			this.#changed();
		}
		const { ttlMs = 0 } = this.#options;
		this.#nextPurge = clock.last + Math.max(ttlMs / 2, 50, 20 * (clock.last - began));
	}

	#look(): void {
		this.#toLook = this.maxBytes * LOOK_SHARE;
		checkPressure();
	}

	/** Whether the bound changed. */
	#adapt(level: MemoryLevel): boolean {
		if (this.#options.underPressure === 'keep' || this.#disposed) return false;
		const bound = Math.max(1, Math.floor(this.maxBytes * SHARE[level]));
		if (bound === this.#bound) return false;
		this.#bound = bound;
		const lowered = bound < this.maxBytes;
		this.#evicts = lowered ? 'pressure' : 'size';
		this.#record.effectiveMaxBytes = lowered ? bound : undefined;
		this.#core.purgeStale();
		this.#shrinkTo(bound);
		return true;
	}

	#shrinkTo(bytes: number): number {
		const before = this.#core.calculatedSize;
		this.#popTo(bytes, 'pressure');
		try {
			this.#changed();
		} catch (error) {
			// Nobody called who could be told.
			warn(`Cache "${this.name}": its onEvict failed: ${reasonOf(error)}`, error);
		}
		return before - this.#core.calculatedSize;
	}

	#popTo(bytes: number, reason: EvictionReason): void {
		while (this.#core.calculatedSize > bytes) this.#popOne(reason);
	}

	#popOne(reason: EvictionReason): void {
		const evicts = this.#evicts;
		this.#evicts = reason;
		this.#core.pop();
		this.#evicts = evicts;
	}

	/** Brings the record up to date, then tells `onEvict`, which may use the cache again. Its first error is thrown last. */
	#changed(): void {
		const tally = this.#tally;
		tally.bytes = this.#core.calculatedSize;
		tally.entries = this.#core.size;
		tally.changes++;
		if (this.#left.length > 0) this.#tell();
	}

	#tell(): void {
		const left = this.#left;
		this.#left = [];
		const failures: unknown[] = [];
		for (const { value, key, reason } of left) {
			try {
				this.#options.onEvict?.(value, key, reason);
			} catch (error) {
				failures.push(error);
			}
		}
		if (failures.length > 0) throw failures[0];
	}
}

const reasonFor = { set: 'replaced', expire: 'ttl', fetch: 'replaced' } as const;
