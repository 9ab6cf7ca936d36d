import type { ExpiryClock } from './expiryClock.ts';
import { ExpiryTimer, type Purgeable } from './expiryTimer.ts';

/**
 * When a cache looks for expired entries: by a timer, and, as none fires inside a synchronous loop, now and then while it stores.
 * Either takes a twentieth of the time at most.
 */
export class Expiry {
	readonly #ttlMs: number;
	readonly #clock: ExpiryClock;
	readonly #timer: ExpiryTimer;
	/** Storing has nothing to do before: the timer runs. */
	#quietUntil = 0;

	constructor(ttlMs: number, clock: ExpiryClock) {
		this.#ttlMs = ttlMs;
		this.#clock = clock;
		this.#timer = new ExpiryTimer(ttlMs, () => {
			this.#quietUntil = 0;
		});
	}

	/** A value was stored: the clock was read for it. */
	stored(cache: Purgeable): void {
		if (this.#clock.last >= this.#quietUntil) this.#look(cache);
	}

	stop(): void {
		this.#timer.stop();
	}

	#look(cache: Purgeable): void {
		this.#timer.arm(cache);
		const began = this.#clock.last;
		// The first value has not expired.
		if (this.#quietUntil > 0) cache.purgeExpired();
		this.#quietUntil = this.#clock.last + Math.max(this.#ttlMs / 2, 50, 20 * (this.#clock.last - began));
	}
}
