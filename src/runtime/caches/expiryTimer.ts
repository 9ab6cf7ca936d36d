import { performance } from 'node:perf_hooks';
import { warn } from '../reporting/warnings.ts';
import { reasonOf } from './cacheErrors.ts';

export interface Purgeable {
	readonly name: string;
	/** Removes what has expired; true while entries remain. */
	purgeExpired(): boolean;
}

/** Wakes a cache up to let go of expired entries: by itself `lru-cache` keeps their bytes until somebody asks for them. */
export class ExpiryTimer {
	readonly #everyMs: number;
	readonly #ended: () => void;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** `ended` is called when the timer has run out and nothing remains to wait for. */
	constructor(ttlMs: number, ended: () => void) {
		this.#everyMs = Math.min(ttlMs, 60_000);
		this.#ended = ended;
	}

	/** Neither the process nor the cache is kept alive by it. */
	arm(cache: Purgeable, afterMs = this.#everyMs): void {
		if (this.#timer !== undefined) return;
		const ref = new WeakRef(cache);
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			const target = ref.deref();
			const began = performance.now();
			// A look passes by all entries: with many and a short life it would take all of the time.
			if (target && purged(target)) this.arm(target, Math.max(this.#everyMs, 20 * (performance.now() - began)));
			else this.#ended();
		}, afterMs);
		this.#timer.unref();
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}
}

/** A callback that throws here would end the process. */
function purged(cache: Purgeable): boolean {
	try {
		return cache.purgeExpired();
	} catch (error) {
		warn(`Cache "${cache.name}": its onEvict failed: ${reasonOf(error)}`, error);
		return true;
	}
}
