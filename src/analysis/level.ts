import type { MemoryLevel } from '../protocol/entries.ts';
import { formatBytes, formatPercent } from '../protocol/units.ts';

export interface Threshold {
	level: MemoryLevel;
	/** Fewer available bytes than this on the machine … */
	availableBytes: number;
	/** … or a larger share in use than this, of the machine or of the heap limit. */
	share: number;
}

const MB = 1024 * 1024;

/** Most severe first. Elevated and critical are the limits of FEATURES ("low" and "critical"); high lies between. */
export const LEVEL_THRESHOLDS: readonly Threshold[] = [
	{ level: 'critical', availableBytes: 200 * MB, share: 0.95 },
	{ level: 'high', availableBytes: 350 * MB, share: 0.9 },
	{ level: 'elevated', availableBytes: 500 * MB, share: 0.85 },
];

export interface LevelInput {
	availableBytes: number;
	totalBytes: number;
	heapUsedBytes?: number | undefined;
	heapLimitBytes?: number | undefined;
}

/** How near the script is to what ends it: the machine's memory or its own heap limit, whichever is nearer. */
export function memoryLevel(input: LevelInput): { level: MemoryLevel; reason: string } {
	const { availableBytes, totalBytes, heapUsedBytes, heapLimitBytes } = input;
	const machineShare = totalBytes > 0 ? 1 - availableBytes / totalBytes : 0;
	const heapShare = heapUsedBytes !== undefined && heapLimitBytes ? heapUsedBytes / heapLimitBytes : undefined;
	for (const { level, availableBytes: least, share } of LEVEL_THRESHOLDS) {
		if (heapShare !== undefined && heapShare > share) {
			return {
				level,
				reason: `The heap is at ${formatPercent(heapShare)} of its limit of ${formatBytes(heapLimitBytes)}.`,
			};
		}
		if (availableBytes < least || machineShare > share) {
			return {
				level,
				reason: `The machine has ${formatBytes(availableBytes)} of ${formatBytes(totalBytes)} available.`,
			};
		}
	}
	return {
		level: 'normal',
		reason: `The machine has ${formatBytes(availableBytes)} available${heapShare === undefined ? '' : `; the heap is at ${formatPercent(heapShare)} of its limit`}.`,
	};
}
