import { formatBytes } from '../protocol/units.ts';

const UNIT = 1024;

/** Distances between two marks on an axis of bytes: powers of two, so that every mark is a round number of its unit. */
export const BYTE_STEPS: readonly number[] = Array.from({ length: 44 }, (_, power) => 2 ** power);

/** Distances between two marks on an axis of ms. */
export const TIME_STEPS: readonly number[] = [
	1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
	900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 43_200_000, 86_400_000,
];

/** A mark on an axis of bytes: `64 MB`, `1.5 GB`; without digits that carry nothing. */
export function axisBytes(bytes: number): string {
	const text = formatBytes(bytes);
	return text.includes('.') ? text.replace(/\.?0+(?= )/, '') : text;
}

/** A mark on an axis of ms whose marks are `step` apart: `0.25 s`, `42 s`, `2:05`, `1:02:05`. */
export function axisTime(ms: number, step: number): string {
	if (ms < 60_000) {
		const digits = step >= 1_000 ? 0 : step >= 100 ? 1 : step >= 10 ? 2 : 3;
		return `${(ms / 1000).toFixed(digits)} s`;
	}
	const seconds = Math.round(ms / 1000);
	const two = (n: number) => String(n).padStart(2, '0');
	const fraction = step < 1_000 ? `.${Math.round((ms % 1000) / 100) % 10}` : '';
	if (seconds < 3600) return `${Math.floor(ms / 60_000)}:${two(Math.floor(ms / 1000) % 60)}${fraction}`;
	return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Upper end of a byte axis for the highest value shown: some room for it and its label. */
export const axisTop = (highest: number | null | undefined): number => Math.max((highest ?? 0) * 1.12, UNIT * UNIT);

/** Height of a collection's bar as a share of its lane: logarithmic, 0.1 ms just visible, 100 ms full. */
export function pauseShare(durationMs: number): number {
	const share = (Math.log10(Math.max(durationMs, 0.01)) + 1) / 3;
	return Math.min(1, Math.max(0.14, share));
}
