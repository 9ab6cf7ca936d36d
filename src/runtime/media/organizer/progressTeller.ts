import { messageOf, warn } from '../../internals.ts';
import type { OrganizeProgress } from './organizerOptions.ts';

const TELL_MS = 100;

/** Passes progress on, not too often, and looks at the memory on its way. */
export class ProgressTeller {
	readonly #onProgress: ((progress: OrganizeProgress) => void) | undefined;
	#toldAt = 0;
	/** RSS, bytes. */
	readonly startBytes = process.memoryUsage.rss();
	#peakBytes = this.startBytes;

	constructor(onProgress: ((progress: OrganizeProgress) => void) | undefined) {
		this.#onProgress = onProgress;
	}

	/** The highest RSS that was seen, bytes. */
	get peakBytes(): number {
		this.#look();
		return this.#peakBytes;
	}

	tell(progress: OrganizeProgress, ended = false): void {
		const now = performance.now();
		if (!ended && now - this.#toldAt < TELL_MS) return;
		this.#toldAt = now;
		this.#look();
		try {
			this.#onProgress?.(progress);
		} catch (error) {
			warn(`MediaOrganizer: onProgress failed: ${messageOf(error)}`, error);
		}
	}

	#look(): void {
		this.#peakBytes = Math.max(this.#peakBytes, process.memoryUsage.rss());
	}
}
