/**
 * Poisson sampling by bytes. Every allocation subtracts its size from a budget drawn from an exponential distribution; the one that
 * uses it up is sampled and stands for `size / (1 - exp(-size / interval))` bytes, which makes every sum of samples unbiased.
 * Sizes from {@link EXACT_FROM} intervals on are always sampled and stand for themselves.
 */

/** An array's slots: a number in a variable of a closure would be allocated anew at every change. */
export const LEFT = 0;
/** Sizes from here on are always sampled. */
const EXACT = 1;
/** Allocations counted so far: who finds it changed by a call knows that something within has been counted. */
export const COUNTED = 2;
export const budget = new Float64Array([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0]);

export const DEFAULT_INTERVAL_BYTES = 256 * 1024;
const MIN_INTERVAL_BYTES = 4 * 1024;
const MAX_INTERVAL_BYTES = 64 * 1024 * 1024;
/** Below, an allocation of this size would be missed with a chance of exp(-4), 2 %. */
const EXACT_FROM = 4;

let intervalBytes = DEFAULT_INTERVAL_BYTES;
let on = false;
const { exp, log, max, min, random } = Math;

export function currentInterval(): number {
	return intervalBytes;
}

/** From the next allocation on; what is left of the budget is drawn anew, which the distribution allows at any time. */
export function setInterval(bytes: number): void {
	if (!(bytes > 0)) return;
	intervalBytes = min(MAX_INTERVAL_BYTES, max(MIN_INTERVAL_BYTES, bytes));
	if (on) draw();
}

export function isRecording(): boolean {
	return on;
}

export function startBudget(): void {
	on = true;
	draw();
}

/** An infinite budget is never used up: the hooks subtract and go on. */
export function stopBudget(): void {
	on = false;
	budget[LEFT] = Number.POSITIVE_INFINITY;
	budget[EXACT] = Number.POSITIVE_INFINITY;
}

/** Every hook's question about an allocation. True: take a sample of it. */
export function asksForSample(bytes: number): boolean {
	const left = (budget[LEFT] as number) - bytes;
	budget[LEFT] = left;
	budget[COUNTED] = (budget[COUNTED] as number) + 1;
	return left < 0 || bytes >= (budget[EXACT] as number);
}

export function draw(): void {
	if (!on) return;
	budget[LEFT] = -log(1 - random()) * intervalBytes;
	budget[EXACT] = EXACT_FROM * intervalBytes;
}

/** What a sampled allocation of this size stands for. */
export function weightOf(bytes: number): number {
	return bytes >= EXACT_FROM * intervalBytes ? bytes : bytes / (1 - exp(-bytes / intervalBytes));
}
