import type { MemoryLevel } from '../../protocol/entries.ts';
import { runtimeErrors } from '../runtimeError.ts';
import type { RawUsage } from './memoryUsage.ts';
import type { PressureChange } from './pressure.ts';

export interface MemoryMonitorOptions {
	/** Distance of samples, ms, from 10 on; else the configuration's `monitorIntervalMs`. */
	intervalMs?: number;
	/** Where the figures come from instead of the system: for tests of what a script does when memory gets short. */
	read?: () => RawUsage;
}

/** What the process's own monitor tells the library, around the user's callbacks. None may throw. */
export interface MonitorHooks {
	before?(change: PressureChange): void;
	after?(change: PressureChange): void;
	sampled?(level: MemoryLevel): void;
}

export function checkMonitorOptions(options: MemoryMonitorOptions): void {
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption('MemoryMonitor', 'options', 'an object such as { intervalMs: 100 }', options);
	}
	const { intervalMs, read } = options;
	const fits = intervalMs === undefined || (typeof intervalMs === 'number' && intervalMs >= 10 && intervalMs < 2 ** 31);
	if (!fits) {
		throw runtimeErrors.invalidOption(
			'MemoryMonitor',
			'intervalMs',
			'a number of ms from 10 to 2147483647',
			intervalMs,
		);
	}
	if (read !== undefined && typeof read !== 'function') {
		throw runtimeErrors.invalidOption('MemoryMonitor', 'read', 'a function that gives figures', read);
	}
}
