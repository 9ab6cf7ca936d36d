import type { CacheEntry } from '../../src/protocol/entries.ts';
import { visibleText } from '../../src/protocol/text.ts';

/** The bound in bytes that holds now: a lower one while memory is short. */
export const boundNow = ({ maxBytes, effectiveMaxBytes }: CacheEntry): number | undefined =>
	effectiveMaxBytes ?? maxBytes;

/** How full it is by the bound it is nearest to. */
export function fullness(cache: CacheEntry): number {
	const { bytes, entries, maxEntries } = cache;
	const maxBytes = boundNow(cache);
	return Math.max(maxBytes ? bytes / maxBytes : 0, maxEntries ? entries / maxEntries : 0);
}

export const cacheName = ({ name }: Pick<CacheEntry, 'name'>): string => visibleText(name) || '(no name)';

/** `undefined` when nothing was asked of it yet. */
export const hitRate = ({ hits, misses }: CacheEntry): number | undefined =>
	hits + misses > 0 ? hits / (hits + misses) : undefined;

export const evicted = ({ evictions }: CacheEntry): number =>
	Object.values(evictions).reduce((sum, count) => sum + count, 0);
