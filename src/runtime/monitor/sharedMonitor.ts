/**
 * The one monitor that drives the library. A container that adapts to the level calls `ensureMonitoring` when it is made and
 * `checkPressure` now and then inside synchronous work, where no timer fires.
 */
import { currentConfig, onConfigure } from '../config.ts';
import { MemoryMonitor } from './memoryMonitor.ts';
import { pressure } from './pressure.ts';
import { PressureResponse } from './pressureResponse.ts';

let monitor: MemoryMonitor | undefined;
/** A person stopped or started it: that holds, whatever containers ask for. */
let chosen: 'started' | 'stopped' | undefined;

/** Made when it is first asked for; it is not started by that. */
export function sharedMonitor(): MemoryMonitor {
	monitor ??= makeMonitor();
	return monitor;
}

/** Starts the shared monitor, unless the configuration says otherwise. No sample is taken before the caller returns. */
export function ensureMonitoring(): void {
	if (chosen !== undefined || monitor?.running || currentConfig().monitoring === 'manual') return;
	sharedMonitor().start();
}

/**
 * Looks at the memory now if the last look is older than the monitor's interval: a clock reading otherwise, about 50 ns. When the
 * level changes, owners are relieved before this returns: call it where your own state is whole.
 */
export function checkPressure(): void {
	monitor?.sampleIfDue();
}

export function startMonitoring(): void {
	chosen = 'started';
	sharedMonitor().start();
}

/** Until `startMonitoring()`. */
export function stopMonitoring(): void {
	chosen = 'stopped';
	monitor?.stop();
}

/** Ends everything; the next container, or `startMonitoring()`, begins anew. */
export function disposeMonitoring(): void {
	monitor?.dispose();
	chosen = undefined;
}

function makeMonitor(): MemoryMonitor {
	const response = new PressureResponse();
	// The process has this monitor for good.
	onConfigure(({ monitoring }) => {
		if (monitoring === 'manual' && chosen === undefined) monitor?.stop();
	});
	return new MemoryMonitor(
		{},
		{
			before: ({ level, reason, simulated }) => pressure.set(level, reason, simulated),
			after: ({ level }) => response.respond(level),
			sampled: level => response.persists(level),
		},
	);
}
