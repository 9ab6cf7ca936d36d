import { performance } from 'node:perf_hooks';
import { cacheErrors } from './cacheErrors.ts';

/** The clock of a cache whose entries expire. Keeps its last reading, so that storing reads it once and not twice. */
export class ExpiryClock {
	/** The last reading, ms. */
	last = 0;
	readonly #name: string;
	readonly #read: (() => number) | undefined;
	/** Whether a reading may throw. */
	readonly own: boolean;

	constructor(name: string, read: (() => number) | undefined) {
		this.#name = name;
		this.#read = read;
		this.own = read !== undefined;
	}

	now(): number {
		this.last = this.#read === undefined ? performance.now() : this.#checked(this.#read);
		return this.last;
	}

	#checked(read: () => number): number {
		const ms = read();
		if (typeof ms !== 'number' || !(ms >= 0)) throw cacheErrors.clockFailed(this.#name, ms);
		// `lru-cache` takes a start of 0 for an entry that never expires.
		return ms + 1;
	}
}
