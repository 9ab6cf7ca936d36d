import type { EvictionReason, Site } from '../../protocol/entries.ts';
import type { CacheRecord } from '../reporting/records.ts';

const REASONS: readonly EvictionReason[] = ['size', 'count', 'ttl', 'deleted', 'replaced', 'cleared', 'pressure'];

/** What a cache counts at each use. */
export class CacheTally {
	/** Whatever changed a figure besides look-ups. */
	changes = 0;
	hits = 0;
	misses = 0;
	bytes = 0;
	entries = 0;
	size = 0;
	count = 0;
	ttl = 0;
	deleted = 0;
	replaced = 0;
	cleared = 0;
	pressure = 0;
	/** Where the sizes of all entries are from. */
	bytesFrom: CacheRecord['bytesFrom'];

	constructor(bytesFrom: CacheRecord['bytesFrom']) {
		this.bytesFrom = bytesFrom;
	}

	get evictions(): Partial<Record<EvictionReason, number>> {
		return Object.fromEntries(REASONS.map(reason => [reason, this[reason]]).filter(([, count]) => count !== 0));
	}
}

export interface CacheFacts {
	readonly name: string;
	readonly site: Site | undefined;
	readonly maxBytes: number;
	readonly maxEntries: number | undefined;
}

/**
 * The record that the hub holds. What can be worked out when it is read is a getter, so that a look-up costs one addition. It
 * refers to the tally alone: a dropped cache's values must not wait for the hub to forget the record.
 */
export function cacheRecord(facts: CacheFacts, tally: CacheTally): CacheRecord {
	return {
		...facts,
		get version() {
			return tally.hits + tally.misses + tally.changes;
		},
		get hits() {
			return tally.hits;
		},
		get misses() {
			return tally.misses;
		},
		get bytes() {
			return tally.bytes;
		},
		get entries() {
			return tally.entries;
		},
		get evictions() {
			return tally.evictions;
		},
		get bytesFrom() {
			return tally.bytesFrom;
		},
		disposed: false,
		effectiveMaxBytes: undefined,
	};
}
