import { deserialize, serialize } from 'node:v8';
import type { EvictionReason, MemoryLevel } from '../../protocol/entries.ts';
import { formatBytes } from '../../protocol/units.ts';
import { pressure } from '../monitor/pressure.ts';
import { sharedHub } from '../reporter.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import type { SpillRecord } from '../reporting/records.ts';
import type { Relief } from '../reporting/registry.ts';
import { BoundedCache, shrinkTo, storeSized } from './boundedCache.ts';
import type { CacheStats } from './cacheOptions.ts';
import { Computations, checkCompute } from './computations.ts';
import { checkedSize, entrySize } from './entrySize.ts';
import { type DiskEntry, SpillDisk } from './spillDisk.ts';
import type { SpillFolder } from './spillFolder.ts';
import { checkSpillOptions, type SpillCacheOptions, type SpillStats } from './spillOptions.ts';
import { spillRecord, Troubles } from './spillRecord.ts';
import { type Held, SpillWriter } from './spillWriter.ts';

/** These leave memory for the disk; the others were let go of on purpose. */
const SPILLED: ReadonlySet<EvictionReason> = new Set(['size', 'count', 'pressure'] as const);

/** Folders of caches that were dropped without being disposed of. */
let dropped: FinalizationRegistry<SpillFolder> | undefined;

interface ReadBack<V> {
	/** Undefined: it did not come back as it was written. */
	readonly value: V | undefined;
	/** Whether the entry was still the key's when it had been read. */
	readonly current: boolean;
}

/**
 * A cache with a part in memory and a part on disk, each within its bound: what memory has no room for goes to temporary files and
 * comes back on `get`. While memory is short (levels high and critical) all values go to disk at once, in synchronous writes. On
 * their way there values take up to half of `maxBytes` more. A disk that refuses is told as a warning, once; the cache goes on in memory.
 * The files are removed by `dispose`, when the process exits, and after a crash by the next process that spills to the same place.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) for options that leave one of the parts without a bound.
 *
 * @example
 * await using tiles = new SpillCache<string, Float64Array>({ name: 'tiles', maxBytes: 64e6, maxDiskBytes: 2e9 });
 * await tiles.set('0/0', new Float64Array(1_000_000));
 * const tile = await tiles.get('0/0');
 */
export class SpillCache<K extends {}, V extends {}> {
	readonly name: string;
	readonly #options: SpillCacheOptions<K, V>;
	readonly #memory: BoundedCache<K, Held<V>>;
	readonly #disk: SpillDisk<K>;
	readonly #writer: SpillWriter<K, V>;
	readonly #record: SpillRecord;
	readonly #troubles: Troubles;
	readonly #id: number;
	readonly #computing = new Computations<K, V>();
	readonly #reading = new Map<DiskEntry, Promise<ReadBack<V>>>();

	constructor(options: SpillCacheOptions<K, V>) {
		checkSpillOptions(options);
		this.#options = { ...options };
		const site = callSiteOf(SpillCache);
		this.#memory = new BoundedCache<K, Held<V>>(
			{
				name: options.name,
				maxBytes: options.maxBytes,
				...(options.maxEntries !== undefined && { maxEntries: options.maxEntries }),
				onEvict: (held, key, reason) => {
					if (SPILLED.has(reason)) this.#writer.spill(key, held);
				},
			},
			site,
		);
		this.name = this.#memory.name;
		const record = spillRecord(this.name, site, Math.floor(options.maxDiskBytes));
		this.#record = record;
		this.#troubles = new Troubles(record);
		this.#disk = new SpillDisk(options.directory, record.maxBytes, () => record.dropped++);
		this.#writer = new SpillWriter({
			disk: this.#disk,
			record,
			troubles: this.#troubles,
			maxBytes: this.#memory.maxBytes / 2,
			serialize: options.serialize ?? serialize,
			changed: () => this.#changed(),
		});
		this.#id = sharedHub().spills.add(record, this);
		dropped ??= new FinalizationRegistry(folder => void folder.dispose());
		dropped.register(this, this.#disk.folder, this);
		record.spilling = isShort(pressure.level);
	}

	/** Values in memory, on disk and on their way there. */
	get size(): number {
		return this.#memory.size + this.#writer.size + this.#disk.size;
	}

	/** Whether there is a value, wherever it is; counts neither as hit nor as use. */
	has(key: K): boolean {
		return this.#memory.has(key) || this.#writer.get(key) !== undefined || this.#disk.get(key) !== undefined;
	}

	/** A value from the disk is a copy of what was stored. One that does not come back as it was written is a miss. */
	async get(key: K): Promise<V | undefined> {
		for (;;) {
			const held = this.#memory.get(key);
			if (held) return held.value;
			const waiting = this.#writer.get(key);
			if (waiting) return this.#recall(key, waiting);
			const entry = this.#disk.get(key);
			if (!entry) return undefined;
			const { value, current } = await this.#readBack(key, entry);
			if (current) return value;
			// Set, deleted or cleared while it was read: what holds now counts.
		}
	}

	/**
	 * Stores a value; settles when there is room for the next one. `bytes` is its size in memory where the caller knows it better
	 * than `sizeOf` or the estimate. Rejects with `invalidSize` when a size is not a number from 0 on or `sizeOf` throws.
	 */
	async set(key: K, value: V, bytes?: number): Promise<void> {
		const { sizeOf } = this.#options;
		const size = bytes === undefined ? entrySize(this.name, sizeOf, key, value) : checkedSize(this.name, bytes);
		if (this.#record.disposed) return;
		this.#computing.forget(key);
		this.#writer.cancel(key);
		this.#disk.remove(key);
		if (value !== undefined)
			this.#keep(key, { value, size, from: bytes === undefined && !sizeOf ? 'estimated' : 'declared' });
		this.#changed();
		await this.#writer.room();
	}

	/** Whether there was a value. */
	async delete(key: K): Promise<boolean> {
		this.#computing.forget(key);
		const found = [this.#memory.delete(key), this.#writer.cancel(key), this.#disk.remove(key)];
		this.#changed();
		return found.includes(true);
	}

	/** Lets all values go, in memory and on disk. A computation under way still answers its callers but is not stored. */
	async clear(): Promise<void> {
		this.#computing.forgetAll();
		this.#memory.clear();
		this.#writer.cancelAll();
		const removed = this.#disk.clear();
		this.#changed();
		await removed;
	}

	/**
	 * The value of `key`, computed where it is missing: once, however many ask meanwhile. A failure is passed to all who wait and
	 * not stored; the next call computes again.
	 */
	async getOrCompute(key: K, compute: (key: K) => V | Promise<V>): Promise<V> {
		checkCompute('SpillCache', this.name, compute);
		const held = this.#memory.has(key) ? this.#memory.get(key) : undefined;
		if (held) return held.value;
		return (
			this.#computing.get(key) ??
			this.#computing.run(key, async wanted => {
				const present = await this.get(key);
				if (present !== undefined) return present;
				const value = await compute(key);
				if (wanted()) await this.set(key, value);
				return value;
			})
		);
	}

	stats(): { name: string; memory: CacheStats; disk: SpillStats } {
		const { entries, bytes, maxBytes, writes, writtenBytes, reads, readBytes } = this.#record;
		const { failed, dropped, corrupt, spilling } = this.#record;
		return {
			name: this.name,
			memory: this.#memory.stats(),
			disk: { entries, bytes, maxBytes, writes, writtenBytes, reads, readBytes, failed, dropped, corrupt, spilling },
		};
	}

	/** At the levels high and critical all values go to disk now, and later ones at once. Done by itself when the level changes. */
	relieve(level: MemoryLevel): Relief | undefined {
		const before = this.#record.spilling;
		const spilling = isShort(level);
		this.#record.spilling = spilling;
		if (!spilling) {
			this.#changed();
			return before ? { detail: 'keeps values in memory again' } : undefined;
		}
		const written = this.#record.writtenBytes;
		let freedBytes = 0;
		this.#writer.atOnce(() => {
			freedBytes = this.#writer.flush() + shrinkTo(this.#memory, 0);
		});
		this.#changed();
		if (freedBytes === 0 && before) return undefined;
		return { freedBytes, detail: `wrote ${formatBytes(this.#record.writtenBytes - written)} to disk` };
	}

	/** Lets all values go for good and removes the files: later values are not stored. */
	async dispose(): Promise<void> {
		if (this.#record.disposed) return;
		this.#record.disposed = true;
		dropped?.unregister(this);
		this.#memory.dispose();
		this.#computing.forgetAll();
		this.#writer.cancelAll();
		sharedHub().spills.remove(this.#id);
		await this.#writer.idle();
		await this.#disk.clear();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.dispose();
	}

	/** In memory where it fits, else on disk. */
	#keep(key: K, held: Held<V>): void {
		if (this.#record.spilling) this.#memory.delete(key);
		else if (storeSized(this.#memory, key, held, held.size, held.from)) return;
		this.#writer.spill(key, held);
	}

	/** It was on its way to the disk and is wanted again. */
	#recall(key: K, held: Held<V>): V {
		if (!this.#record.spilling && this.#writer.cancel(key)) this.#keep(key, held);
		this.#changed();
		return held.value;
	}

	#readBack(key: K, entry: DiskEntry): Promise<ReadBack<V>> {
		const running = this.#reading.get(entry);
		if (running) return running;
		const reading = this.#readNow(key, entry).finally(() => this.#reading.delete(entry));
		this.#reading.set(entry, reading);
		return reading;
	}

	async #readNow(key: K, entry: DiskEntry): Promise<ReadBack<V>> {
		const data = await this.#disk.read(entry);
		if (this.#disk.get(key) !== entry) return { value: undefined, current: false };
		let value: V | undefined;
		try {
			if (!data) throw new Error('its file is gone or was changed');
			value = (this.#options.deserialize ?? deserialize)(data) as V;
			this.#record.reads++;
			this.#record.readBytes += entry.bytes;
		} catch (error) {
			this.#disk.remove(key);
			this.#troubles.corrupt(error);
			this.#changed();
			return { value: undefined, current: true };
		}
		this.#disk.take(key);
		const held = { value, size: entry.size, from: entry.from };
		if (!this.#record.spilling && storeSized(this.#memory, key, held, held.size, held.from)) {
			this.#disk.folder.remove(entry.file);
		} else this.#disk.put(key, entry);
		this.#changed();
		return { value, current: true };
	}

	#changed(): void {
		this.#record.entries = this.#disk.size;
		this.#record.bytes = this.#disk.bytes;
		this.#record.version++;
	}
}

const isShort = (level: MemoryLevel): boolean => level === 'high' || level === 'critical';
