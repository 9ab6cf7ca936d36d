/**
 * Systematic sampling by bytes. On a line along which every allocation takes its size there are points, on average one per interval,
 * with gaps drawn evenly from half to one and a half intervals. An allocation that holds points is sampled and stands for as many
 * intervals: the line begins at any place of a gap, so that each byte holds a point with the same chance, and every sum of samples is
 * unbiased. The gaps vary little, and with them the sums: of n points in a row by a third of what Poisson sampling leaves. They vary
 * enough for what repeats itself in step with the interval. Sizes from {@link exactFrom} on stay off the line and stand for themselves.
 */

/** An array's slots: a number in a variable of a closure would be allocated anew at every change. */
export const LEFT = 0;
/** Sizes from here on are always sampled. */
const EXACT = 1;
/** Allocations counted so far: who finds it changed by a call knows that something within has been counted. */
export const COUNTED = 2;
export const budget = new Float64Array([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0]);

export const DEFAULT_INTERVAL_BYTES = 512 * 1024;
const MIN_INTERVAL_BYTES = 4 * 1024;
const MAX_INTERVAL_BYTES = 64 * 1024 * 1024;
/** Larger ones are few: whatever the interval is, up to four times this, they are all sampled. */
const MOST_SAMPLED_BYTES = 512 * 1024;
const EXACT_PART = 1 / 4;

let intervalBytes = DEFAULT_INTERVAL_BYTES;
let on = false;
const { max, min, random, sqrt } = Math;

export function currentInterval(): number {
	return intervalBytes;
}

/** Allocations of at least this size are exact at this interval. */
export function exactFrom(interval: number): number {
	return max(min(interval, MOST_SAMPLED_BYTES), interval * EXACT_PART);
}

/** From the next allocation on. The distance to the next point keeps its length in intervals, and the line its distribution. */
export function setInterval(bytes: number): void {
	if (!(bytes > 0)) return;
	const before = intervalBytes;
	intervalBytes = min(MAX_INTERVAL_BYTES, max(MIN_INTERVAL_BYTES, bytes));
	if (!on) return;
	budget[LEFT] = ((budget[LEFT] as number) * intervalBytes) / before;
	budget[EXACT] = exactFrom(intervalBytes);
}

export function isRecording(): boolean {
	return on;
}

/** A place on the line finds itself in a gap of length x as often as x is long; within it, anywhere. */
export function startBudget(): void {
	on = true;
	budget[LEFT] = random() * sqrt(2 * random() + 0.25) * intervalBytes;
	budget[EXACT] = exactFrom(intervalBytes);
}

/** An infinite budget is never used up: the hooks subtract and go on. */
export function stopBudget(): void {
	on = false;
	budget[LEFT] = Number.POSITIVE_INFINITY;
	budget[EXACT] = Number.POSITIVE_INFINITY;
}

/** Every hook's question about an allocation. True: take a sample of it. */
export function asksForSample(bytes: number): boolean {
	budget[COUNTED] = (budget[COUNTED] as number) + 1;
	if (bytes >= (budget[EXACT] as number)) return true;
	const left = (budget[LEFT] as number) - bytes;
	budget[LEFT] = left;
	return left < 0;
}

/** What a sampled allocation of this size stands for; its points are used up. */
export function takeWeight(bytes: number): number {
	if (bytes >= (budget[EXACT] as number)) return bytes;
	let points = 0;
	let left = budget[LEFT] as number;
	while (left < 0) {
		points++;
		left += (0.5 + random()) * intervalBytes;
	}
	budget[LEFT] = left;
	return points * intervalBytes;
}
