import type { RegionEntry } from '../protocol/entries.ts';
import type {
	BatchEntry,
	SpillEntry,
	StreamEntry,
	TensorDictEntry,
	WeakCacheEntry,
} from '../protocol/runtimeEntries.ts';
import type { CacheStats } from './caches/cacheOptions.ts';
import type { PoolStats } from './pools/poolOptions.ts';
import { sharedHub } from './reporter.ts';
import type { StoreRecord } from './reporting/records.ts';
import { type RegionTotals, regionTotals } from './reporting/regionBook.ts';

type Report<E> = Omit<E, 'type' | 't' | 'id' | 'disposed'>;

/** Totals of one region since the profiler began to listen. */
export interface RegionStats extends RegionTotals, Pick<RegionEntry, 'name' | 'kind' | 'site'> {}
/** What a weak cache, a spill cache, a batch processor … reports, with the place that made it. What is not known is absent. */
export type WeakCacheReport = Report<WeakCacheEntry>;
export type SpillReport = Report<SpillEntry>;
export type BatchReport = Report<BatchEntry>;
export type TensorDictReport = Report<TensorDictEntry>;
export type StreamReport = Report<StreamEntry>;

export const weakCacheList = (): WeakCacheReport[] => statsOf<WeakCacheReport>(sharedHub().weakCaches.live());
export const spillList = (): SpillReport[] => statsOf<SpillReport>(sharedHub().spills.live());
export const batchList = (): BatchReport[] => statsOf<BatchReport>(sharedHub().batches.live());
export const tensorDictList = (): TensorDictReport[] => statsOf<TensorDictReport>(sharedHub().tensorDicts.live());
export const streamList = (): StreamReport[] => statsOf<StreamReport>(sharedHub().streams.live());

export function cacheList(): CacheStats[] {
	return Array.from(sharedHub().caches.live(), ({ record }) => {
		// A record that an older copy of this library made has no effective bound.
		const {
			name,
			bytes,
			maxBytes = bytes,
			effectiveMaxBytes = maxBytes,
			entries,
			maxEntries,
			hits,
			misses,
			evictions,
			bytesFrom,
		} = record;
		return {
			name,
			bytes,
			maxBytes,
			effectiveMaxBytes,
			entries,
			...(maxEntries !== undefined && { maxEntries }),
			hits,
			misses,
			...(hits + misses > 0 && { hitRate: hits / (hits + misses) }),
			evictions: { ...evictions },
			bytesFrom,
		};
	});
}

export function poolList(): PoolStats[] {
	return Array.from(sharedHub().pools.live(), ({ record }) => {
		const { name, inUse, idle, max, waiting, created, reused, destroyed, leaked } = record;
		return { name, inUse, idle, max, waiting, created, reused, destroyed, leaked };
	});
}

export function regionList(): RegionStats[] {
	const hub = sharedHub();
	if (!hub.recording) return [];
	return Array.from(hub.regions(), region => {
		const { name, kind, site } = region;
		return { name, kind, ...(site && { site: { ...site } }), ...regionTotals(region) };
	});
}

/** Copies: the records go on changing. */
function statsOf<S>(live: Iterable<{ record: StoreRecord }>): S[] {
	return Array.from(live, ({ record }) => {
		const { version: _version, disposed: _disposed, ...figures } = record;
		const known = Object.entries(figures).filter(([, value]) => value !== undefined);
		return structuredClone(Object.fromEntries(known)) as S;
	});
}
