import { warn } from '../reporting/warnings.ts';
import { reasonOf } from './cacheErrors.ts';

interface Purgeable {
	readonly name: string;
	/** Removes what has expired; true while entries remain. */
	purgeExpired(): boolean;
}

/** Wakes a cache up to let go of expired entries: by itself `lru-cache` keeps their bytes until somebody asks for them. */
export class ExpiryTimer {
	readonly #everyMs: number;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(ttlMs: number) {
		this.#everyMs = Math.min(ttlMs, 60_000);
	}

	/** Neither the process nor the cache is kept alive by it. */
	arm(cache: Purgeable): void {
		if (this.#timer !== undefined) return;
		const ref = new WeakRef(cache);
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			const target = ref.deref();
			if (target && purged(target)) this.arm(target);
		}, this.#everyMs);
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
