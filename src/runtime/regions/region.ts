import { sharedHub } from '../reporter.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import { runtimeErrors } from '../runtimeError.ts';
import { measured } from './measured.ts';
import { unobserved } from './settling.ts';

/**
 * Runs `fn` and reports time and memory of this part of the script under `name`: start, end, peak and change of resident memory,
 * heap, external memory and array buffers. Returns what `fn` returns and throws what it throws. Regions may nest and run
 * concurrently; a region whose `fn` returns a promise lasts until that settles.
 *
 * A promise comes back as another one that settles alike and has the same own properties (`child` of a promisified `exec`), with
 * and without a profiler. One of a subclass, or another thenable, comes back as it is and ends the region at once: `await` it in an
 * async `fn` to measure all of it.
 *
 * Without a profiler attached it only calls `fn`. Calls that follow each other within 2 ms are timed, and their memory is read
 * every 2 ms at most.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) when `fn` is no function.
 *
 * @example
 * const rows = await region('read rows', () => readRows(file));
 */
export function region<T>(name: string, fn: () => T): T {
	if (typeof fn !== 'function') throw runtimeErrors.invalidOption('region', 'fn', 'a function', fn);
	const hub = sharedHub();
	if (!hub.recording) return unobserved(fn());
	return measured(
		hub,
		hub.region('region', String(name), () => callSiteOf(region)),
		fn,
	);
}
