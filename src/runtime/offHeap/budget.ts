/**
 * Systematic sampling by bytes. On a line along which every allocation takes up its size there are points, on average one per interval,
 * with gaps drawn evenly from half to one and a half intervals. An allocation that holds points is sampled and stands for as many
 * intervals: the line begins at any place of a gap, so that each byte holds a point with the same chance, and every sum of samples is
 * unbiased. The gaps vary little, and with them the sums, yet enough for what repeats itself in step with the interval. Each power of
 * two has a line of its own: what is kept often differs in size from what is not, and a sum over all of a line is off by a part of an
 * interval, however long it is. A sum over some of its allocations is off by less than Poisson sampling would leave it.
 * Sizes from {@link exactFrom} on stay off the lines and stand for themselves.
 */

/** An array's slots: a number in a variable of a closure would be allocated anew at every change. Sizes from here on are always sampled. */
const EXACT = 0;
/** Allocations counted so far: who finds it changed by a call knows that something within has been counted. */
export const COUNTED = 1;
/** From here on: bytes to the next point, by the leading zeros of the size as a number of 32 bits. */
const LEFT = 2;
const LINES = 33;
export const budget = new Float64Array(LEFT + LINES).fill(Number.POSITIVE_INFINITY);
budget[COUNTED] = 0;

export const DEFAULT_INTERVAL_BYTES = 512 * 1024;
const MIN_INTERVAL_BYTES = 4 * 1024;
const MAX_INTERVAL_BYTES = 64 * 1024 * 1024;
/** Larger ones are few: whatever the interval is, up to four times this, they are all sampled. */
const MOST_SAMPLED_BYTES = 512 * 1024;
const EXACT_PART = 1 / 4;

let intervalBytes = DEFAULT_INTERVAL_BYTES;
let on = false;
const { clz32, max, min, random, sqrt } = Math;

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
	for (let i = LEFT; i < LEFT + LINES; i++) budget[i] = ((budget[i] as number) * intervalBytes) / before;
	budget[EXACT] = exactFrom(intervalBytes);
}

export function isRecording(): boolean {
	return on;
}

/** A place on the line finds itself in a gap of length x as often as x is long; within it, anywhere. */
export function startBudget(): void {
	on = true;
	for (let i = LEFT; i < LEFT + LINES; i++) budget[i] = random() * sqrt(2 * random() + 0.25) * intervalBytes;
	budget[EXACT] = exactFrom(intervalBytes);
}

/** An infinite budget is never used up: the hooks subtract and go on. */
export function stopBudget(): void {
	on = false;
	for (let i = LEFT; i < LEFT + LINES; i++) budget[i] = Number.POSITIVE_INFINITY;
	budget[EXACT] = Number.POSITIVE_INFINITY;
}

/** Every hook's question about an allocation. True: take a sample of it. */
export function asksForSample(bytes: number): boolean {
	budget[COUNTED] = (budget[COUNTED] as number) + 1;
	if (bytes >= (budget[EXACT] as number)) return true;
	const line = LEFT + clz32(bytes);
	const left = (budget[line] as number) - bytes;
	budget[line] = left;
	return left < 0;
}

/** What a sampled allocation of this size stands for; its points are used up. */
export function takeWeight(bytes: number): number {
	if (bytes >= (budget[EXACT] as number)) return bytes;
	let points = 0;
	const line = LEFT + clz32(bytes);
	let left = budget[line] as number;
	while (left < 0) {
		points++;
		left += (0.5 + random()) * intervalBytes;
	}
	budget[line] = left;
	return points * intervalBytes;
}
