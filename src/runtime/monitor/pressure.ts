import type { MemoryLevel } from '../../protocol/entries.ts';
import { sharedHub } from '../reporter.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { warn } from '../reporting/warnings.ts';

export interface PressureChange {
	level: MemoryLevel;
	previous: MemoryLevel;
	/** One sentence: what decided it. */
	reason: string;
	/** Asked for by `simulatePressure`. */
	simulated: boolean;
}

type Listener = (change: PressureChange) => void;

/** The level that everything in this library goes by. The monitor sets it, and `simulatePressure`. */
class Pressure {
	readonly #listeners = new Set<Listener>();
	#level: MemoryLevel = 'normal';

	get level(): MemoryLevel {
		return this.#level;
	}

	/** Told after every change of the level. One that throws is reported and does not stop the others. Gives what ends it. */
	onChange(listener: Listener): () => void {
		const own: Listener = change => listener(change);
		this.#listeners.add(own);
		return () => void this.#listeners.delete(own);
	}

	set(level: MemoryLevel, reason: string, simulated = false): void {
		const previous = this.#level;
		if (level === previous) return;
		this.#level = level;
		const change = { level, previous, reason, simulated };
		sharedHub().report({ type: 'pressure', t: monotonicMs(), ...change });
		for (const listener of [...this.#listeners]) {
			try {
				listener(change);
			} catch (error) {
				warn(`A callback for memory pressure failed: ${error instanceof Error ? error.message : String(error)}`, error);
			}
		}
	}
}

export const pressure = new Pressure();
