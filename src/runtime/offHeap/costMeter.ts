/** How slow a piece of work may be, against what is usual, before it is taken for an interruption by somebody else. */
const MOST_TIMES_USUAL = 8;
/** The first piece of its kind, and one with a small collection in it, are our own. */
const ALWAYS_OURS_MS = 0.15;
const STEP = 0.05;

/**
 * Time spent on many small pieces of work, by a wall clock: a thread's processor time costs more to read than a piece takes. What is
 * far slower than usual was interrupted, on a busy machine for milliseconds, and counts as much as a slow piece does.
 */
export class CostMeter {
	/** The median, followed in steps of a twentieth. */
	#usualMs = 0.02;
	ms = 0;

	reset(): void {
		this.ms = 0;
	}

	/** `pieces`: how many were done in `ms`. */
	add(ms: number, pieces = 1): void {
		const each = ms / pieces;
		this.#usualMs *= each > this.#usualMs ? 1 + STEP : 1 - STEP;
		this.ms += Math.min(ms, Math.max(ALWAYS_OURS_MS, pieces * MOST_TIMES_USUAL * this.#usualMs));
	}
}
