import { performance } from 'node:perf_hooks';

// Taken once: a test framework with fake timers may replace both later, and our times must stay on the real clock.
const { hrtime } = process;
const sinceStart = performance.now.bind(performance);
let offset: number | undefined;

/** `process.hrtime()` in ms. `performance.now` runs on the same clock from another origin and makes no array. */
export function monotonicMs(): number {
	offset ??= measuredOffset();
	return sinceStart() + offset;
}

function measuredOffset(): number {
	const [seconds, nanoseconds] = hrtime();
	return seconds * 1e3 + nanoseconds / 1e6 - sinceStart();
}
