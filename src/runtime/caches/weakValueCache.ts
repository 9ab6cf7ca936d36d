import { checkOptionNames } from '../optionNames.ts';
import { sharedHub } from '../reporter.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import type { WeakCacheRecord } from '../reporting/records.ts';
import { shortName } from '../reporting/shortName.ts';
import { cacheErrors } from './cacheErrors.ts';
import { checkNamed } from './cacheOptions.ts';
import { Computations, checkCompute } from './computations.ts';

/** Entries looked at for a lost value at each `set`: more than one, so that looking is faster than storing. */
const SWEPT = 2;

export interface WeakValueCacheOptions {
	/** What reports call it. */
	name: string;
}

export interface WeakCacheStats {
	name: string;
	/** Entries whose value was not found to be gone yet. */
	entries: number;
	hits: number;
	misses: number;
	/** Hits as a share of hits and misses; absent before the first look-up. */
	hitRate?: number;
	/** Values that the garbage collector took. */
	collected: number;
}

/**
 * A cache that does not keep its values alive: a value is found as long as something else holds it, then its entry goes by itself.
 * It needs no bound. Keys are held, so a key must not refer to its value. V8 keeps a value that was stored or looked up until the
 * synchronous work at hand has ended: in one long loop nothing vanishes.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) without a name.
 *
 * @example
 * const images = new WeakValueCache<string, DecodedImage>({ name: 'images' });
 * const image = await images.getOrCompute(path, () => decode(path));
 */
export class WeakValueCache<K extends {}, V extends object> {
	readonly name: string;
	readonly #entries = new Map<K, WeakRef<V>>();
	readonly #record: WeakCacheRecord;
	readonly #id: number;
	readonly #lost: FinalizationRegistry<{ key: K; ref: WeakRef<V> }>;
	readonly #computing = new Computations<K, V>();
	#cursor: Iterator<[K, WeakRef<V>]> | undefined;

	constructor(options: WeakValueCacheOptions) {
		checkNamed('WeakValueCache', options, 'an object with a name');
		checkOptionNames('WeakValueCache', options, { name: true });
		this.name = shortName(options.name);
		const record: WeakCacheRecord = {
			name: this.name,
			site: callSiteOf(WeakValueCache),
			version: 0,
			disposed: false,
			entries: 0,
			hits: 0,
			misses: 0,
			collected: 0,
		};
		this.#record = record;
		const entries = this.#entries;
		this.#lost = new FinalizationRegistry(({ key, ref }) => {
			if (entries.get(key) === ref) dropLost(entries, record, key);
		});
		this.#id = sharedHub().weakCaches.add(record, this);
	}

	/** Number of entries. Values may be gone already that nobody asked for since. */
	get size(): number {
		return this.#entries.size;
	}

	get(key: K): V | undefined {
		const value = this.#look(key);
		if (value === undefined) this.#record.misses++;
		else this.#record.hits++;
		this.#record.version++;
		return value;
	}

	/** Whether the value is still there; counts neither as hit nor as miss. */
	has(key: K): boolean {
		return this.#look(key) !== undefined;
	}

	/** Throws `invalidInput` for a value that cannot be held weakly: a text, a number. False when the cache was disposed of. */
	set(key: K, value: V): boolean {
		if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
			throw cacheErrors.notWeak(this.name, value);
		}
		if (this.#record.disposed) return false;
		this.#computing.forget(key);
		this.#forget(key);
		const ref = new WeakRef(value);
		this.#entries.set(key, ref);
		this.#lost.register(value, { key, ref }, ref);
		this.#sweepSome();
		this.#changed();
		return true;
	}

	/** Whether there was a value. */
	delete(key: K): boolean {
		this.#computing.forget(key);
		const present = this.#look(key) !== undefined;
		this.#forget(key);
		this.#changed();
		return present;
	}

	/** Forgets all values; who holds them still has them. */
	clear(): void {
		this.#computing.forgetAll();
		for (const ref of this.#entries.values()) this.#lost.unregister(ref);
		this.#entries.clear();
		this.#changed();
	}

	/**
	 * The value of `key`, computed where it is gone: once, however many ask meanwhile (they count as hits). A failure is passed to all
	 * who wait and not stored; the next call computes again.
	 */
	async getOrCompute(key: K, compute: (key: K) => V | Promise<V>): Promise<V> {
		checkCompute('WeakValueCache', this.name, compute);
		const running = this.#computing.get(key);
		if (running) {
			this.#record.hits++;
			this.#record.version++;
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

	/** What is still there, the oldest entry first. */
	*entries(): Generator<[K, V]> {
		for (const [key, ref] of this.#entries) {
			const value = ref.deref();
			if (value !== undefined) yield [key, value];
		}
	}

	[Symbol.iterator](): Generator<[K, V]> {
		return this.entries();
	}

	stats(): WeakCacheStats {
		const { hits, misses, collected } = this.#record;
		const looked = hits + misses;
		return {
			name: this.name,
			entries: this.size,
			hits,
			misses,
			...(looked > 0 && { hitRate: hits / looked }),
			collected,
		};
	}

	/** Forgets all values for good: later ones are not stored. */
	dispose(): void {
		if (this.#record.disposed) return;
		this.#record.disposed = true;
		this.clear();
		sharedHub().weakCaches.remove(this.#id);
	}

	[Symbol.dispose](): void {
		this.dispose();
	}

	#look(key: K): V | undefined {
		const ref = this.#entries.get(key);
		const value = ref?.deref();
		// Its callback comes later, and inside a synchronous loop not at all.
		if (ref && value === undefined) dropLost(this.#entries, this.#record, key);
		return value;
	}

	#forget(key: K): void {
		const ref = this.#entries.get(key);
		if (!ref) return;
		this.#lost.unregister(ref);
		if (ref.deref() === undefined) dropLost(this.#entries, this.#record, key);
		else this.#entries.delete(key);
	}

	/** Takes out every entry whose value was collected. Keeps the other values alive until the synchronous code that asks returns. */
	sweep(): void {
		for (const [key, ref] of [...this.#entries]) {
			if (ref.deref() === undefined) dropLost(this.#entries, this.#record, key);
		}
		this.#changed();
	}

	/** Looks at a few entries in turn: callbacks for lost values do not run while the script lets no event in. */
	#sweepSome(): void {
		for (let i = 0; i < SWEPT; i++) {
			this.#cursor ??= this.#entries.entries();
			const next = this.#cursor.next();
			if (next.done) {
				this.#cursor = undefined;
				return;
			}
			const [key, ref] = next.value;
			if (ref.deref() === undefined) dropLost(this.#entries, this.#record, key);
		}
	}

	#changed(): void {
		this.#record.entries = this.#entries.size;
		this.#record.version++;
	}
}

/** Not a method: the callback for lost values must not hold the cache. */
function dropLost<K>(entries: Map<K, unknown>, record: WeakCacheRecord, key: K): void {
	entries.delete(key);
	record.collected++;
	record.entries = entries.size;
	record.version++;
}
