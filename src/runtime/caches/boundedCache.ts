import { LRUCache } from 'lru-cache';
import type { EvictionReason } from '../../protocol/entries.ts';
import { sharedHub } from '../reporter.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import { monotonicMs } from '../reporting/clock.ts';
import type { CacheRecord } from '../reporting/records.ts';
import { shortName } from '../reporting/shortName.ts';
import { runtimeErrors } from '../runtimeError.ts';
import { type BoundedCacheOptions, type CacheStats, checkCacheOptions } from './cacheOptions.ts';
import { ExpiryTimer } from './expiryTimer.ts';
import { sizeOf } from './sizeOf.ts';

type LeavingReason = LRUCache.DisposeReason;

/**
 * A cache that never holds more than `maxBytes`: the least recently used entries make room. It cannot be built without a bound.
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
	readonly #core: LRUCache<K, V>;
	readonly #record: CacheRecord;
	readonly #id: number;
	readonly #timer: ExpiryTimer | undefined;
	readonly #computing = new Map<K, Promise<V>>();
	#left: [value: V, key: K, reason: LeavingReason][] = [];
	#nextPurge = 0;

	constructor(options: BoundedCacheOptions<K, V>) {
		checkCacheOptions(options);
		const { ttlMs, maxEntries } = options;
		this.#options = { ...options };
		this.name = shortName(options.name);
		this.maxBytes = Math.floor(options.maxBytes);
		this.#core = new LRUCache<K, V>({
			maxSize: this.maxBytes,
			...(maxEntries !== undefined && { max: maxEntries }),
			// Its clock stands still inside a synchronous loop unless every look-up reads it.
			...(ttlMs !== undefined && { ttl: ttlMs, ttlResolution: 0 }),
			disposeAfter: (value, key, reason) => this.#left.push([value, key, reason]),
		});
		this.#timer = ttlMs === undefined ? undefined : new ExpiryTimer(ttlMs);
		this.#record = {
			name: this.name,
			site: callSiteOf(BoundedCache),
			version: 0,
			disposed: false,
			bytes: 0,
			bytesFrom: options.sizeOf ? 'declared' : 'estimated',
			maxBytes: this.maxBytes,
			entries: 0,
			maxEntries,
			hits: 0,
			misses: 0,
			evictions: {},
		};
		this.#id = sharedHub().caches.add(this.#record, this);
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
		if (value === undefined) this.#record.misses++;
		else this.#record.hits++;
		this.#settle();
		return value;
	}

	/** Whether there is an entry that has not expired; counts neither as hit nor as use. */
	has(key: K): boolean {
		return this.#core.has(key);
	}

	/**
	 * Stores a value. `bytes` is its size where the caller knows it better than `sizeOf` or the estimate.
	 * False when it was not stored: it is larger than `maxBytes`, or the cache was disposed of. An older value is gone then, too.
	 * Throws `invalidSize` when a declared size is not a number from 0 on.
	 */
	set(key: K, value: V, bytes?: number): boolean {
		if (this.#record.disposed) return false;
		this.#computing.delete(key);
		return this.#store(key, value, bytes);
	}

	delete(key: K): boolean {
		this.#computing.delete(key);
		const deleted = this.#core.delete(key);
		this.#settle('deleted');
		return deleted;
	}

	/** Lets all entries go. A computation under way still answers its callers but is not stored. */
	clear(): void {
		this.#computing.clear();
		this.#core.clear();
		this.#settle('cleared');
	}

	/**
	 * The value of `key`, computed where it is missing: once, however many ask meanwhile (they count as hits). A failure is
	 * passed to all who wait and not stored; the next call computes again.
	 */
	async getOrCompute(key: K, compute: (key: K) => V | Promise<V>): Promise<V> {
		const running = this.#computing.get(key);
		if (running) {
			this.#record.hits++;
			this.#settle();
			return running;
		}
		const present = this.get(key);
		if (present !== undefined) return present;
		const computing = (async () => compute(key))();
		this.#computing.set(key, computing);
		try {
			const value = await computing;
			// Set, deleted or cleared meanwhile: that is newer than what we computed.
			if (this.#computing.get(key) === computing && !this.#record.disposed) this.#store(key, value);
			return value;
		} finally {
			if (this.#computing.get(key) === computing) this.#computing.delete(key);
		}
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
			entries: this.size,
			...(maxEntries !== undefined && { maxEntries }),
			hits,
			misses,
			...(hits + misses > 0 && { hitRate: hits / (hits + misses) }),
			evictions: { ...evictions },
			bytesFrom,
		};
	}

	/** Lets go of expired entries now; true while entries remain. Done by itself as time passes. */
	purgeExpired(): boolean {
		this.#core.purgeStale();
		this.#settle();
		return this.#core.size > 0;
	}

	/** Lets all entries go for good: later values are not stored. */
	dispose(): void {
		if (this.#record.disposed) return;
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

	#store(key: K, value: V, declared?: number): boolean {
		if (value === undefined) return false;
		const bytes = this.#bytesOf(key, value, declared);
		this.#purgeInLoops();
		if (bytes > this.maxBytes) {
			this.#core.delete(key);
			this.#settle('replaced');
			return false;
		}
		const { maxEntries } = this.#options;
		this.#takeOutSame(key, value);
		const full = maxEntries !== undefined && this.#core.size >= maxEntries && !this.#core.has(key);
		this.#core.set(key, value, { size: bytes });
		this.#settle(undefined, full);
		this.#timer?.arm(this);
		return true;
	}

	/** The core would keep the size it knows for a value that is stored again, which may have grown meanwhile. */
	#takeOutSame(key: K, value: V): void {
		if (this.#core.peek(key, { allowStale: true }) !== value) return;
		this.#core.delete(key);
		// It does not leave: it comes back at once.
		this.#left.pop();
	}

	#bytesOf(key: K, value: V, declared: number | undefined): number {
		const own = declared ?? this.#options.sizeOf?.(value, key);
		const bytes = own ?? sizeOf(value) + sizeOf(key);
		if (typeof bytes !== 'number' || !(bytes >= 0)) throw runtimeErrors.invalidSize(this.name, bytes);
		if ((own === undefined) !== (this.#record.bytesFrom === 'estimated')) {
			const first = this.#core.size === 0;
			this.#record.bytesFrom = first ? (own === undefined ? 'estimated' : 'declared') : 'both';
		}
		// The core takes whole numbers from 1 on.
		return Math.max(1, Math.ceil(bytes));
	}

	/** Timers do not run inside a synchronous loop, so storing looks from time to time, too. */
	#purgeInLoops(): void {
		const { ttlMs } = this.#options;
		if (ttlMs === undefined) return;
		const now = monotonicMs();
		if (now < this.#nextPurge) return;
		this.#nextPurge = now + Math.max(ttlMs / 2, 50);
		this.#core.purgeStale();
	}

	/** Brings the record up to date, then tells `onEvict`, which may use the cache again. Its first error is thrown last. */
	#settle(instead?: EvictionReason, oneByCount = false): void {
		const left = this.#left;
		this.#left = [];
		const record = this.#record;
		const reasons = left.map(([, , reason]): EvictionReason => {
			if (reason === 'evict' && oneByCount) {
				oneByCount = false;
				return 'count';
			}
			return (reason === 'delete' ? instead : undefined) ?? reasonOf[reason];
		});
		for (const reason of reasons) record.evictions[reason] = (record.evictions[reason] ?? 0) + 1;
		record.bytes = this.#core.calculatedSize;
		record.entries = this.#core.size;
		record.version++;
		const { onEvict } = this.#options;
		if (!onEvict) return;
		const failures: unknown[] = [];
		for (const [index, [value, key]] of left.entries()) {
			try {
				onEvict(value, key, reasons[index] ?? 'deleted');
			} catch (error) {
				failures.push(error);
			}
		}
		if (failures.length > 0) throw failures[0];
	}
}

const reasonOf: Record<LeavingReason, EvictionReason> = {
	evict: 'size',
	set: 'replaced',
	delete: 'deleted',
	expire: 'ttl',
	fetch: 'replaced',
};
