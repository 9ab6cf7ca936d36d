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

interface Held {
	readonly level: MemoryLevel;
	readonly reason: string;
}

/** Keeps a level from flapping: it rises at once and falls only after it was left clearly and for a while. */
export class LevelFilter {
	#level: MemoryLevel = 'normal';
	#calm = 0;
	/** The worst since calm began, the latest of them: to this the level falls. */
	#worst: Held = { level: 'normal', reason: '' };
	/** Samples since. */
	#worstAge = 0;

	get level(): MemoryLevel {
		return this.#level;
	}

	/** Takes a sample in; gives the level after it, with the sentence that explains the level. */
	next(facts: LevelFacts, thresholds: LevelThresholds): { level: MemoryLevel; reason: string } {
		const seen = memoryLevel(facts, thresholds);
		if (severityOf(seen.level) >= severityOf(this.#level)) {
			this.#level = seen.level;
			this.#calm = 0;
			return seen;
		}
		const eased = memoryLevel(facts, easedThresholds(thresholds));
		const near = severityOf(eased.level) > severityOf(seen.level);
		if (severityOf(eased.level) >= severityOf(this.#level)) {
			this.#calm = 0;
			return this.#stays(`: ${clause(eased.reason)}, not clearly below where ${this.#level} begins.`);
		}
		if (this.#calm === 0 || severityOf(eased.level) >= severityOf(this.#worst.level)) {
			const margin = near ? `, not clearly below where ${eased.level} begins` : '';
			this.#worst = { level: eased.level, reason: `${clause(eased.reason)}${margin}.` };
			this.#worstAge = 0;
		} else this.#worstAge++;
		const left = CALM_SAMPLES - ++this.#calm;
		if (left > 0) {
			const until = ` until ${left} more ${left === 1 ? 'reading is' : 'readings in a row are'} clearly below it`;
			return this.#stays(`${until}: ${clause(seen.reason)}.`);
		}
		this.#level = this.#worst.level;
		this.#calm = 0;
		// Then all that was read is calm, and the sample says how calm.
		if (this.#level === 'normal') return seen;
		const age = this.#worstAge;
		const by = age === 0 ? '' : ` because of the reading ${age === 1 ? '' : `${age} `}before this one`;
		return { level: this.#level, reason: `Falls to ${this.#level} and no further${by}: ${this.#worst.reason}` };
	}

	reset(): void {
		this.#level = 'normal';
		this.#calm = 0;
	}

	/** A level is told anew when a simulation ends. */
	#stays(why: string): Held {
		return { level: this.#level, reason: `Stays ${this.#level}${why}` };
	}
}

/** A sentence as a part of another. */
const clause = (sentence: string): string =>
	`${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`;
