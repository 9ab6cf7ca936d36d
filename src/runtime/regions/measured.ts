import type { SharedHub } from '../reporter.ts';
import type { RegionRecord } from '../reporting/regionBook.ts';
import { isPlainPromise, settling } from './settling.ts';

/**
 * Calls `fn` as one call of the region. A promise ends the region when it settles, and what is returned is a promise that settles
 * alike afterwards; see `settling`. Subclasses and other thenables are returned untouched and end it at once: many start their work
 * only when `then` is called.
 */
export function measured<T>(hub: SharedHub, region: RegionRecord, fn: () => T): T {
	const span = hub.begin(region);
	let result: T;
	try {
		result = hub.inside(span, fn);
	} catch (error) {
		hub.end(span, true);
		throw error;
	}
	if (isPlainPromise(result)) return settling(result, failed => hub.end(span, failed)) as T;
	hub.end(span, false);
	return result;
}
