import type { MemoryLevel } from '../../protocol/entries.ts';
import { formatBytes } from '../../protocol/units.ts';
import { availability, pressure } from '../internals.ts';
import type { ImageInfo } from './imageInfo.ts';

/** How much of the bound holds at a level, as of caches. */
const SHARE: Record<MemoryLevel, number> = { normal: 1, elevated: 0.75, high: 0.5, critical: 0.25 };

/** @internal */
export interface ScalePlan {
	/** Of width and height: 1 or less. */
	readonly factor: number;
	/** Why, one sentence; absent when nothing is made smaller. */
	readonly reason: string | undefined;
}

/** By how much an image has to be made smaller to keep within the bounds, and within what memory there is now. @internal */
export function planScale(info: ImageInfo, maxImageBytes: number, maxDimension: number | undefined): ScalePlan {
	const { width, height, decodedBytes } = info;
	const plans: ScalePlan[] = [{ factor: 1, reason: undefined }];
	const longest = Math.max(width, height);
	if (maxDimension !== undefined && longest > maxDimension) {
		plans.push({
			factor: maxDimension / longest,
			reason: `Its longest side of ${longest} pixels is more than the ${maxDimension} that "maxDimension" allows.`,
		});
	}
	const { level } = pressure;
	const bound = maxImageBytes * SHARE[level];
	const takes = `Decoded it takes ${formatBytes(decodedBytes)}`;
	if (decodedBytes > bound) {
		const short = level === 'normal' ? '' : `, ${SHARE[level] * 100} % of it while the memory level is ${level}`;
		plans.push({
			factor: Math.sqrt(bound / decodedBytes),
			reason: `${takes}, more than the ${formatBytes(bound)} that "maxImageBytes" allows${short}.`,
		});
	}
	const { available, availableBytes = 0, reason } = availability(decodedBytes, { what: 'The decoded image' });
	if (!available) plans.push({ factor: Math.sqrt(availableBytes / decodedBytes), reason });
	return plans.reduce((least, plan) => (plan.factor < least.factor ? plan : least));
}

/** Whole pixels, at least one, and never more than the plan allows. @internal */
export function scaledSize({ width, height }: ImageInfo, factor: number): { width: number; height: number } {
	if (factor >= 1) return { width, height };
	const scaled = (pixels: number) => Math.max(1, Math.floor(pixels * factor));
	return { width: scaled(width), height: scaled(height) };
}
