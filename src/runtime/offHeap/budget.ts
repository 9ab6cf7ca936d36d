/**
 * Stratified sampling by bytes. On a line along which every allocation takes up its size there is one point in each interval, anywhere
 * in it. An allocation that holds points is sampled and stands for as many intervals: each byte holds a point with the same chance, so
 * that every sum of samples is unbiased, also where allocations repeat themselves in step with the interval. A sum over all of a line is
 * off by an interval at most, however long it is; one over some of its allocations by less than Poisson sampling would leave it. Each
 * power of two has a line of its own: what is kept often differs in size from what is not.
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
/** Where in its interval the next point of a line is, 0 to 1. */
const places = new Float64Array(LINES);

export const DEFAULT_INTERVAL_BYTES = 512 * 1024;
const MIN_INTERVAL_BYTES = 4 * 1024;
const MAX_INTERVAL_BYTES = 64 * 1024 * 1024;
/** Larger ones are few: whatever the interval is, up to four times this, they are all sampled. */
const MOST_SAMPLED_BYTES = 512 * 1024;
const EXACT_PART = 1 / 4;

let intervalBytes = DEFAULT_INTERVAL_BYTES;
let on = false;
const { clz32, max, min, random } = Math;

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

export function startBudget(): void {
	on = true;
	for (let i = 0; i < LINES; i++) {
		const place = random();
		places[i] = place;
		budget[LEFT + i] = place * intervalBytes;
	}
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
	const line = clz32(bytes);
	let left = budget[LEFT + line] as number;
	let points = 0;
	while (left < 0) {
		points++;
		const place = random();
		left += (1 - (places[line] as number) + place) * intervalBytes;
		places[line] = place;
	}
	budget[LEFT + line] = left;
	return points * intervalBytes;
}
