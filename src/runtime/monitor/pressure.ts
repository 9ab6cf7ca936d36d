import type { MemoryLevel } from '../../protocol/entries.ts';
import { sharedHub } from '../reporter.ts';
import { Callbacks } from '../reporting/callbacks.ts';
import { monotonicMs } from '../reporting/clock.ts';

export interface PressureChange {
	level: MemoryLevel;
	previous: MemoryLevel;
	/** One sentence: what decided it. */
	reason: string;
	/** Asked for by `simulatePressure`. */
	simulated: boolean;
}

/** The level that everything in this library goes by. The shared monitor sets it, and `simulatePressure` through it. */
class Pressure {
	readonly #callbacks = new Callbacks<[PressureChange]>('callback for memory pressure');
	#level: MemoryLevel = 'normal';

	get level(): MemoryLevel {
		return this.#level;
	}

	/** Told after every change of the level. One that throws is reported and does not stop the others. Gives what ends it. */
	onChange(listener: (change: PressureChange) => void): () => void {
		return this.#callbacks.add(listener);
	}

	set(level: MemoryLevel, reason: string, simulated = false): void {
		const previous = this.#level;
		if (level === previous) return;
		this.#level = level;
		const change = { level, previous, reason, simulated };
		sharedHub().report({ type: 'pressure', t: monotonicMs(), ...change });
		this.#callbacks.tell(change);
	}
}

export const pressure = new Pressure();
