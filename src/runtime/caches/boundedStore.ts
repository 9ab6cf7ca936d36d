import { LRUCache } from 'lru-cache';
import type { EvictionReason } from '../../protocol/entries.ts';
import type { BoundedCacheOptions } from './cacheOptions.ts';
import { CacheTally } from './cacheTally.ts';
import { Departures } from './departures.ts';
import type { ExpiryClock } from './expiryClock.ts';

export type SizeOrigin = 'declared' | 'estimated';

/** `lru-cache` writes and reads `status`, but its type does not let it be put back. */
const NONE = undefined as never;

export interface StoreOptions<K, V> {
	readonly maxBytes: number;
	readonly options: BoundedCacheOptions<K, V>;
	readonly clock: ExpiryClock | undefined;
}

/**
 * Values within a bound of bytes, and of entries where there is one: an `lru-cache` that counts what happens and knows why each
 * value left. After each call its tally is up to date and `onEvict` is told; that may throw, with everything in order.
 */
export class BoundedStore<K extends {}, V extends {}> {
	readonly tally: CacheTally;
	readonly #core: LRUCache<K, V>;
	/** The user's, which may throw: read before the core is touched, which else reads it itself and faster. */
	readonly #ownClock: ExpiryClock | undefined;
	readonly #maxBytes: number;
	readonly #maxEntries: number;
	readonly #left: Departures<K, V>;
	/** Where the size of a value is from whose size is not given. */
	readonly #unmixed: SizeOrigin;
	/** The size that all entries have; NaN where they differ. */
	#oneSize = Number.NaN;
	/** The bound that holds now. */
	#bound: number;
	/** Used for every call: with a fresh object storing takes a tenth longer. */
	readonly #asking: LRUCache.GetOptions<K, V, unknown> = { status: NONE };
	readonly #storing: LRUCache.SetOptions<K, V, unknown>;

	constructor({ maxBytes, options, clock }: StoreOptions<K, V>) {
		const { ttlMs, maxEntries, onEvict, sizeOf } = options;
		this.#maxBytes = maxBytes;
		this.#bound = maxBytes;
		this.#maxEntries = maxEntries ?? Number.POSITIVE_INFINITY;
		this.#ownClock = clock?.own ? clock : undefined;
		this.#unmixed = sizeOf ? 'declared' : 'estimated';
		this.tally = new CacheTally(this.#unmixed);
		this.#storing = { size: 1, status: NONE };
		const { tally } = this;
		const left = new Departures(tally, onEvict);
		this.#left = left;
		this.#core = new LRUCache<K, V>({
			maxSize: maxBytes,
			// Its own clock stands still inside a synchronous loop unless every look-up reads it.
			...(clock && { ttl: Math.ceil(ttlMs ?? 0), ttlResolution: 0, perf: clock }),
			dispose: (value, key, cause) => {
				// What storing meets all the time goes a short way.
				if (cause === 'set' && onEvict === undefined) tally.replaced++;
				else left.add(value, key, cause);
			},
		});
	}

	get size(): number {
		return this.#core.size;
	}

	get bytes(): number {
		return this.#core.calculatedSize;
	}

	get bound(): number {
		return this.#bound;
	}

	get(key: K): V | undefined {
		const { tally } = this;
		const asking = this.#asking;
		asking.status = NONE;
		const value = this.#core.get(key, asking);
		if (value !== undefined) {
			tally.hits++;
			return value;
		}
		tally.misses++;
		// The core finds out that it has expired when it is asked for.
		if (this.#core.size !== tally.entries) this.#changed();
		return undefined;
	}

	has(key: K): boolean {
		return this.#core.has(key);
	}

	/** False when it is larger than the bound that holds now; an older value is gone then, too. */
	set(key: K, value: V, size: number, from: SizeOrigin): boolean {
		const core = this.#core;
		const { tally } = this;
		if (size > this.#bound || value === undefined) {
			this.#remove(key, 'replaced');
			return false;
		}
		// The core takes whole numbers from 1 on.
		const bytes = size < 1 ? 1 : Math.ceil(size);
		const { replaced } = tally;
		const storing = this.#storing;
		storing.size = bytes;
		storing.status = NONE;
		if (this.#ownClock) storing.start = this.#ownClock.now();
		core.set(key, value, storing);
		let total = core.calculatedSize;
		// It replaced nothing and took no room: most likely it was there before.
		if (bytes !== this.#oneSize && total === tally.bytes && replaced === tally.replaced) {
			this.#sizeAgain(key, value, bytes);
			total = core.calculatedSize;
		}
		tally.entries = core.size;
		if (total > this.#bound || tally.entries > this.#maxEntries) {
			this.#popTo(this.#bound);
			if (core.size > this.#maxEntries) this.#popOne('count');
			total = core.calculatedSize;
			tally.entries = core.size;
		}
		tally.bytes = total;
		tally.changes++;
		if (bytes !== this.#oneSize || from !== tally.bytesFrom) this.#mix(bytes, from);
		if (this.#left.untold) this.#left.tell();
		return true;
	}

	delete(key: K): boolean {
		return this.#remove(key, 'deleted');
	}

	clear(): void {
		this.#left.deletes = 'cleared';
		this.#core.clear();
		this.tally.bytesFrom = this.#unmixed;
		this.#changed();
	}

	/** Lets go of what has expired. */
	purge(): void {
		this.#core.purgeStale();
		this.#changed();
	}

	/** Keeps to `bytes` from now on: what expired goes first, then the least recently used. */
	bind(bytes: number): void {
		this.#bound = bytes;
		this.#left.evicts = bytes < this.#maxBytes ? 'pressure' : 'size';
		this.#core.purgeStale();
		this.shrinkTo(bytes);
	}

	/** Lets the least recently used values go until `bytes` are left. */
	shrinkTo(bytes: number): void {
		this.#popTo(bytes);
		this.#changed();
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

	#remove(key: K, reason: EvictionReason): boolean {
		this.#left.deletes = reason;
		const removed = this.#core.delete(key);
		this.#changed();
		return removed;
	}

	#mix(bytes: number, from: SizeOrigin): void {
		const alone = this.#core.size === 1;
		this.#oneSize = alone || bytes === this.#oneSize ? bytes : Number.NaN;
		this.tally.bytesFrom = alone || from === this.tally.bytesFrom ? from : 'both';
	}

	/** The core keeps the size it knows for a value that is stored again, which may have grown meanwhile. */
	#sizeAgain(key: K, value: V, bytes: number): void {
		if (this.#core.info(key)?.size === bytes) return;
		this.#left.deletes = undefined;
		this.#core.delete(key);
		this.#core.set(key, value, this.#storing);
	}

	#popTo(bytes: number): void {
		while (this.#core.calculatedSize > bytes) this.#popOne('pressure');
	}

	#popOne(reason: EvictionReason): void {
		const { evicts } = this.#left;
		this.#left.evicts = reason;
		this.#core.pop();
		this.#left.evicts = evicts;
	}

	#changed(): void {
		const { tally } = this;
		tally.bytes = this.#core.calculatedSize;
		tally.entries = this.#core.size;
		tally.changes++;
		if (this.#left.untold) this.#left.tell();
	}
}
