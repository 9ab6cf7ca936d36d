/** A part of the time axis, ms of the session. */
export interface TimeWindow {
	min: number;
	max: number;
}

/** Shortest part of the axis that a zoom shows: a few samples at the default rate. */
export const MIN_WINDOW_MS = 50;
/** What following shows when nothing was zoomed into. */
export const FOLLOW_MS = 30_000;

/** What the axis shows: the whole run, a fixed part, or (following) a part that ends now. */
export function visibleWindow(zoom: TimeWindow | undefined, follow: boolean, now: number): TimeWindow {
	if (follow) {
		const width = zoom ? zoom.max - zoom.min : FOLLOW_MS;
		const max = Math.max(now, width);
		return { min: max - width, max };
	}
	return zoom ?? { min: 0, max: Math.max(now, MIN_WINDOW_MS) };
}

/** A dragged selection as a window inside the run, or `undefined` when it is too narrow to mean a zoom. */
export function zoomedTo(a: number, b: number, now: number): TimeWindow | undefined {
	const min = Math.max(0, Math.min(a, b));
	const max = Math.min(now, Math.max(a, b));
	return max - min >= MIN_WINDOW_MS ? { min, max } : undefined;
}

/** The window made wider or narrower around its middle, inside the run. */
export function scaled({ min, max }: TimeWindow, factor: number, now: number): TimeWindow | undefined {
	const middle = (min + max) / 2;
	const half = Math.max(((max - min) * factor) / 2, MIN_WINDOW_MS / 2);
	if (half * 2 >= now) return undefined;
	const start = Math.min(Math.max(0, middle - half), now - 2 * half);
	return { min: start, max: start + 2 * half };
}

/** The window made wider or narrower so that `at` stays where it is; `undefined` when that is the whole run. */
export function zoomedAt({ min, max }: TimeWindow, factor: number, at: number, now: number): TimeWindow | undefined {
	const width = Math.max((max - min) * factor, MIN_WINDOW_MS);
	if (width >= now) return undefined;
	const share = max > min ? Math.min(1, Math.max(0, (at - min) / (max - min))) : 0.5;
	const start = Math.min(Math.max(0, at - share * width), now - width);
	return { min: start, max: start + width };
}

/** The window moved along the axis, inside the run. */
export function panned({ min, max }: TimeWindow, ms: number, now: number): TimeWindow {
	const width = max - min;
	const start = Math.max(0, Math.min(min + ms, now - width));
	return { min: start, max: start + width };
}

/** Index of the last value of the ascending `times` that is not after `t`; -1 when all are. */
export function indexAt(times: readonly number[], t: number): number {
	let low = 0;
	let high = times.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((times[middle] ?? 0) <= t) low = middle + 1;
		else high = middle;
	}
	return low - 1;
}
