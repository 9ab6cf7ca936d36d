import type { TimeWindow } from './timeWindow.ts';

/** Shortest time that can be selected: a sample at the fastest rate is as long. */
export const MIN_BRUSH_MS = 10;

/** Between two times, inside the run and never shorter than {@link MIN_BRUSH_MS}; `undefined` where the run is that short. */
export function brushed(a: number, b: number, now: number): TimeWindow | undefined {
	if (now < MIN_BRUSH_MS) return undefined;
	const clamp = (t: number) => Math.min(Math.max(0, t), now);
	const [min, max] = [clamp(Math.min(a, b)), clamp(Math.max(a, b))];
	const width = Math.max(max - min, MIN_BRUSH_MS);
	const start = Math.min(min, now - width);
	return { min: start, max: start + width };
}

/** The same length, `ms` later; it stops at the ends of the run. */
export function movedBy({ min, max }: TimeWindow, ms: number, now: number): TimeWindow {
	const width = max - min;
	const start = Math.min(Math.max(0, min + ms), Math.max(0, now - width));
	return { min: start, max: start + width };
}

/** The other edge stays; an edge that is drawn over it becomes the other one. */
export const withEdgeAt = (window: TimeWindow, edge: 'min' | 'max', t: number, now: number): TimeWindow | undefined =>
	brushed(t, edge === 'min' ? window.max : window.min, now);

/** What one press of an arrow key is: a tenth of what is selected, and never too little to see. */
export const keyStep = ({ min, max }: TimeWindow, shown: TimeWindow): number =>
	Math.max((max - min) / 10, (shown.max - shown.min) / 400);
