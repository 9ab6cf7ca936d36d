import type { SharedHub } from '../reporter.ts';
import type { OpenSpan } from '../reporting/openSpans.ts';
import type { RegionRecord } from '../reporting/regionBook.ts';

/**
 * Calls `fn` as one call of the region. A promise ends the region when it settles, and what is returned is a promise that settles
 * alike afterwards. Other thenables are returned untouched and end it at once: many start their work only when `then` is called.
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
	if (result instanceof Promise) return settled(hub, span, result) as T;
	hub.end(span, false);
	return result;
}

function settled<T>(hub: SharedHub, span: OpenSpan, promise: Promise<T>): Promise<T> {
	// The derived promise is what the caller gets: handlers on the original alone would hide an unhandled rejection.
	return promise.then(
		value => {
			hub.end(span, false);
			return value;
		},
		(error: unknown) => {
			hub.end(span, true);
			throw error;
		},
	);
}
