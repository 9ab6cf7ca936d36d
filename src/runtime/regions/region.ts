import { sharedHub } from '../reporter.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import { measured } from './measured.ts';

/**
 * Runs `fn` and reports time and memory of this part of the script under `name`: start, end, peak and change of resident memory,
 * heap, external memory and array buffers. Returns what `fn` returns and throws what it throws. Regions may nest and run
 * concurrently; a region whose `fn` returns a promise lasts until that settles.
 *
 * Without a profiler attached it only calls `fn`. Calls that follow each other within 2 ms are timed, and their memory is read
 * every 2 ms at most.
 *
 * @example
 * const rows = await region('read rows', () => readRows(file));
 */
export function region<T>(name: string, fn: () => T): T {
	const hub = sharedHub();
	if (!hub.recording) return fn();
	return measured(
		hub,
		hub.region('region', String(name), () => callSiteOf(region)),
		fn,
	);
}
