import type { MemoryReading, RegionEntry } from '../protocol/entries.ts';
import type { CacheStats } from './caches/cacheOptions.ts';
import { type CollectionResult, forceCollection } from './collection/forceCollection.ts';
import type { PoolStats } from './pools/poolOptions.ts';
import { sharedHub } from './reporter.ts';
import { readMemory } from './reporting/memoryReading.ts';
import { type RegionTotals, regionTotals } from './reporting/regionBook.ts';
import { runtimeErrors } from './runtimeError.ts';

/** Totals of one region since the profiler began to listen. */
export interface RegionStats extends RegionTotals, Pick<RegionEntry, 'name' | 'kind' | 'site'> {}

/** One place to ask about, and act on, the memory of this process. */
export class MemoryManager {
	/** Memory of the process now, bytes. `externalBytes` includes `arrayBuffersBytes`. */
	memoryUsage(): MemoryReading {
		return readMemory();
	}

	/**
	 * Runs a full garbage collection now; `--expose-gc` is not needed. The script stands still meanwhile.
	 * Throws a `MemoryManagerError` (`collectionUnavailable`) where V8 offers none.
	 */
	forceGarbageCollection(): CollectionResult {
		return forceCollection();
	}

	/**
	 * Empties the caches of this name, or all of them; gives the bytes let go by their own account.
	 * Throws a `MemoryManagerError` (`unknownCache`) when no live cache has the name.
	 */
	clearCache(name?: string): { clearedCaches: number; freedBytes: number } {
		const all = [...sharedHub().caches.live()];
		const chosen = name === undefined ? all : all.filter(cache => cache.record.name === name);
		if (name !== undefined && chosen.length === 0) {
			throw runtimeErrors.unknownCache(name, [...new Set(all.map(cache => cache.record.name))]);
		}
		let freedBytes = 0;
		for (const { record, owner } of chosen) {
			const before = record.bytes;
			owner.clear?.();
			freedBytes += before - record.bytes;
		}
		return { clearedCaches: chosen.length, freedBytes };
	}

	/** Live caches of this process. */
	caches(): CacheStats[] {
		return Array.from(sharedHub().caches.live(), ({ record }) => {
			const { name, bytes, maxBytes = bytes, entries, maxEntries, hits, misses, evictions, bytesFrom } = record;
			return {
				name,
				bytes,
				maxBytes,
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

	/** Live pools of this process. */
	pools(): PoolStats[] {
		return Array.from(sharedHub().pools.live(), ({ record }) => {
			const { name, inUse, idle, max, waiting, created, reused, destroyed, leaked } = record;
			return { name, inUse, idle, max, waiting, created, reused, destroyed, leaked };
		});
	}

	/** Regions seen while a profiler listens; without one regions cost nothing and nothing is counted, so the list is empty. */
	regions(): RegionStats[] {
		const hub = sharedHub();
		if (!hub.recording) return [];
		return Array.from(hub.regions(), region => {
			const { name, kind, site } = region;
			return { name, kind, ...(site && { site: { ...site } }), ...regionTotals(region) };
		});
	}
}

/** The process's manager: importing it starts nothing. */
export const memoryManager = new MemoryManager();
