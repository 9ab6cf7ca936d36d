import type { MemoryLevel } from '../../protocol/entries.ts';
import {
	easedThresholds,
	type LevelFacts,
	type LevelThresholds,
	memoryLevel,
	severityOf,
} from '../../protocol/levels.ts';

/** Samples in a row that must be below a level, by a margin, before it is left: a second at the default interval. */
export const CALM_SAMPLES = 4;

/** Keeps a level from flapping: it rises at once and falls only after it was left clearly and for a while. */
export class LevelFilter {
	#level: MemoryLevel = 'normal';
	#calm = 0;
	/** The worst since calm began: to this the level falls. */
	#calmest: MemoryLevel = 'normal';

	get level(): MemoryLevel {
		return this.#level;
	}

	/** Takes a sample in; gives the level after it, with the sentence that explains this sample. */
	next(facts: LevelFacts, thresholds: LevelThresholds): { level: MemoryLevel; reason: string } {
		const seen = memoryLevel(facts, thresholds);
		if (severityOf(seen.level) >= severityOf(this.#level)) {
			this.#level = seen.level;
			this.#calm = 0;
			return seen;
		}
		const eased = memoryLevel(facts, easedThresholds(thresholds)).level;
		if (severityOf(eased) >= severityOf(this.#level)) this.#calm = 0;
		else {
			if (this.#calm === 0 || severityOf(eased) > severityOf(this.#calmest)) this.#calmest = eased;
			if (++this.#calm >= CALM_SAMPLES) {
				this.#level = this.#calmest;
				this.#calm = 0;
			}
		}
		return { level: this.#level, reason: seen.reason };
	}

	reset(): void {
		this.#level = 'normal';
		this.#calm = 0;
	}
}
