import type { CacheEntry, PoolEntry, Site } from '../../protocol/entries.ts';
import type {
	BatchEntry,
	SpillEntry,
	StreamEntry,
	TensorDictEntry,
	WeakCacheEntry,
} from '../../protocol/runtimeEntries.ts';

/** What the owner keeps up to date; the registry only reads it. Plain data, so that reading pins no owner. */
export interface StoreRecord {
	readonly name: string;
	readonly site: Site | undefined;
	/** Counts up with every change. */
	version: number;
	disposed: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** The figures of an entry as a record has them: always there, `undefined` where they are not known. */
type Figures<E> = Mutable<{
	[K in keyof Required<Omit<E, 'type' | 't' | 'id' | 'name' | 'site' | 'disposed'>>]: E[K & keyof E];
}>;

export interface CacheRecord extends StoreRecord, Figures<CacheEntry> {}
export interface PoolRecord extends StoreRecord, Figures<PoolEntry> {}
export interface WeakCacheRecord extends StoreRecord, Figures<WeakCacheEntry> {}
export interface SpillRecord extends StoreRecord, Figures<SpillEntry> {}
export interface BatchRecord extends StoreRecord, Figures<BatchEntry> {}
export interface TensorDictRecord extends StoreRecord, Figures<TensorDictEntry> {}
export interface StreamRecord extends StoreRecord, Figures<StreamEntry> {}

interface StoreEntries {
	cache: CacheEntry;
	pool: PoolEntry;
	weakCache: WeakCacheEntry;
	spill: SpillEntry;
	batch: BatchEntry;
	tensorDict: TensorDictEntry;
	stream: StreamEntry;
}

/** Figures of what is held: gone when the owner is. */
const HELD = new Set(['bytes', 'entries', 'inFlightItems', 'inFlightBytes', 'count', 'tensors', 'bufferBytes']);

/** Makes a record the entry of its type; a copy, so that the record may change. What is not known is left out. */
export function entryOf<T extends keyof StoreEntries>(type: T) {
	return (id: number, record: StoreRecord, t: number): StoreEntries[T] => {
		const entry: Record<string, unknown> = { type, t, id };
		for (const [key, value] of Object.entries(record)) {
			if (value === undefined || key === 'version' || (key === 'disposed' && value !== true)) continue;
			if (record.disposed && HELD.has(key)) entry[key] = Array.isArray(value) ? [] : 0;
			else entry[key] = typeof value === 'object' ? structuredClone(value) : value;
		}
		return entry as unknown as StoreEntries[T];
	};
}
