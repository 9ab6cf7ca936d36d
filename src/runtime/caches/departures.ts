import type { EvictionReason } from '../../protocol/entries.ts';
import type { CacheTally } from './cacheTally.ts';

interface Left<K, V> {
	readonly value: V;
	readonly key: K;
	readonly reason: EvictionReason;
}

/** As `lru-cache` calls it. */
type Cause = 'evict' | 'delete' | 'set' | 'expire' | 'fetch';

/** Counts the values that leave a cache by their reason, and tells the user's `onEvict` of them once everything is in order. */
export class Departures<K, V> {
	/** What it means when the core evicts, and when it deletes; `undefined`: the value comes back at once. */
	evicts: EvictionReason = 'size';
	deletes: EvictionReason | undefined = 'deleted';
	readonly #tally: CacheTally;
	readonly #onEvict: ((value: V, key: K, reason: EvictionReason) => void) | undefined;
	/** Kept for `onEvict` only. */
	#left: Left<K, V>[] = [];

	constructor(tally: CacheTally, onEvict: ((value: V, key: K, reason: EvictionReason) => void) | undefined) {
		this.#tally = tally;
		this.#onEvict = onEvict;
	}

	/** Whether `onEvict` has not been told of all yet. */
	get untold(): boolean {
		return this.#left.length > 0;
	}

	/** The core let a value go. */
	add(value: V, key: K, cause: Cause): void {
		const reason = this.#reason(cause);
		if (reason === undefined) return;
		// The most frequent does without a look-up by name.
		if (reason === 'size') this.#tally.size++;
		else this.#tally[reason]++;
		if (this.#onEvict) this.#left.push({ value, key, reason });
	}

	/** `onEvict` may use the cache again. Its first error is thrown last. */
	tell(): void {
		const left = this.#left;
		this.#left = [];
		const failures: unknown[] = [];
		for (const { value, key, reason } of left) {
			try {
				this.#onEvict?.(value, key, reason);
			} catch (error) {
				failures.push(error);
			}
		}
		if (failures.length > 0) throw failures[0];
	}

	#reason(cause: Cause): EvictionReason | undefined {
		if (cause === 'evict') return this.evicts;
		if (cause === 'delete') return this.deletes;
		return cause === 'expire' ? 'ttl' : 'replaced';
	}
}
