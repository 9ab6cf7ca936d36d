/** The middle value, or the mean of the two in the middle. Throws without values: no figure is better than a made-up one. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const upper = sorted[sorted.length >> 1];
	const lower = sorted[(sorted.length - 1) >> 1];
	if (upper === undefined || lower === undefined) throw new Error('No values to take the median of');
	return (upper + lower) / 2;
}

/** `1.03 (0.99–1.08)`: median, lowest and highest. */
export function spreadText(values: readonly number[], digits = 2): string {
	const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)];
	return `${middle.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
}
