import type { MemoryLevel } from '../../protocol/entries.ts';
import { LEVELS } from '../../protocol/levels.ts';
import { runtimeErrors } from '../runtimeError.ts';

export interface SimulationOptions {
	/** How long, ms; else until it is ended. */
	durationMs?: number;
}

export interface PressureSimulation {
	/** Back to the real level. Does nothing when the simulation has ended or another took its place. */
	end(): void;
	[Symbol.dispose](): void;
}

export const endedBy = (end: () => void): PressureSimulation => ({ end, [Symbol.dispose]: end });

/** Gives the duration. */
export function checkSimulation(level: MemoryLevel, options: SimulationOptions): number | undefined {
	if (!LEVELS.includes(level)) {
		throw runtimeErrors.invalidOption('simulatePressure', 'level', `one of ${LEVELS.join(', ')}`, level);
	}
	const durationMs = options?.durationMs;
	if (durationMs !== undefined && !(typeof durationMs === 'number' && durationMs > 0 && durationMs < 2 ** 31)) {
		const expected = 'a number of ms above 0 and up to 2147483647';
		throw runtimeErrors.invalidOption('simulatePressure', 'durationMs', expected, durationMs);
	}
	return durationMs;
}
