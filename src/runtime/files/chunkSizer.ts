import { currentConfig } from '../config.ts';
import { pressure } from '../monitor/pressure.ts';
import { systemMemory } from '../monitor/systemMemory.ts';
import { runtimeErrors } from '../runtimeError.ts';

export const MIN_CHUNK_BYTES = 256 * 1024;
export const MAX_CHUNK_BYTES = 10 * 1024 * 1024;
/** A chunk takes at most this share of the memory that is available. */
const AVAILABLE_SHARE = 1 / 64;
/** Chunks after which a size is judged, and the available memory is read anew. */
const TRIAL = 8;
/** A size twice as large must read this much faster to be worth its memory. */
const WORTH = 1.1;

export interface ChunkSizerOptions {
	/** Smallest chunk, bytes; 256 KiB without it. */
	minBytes?: number;
	/** Largest chunk, bytes; 10 MiB without it. */
	maxBytes?: number;
}

/**
 * How much to read at a time. Starts at `chunkBytes` of the configuration, doubles while that reads at least a tenth faster, and stays
 * below 1/64 of the available memory; half at the level `high`, the minimum at `critical`, and twice as much per chunk on the way back.
 * Throws `invalidOption` for bounds that are no positive whole numbers in order.
 *
 * @example
 * const sizer = new AdaptiveChunkSizer({ minBytes: 256 * 1024, maxBytes: 4 * 1024 * 1024 });
 * const buffer = Buffer.alloc(sizer.bytes);
 */
export class AdaptiveChunkSizer {
	readonly minBytes: number;
	readonly maxBytes: number;
	#wanted: number;
	#last: number | undefined;
	#ceiling: number | undefined;
	#seen = 0;
	#trialBytes = 0;
	#trialMs = 0;
	/** Bytes per ms at half of `#wanted`. */
	#slower: number | undefined;
	#settled = false;

	constructor(options: ChunkSizerOptions = {}) {
		const { minBytes = MIN_CHUNK_BYTES, maxBytes = Math.max(MAX_CHUNK_BYTES, minBytes) } = options;
		for (const [option, value] of Object.entries({ minBytes, maxBytes })) {
			if (Number.isSafeInteger(value) && value > 0) continue;
			throw runtimeErrors.invalidOption('AdaptiveChunkSizer', option, 'a positive whole number of bytes', value);
		}
		if (maxBytes < minBytes) {
			throw runtimeErrors.invalidOption('AdaptiveChunkSizer', 'maxBytes', `at least minBytes (${minBytes})`, maxBytes);
		}
		this.minBytes = minBytes;
		this.maxBytes = maxBytes;
		this.#wanted = this.#clamp(currentConfig().chunkBytes);
	}

	/** Bytes to read next. */
	get bytes(): number {
		const bytes = Math.min(this.#target(), (this.#last ?? this.maxBytes) * 2);
		this.#last = bytes;
		return bytes;
	}

	/** What reading one chunk of the present size took. Shorter ones, as at the end of a file, say nothing. */
	record(bytes: number, ms: number): void {
		if (++this.#seen % TRIAL === 0) this.#ceiling = undefined;
		if (this.#settled || this.#last !== this.#wanted || bytes < this.#wanted) return;
		this.#trialBytes += bytes;
		this.#trialMs += ms;
		if (this.#trialBytes < TRIAL * this.#wanted) return;
		this.#judge(this.#trialBytes / Math.max(this.#trialMs, 1e-3));
		this.#trialBytes = 0;
		this.#trialMs = 0;
	}

	#judge(rate: number): void {
		if (this.#slower !== undefined && rate < this.#slower * WORTH) {
			this.#wanted = this.#clamp(Math.ceil(this.#wanted / 2));
			this.#settled = true;
			return;
		}
		const next = this.#clamp(this.#wanted * 2);
		// A step that the bound cuts short could not show a tenth more.
		if (next < this.#wanted * 1.5) this.#settled = true;
		else this.#wanted = next;
		this.#slower = rate;
	}

	#target(): number {
		const { level } = pressure;
		if (level === 'critical') return this.minBytes;
		this.#ceiling ??= Math.floor((systemMemory().availableBytes ?? Number.POSITIVE_INFINITY) * AVAILABLE_SHARE);
		const calm = Math.min(this.#wanted, this.#ceiling);
		return this.#clamp(level === 'high' ? Math.floor(calm / 2) : calm);
	}

	#clamp(bytes: number): number {
		return Math.min(Math.max(bytes, this.minBytes), this.maxBytes);
	}
}
