import type { CacheEntry, EvictionReason, PoolCounts, PoolEntry, Site } from '../../protocol/entries.ts';

/** What the owner keeps up to date; the registry only reads it. Plain numbers, so that reading pins no cache. */
interface Record {
	readonly name: string;
	readonly site: Site | undefined;
	/** Counts up with every change. */
	version: number;
	disposed: boolean;
}

export interface CacheRecord extends Record {
	bytes: number;
	bytesFrom: CacheEntry['bytesFrom'];
	maxBytes: number | undefined;
	entries: number;
	maxEntries: number | undefined;
	hits: number;
	misses: number;
	evictions: Partial<{ [reason in EvictionReason]: number }>;
}

export interface PoolRecord extends Record, PoolCounts {}

/** Empties the owner on command. */
export interface Clearable {
	clear(): void;
}

interface Registration<R extends Record> {
	readonly id: number;
	readonly record: R;
	readonly owner: WeakRef<Clearable>;
	sentVersion: number;
	sent: boolean;
}

/** Live caches or pools, held weakly. One that was disposed of or collected is told once and forgotten. */
export class Registry<R extends Record> {
	readonly #live = new Map<number, Registration<R>>();
	/** Gone, but the engine has yet to hear of it. */
	#gone: Registration<R>[] = [];
	readonly #collected = new FinalizationRegistry<number>(id => this.remove(id));
	#lastId = 0;

	/** The owner must call `remove` when it is disposed of. */
	add(record: R, owner: Clearable): number {
		const id = ++this.#lastId;
		this.#live.set(id, { id, record, owner: new WeakRef(owner), sentVersion: -1, sent: false });
		this.#collected.register(owner, id);
		return id;
	}

	remove(id: number): void {
		const found = this.#live.get(id);
		if (!found) return;
		this.#live.delete(id);
		found.record.disposed = true;
		if (found.sent) this.#gone.push(found);
	}

	/** Everything is news again. */
	reset(): void {
		this.#gone = [];
		for (const registration of this.#live.values()) {
			registration.sent = false;
			registration.sentVersion = -1;
		}
	}

	*changes(): Generator<[id: number, record: R]> {
		for (const registration of this.#live.values()) {
			if (registration.sentVersion === registration.record.version) continue;
			registration.sentVersion = registration.record.version;
			registration.sent = true;
			yield [registration.id, registration.record];
		}
		const gone = this.#gone;
		this.#gone = [];
		for (const { id, record } of gone) yield [id, record];
	}

	*live(): Generator<{ id: number; record: R; owner: Clearable }> {
		for (const { id, record, owner: ref } of this.#live.values()) {
			const owner = ref.deref();
			if (owner) yield { id, record, owner };
		}
	}
}

export function cacheEntry(id: number, record: CacheRecord, t: number): CacheEntry {
	const { name, site, disposed, bytes, bytesFrom, maxBytes, entries, maxEntries, hits, misses, evictions } = record;
	return {
		type: 'cache',
		t,
		id,
		name,
		...(site && { site }),
		...(disposed && { disposed }),
		bytes: disposed ? 0 : bytes,
		bytesFrom,
		...(maxBytes !== undefined && { maxBytes }),
		entries: disposed ? 0 : entries,
		...(maxEntries !== undefined && { maxEntries }),
		hits,
		misses,
		evictions: { ...evictions },
	};
}

export function poolEntry(id: number, record: PoolRecord, t: number): PoolEntry {
	const { name, site, disposed, inUse, idle, max, waiting, created, reused, destroyed, leaked } = record;
	return {
		type: 'pool',
		t,
		id,
		name,
		...(site && { site }),
		...(disposed && { disposed }),
		inUse,
		idle,
		max,
		waiting,
		created,
		reused,
		destroyed,
		leaked,
	};
}
