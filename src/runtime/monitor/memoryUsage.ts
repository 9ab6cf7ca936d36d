import { getHeapStatistics } from 'node:v8';
import type { MemoryLevel, MemoryReading } from '../../protocol/entries.ts';
import { type LevelFacts, type LevelThresholds, memoryLevel } from '../../protocol/levels.ts';
import { currentConfig } from '../config.ts';
import { oldSpace } from './oldSpace.ts';
import { ownContainer } from './ownContainer.ts';
import { systemMemory } from './systemMemory.ts';

/** Memory of the process and of what surrounds it at one moment. Bytes; what cannot be known here is absent. */
export interface MemoryUsage extends MemoryReading {
	heapTotalBytes: number;
	/** V8's limit for the whole heap. */
	heapLimitBytes: number;
	/** The part of the heap that lives on, where `--max-old-space-size` bounds it: the script dies where that is full. */
	oldSpace?: { usedBytes: number; limitBytes: number };
	/** The machine. `usedShare` (0–1) is what is not available of it. */
	system: { totalBytes: number; availableBytes?: number; usedShare?: number };
	/** The limit of the container; absent where there is none. */
	container?: { limitBytes: number; usedBytes?: number; usedShare?: number };
	/** The configured limit; absent where nobody set one. */
	maxMemoryBytes?: number;
	/** The level of these very figures. The monitor's own level rises with it but falls later. */
	level: MemoryLevel;
	/** One sentence: what decided the level. */
	levelReason: string;
}

/** Figures without the level, which depends on the configuration. */
export type RawUsage = Omit<MemoryUsage, 'level' | 'levelReason' | 'maxMemoryBytes'>;

const { memoryUsage } = process;

/** About 40 µs on Linux, most of it /proc/meminfo and the resident size; in a container with a limit two small files more. */
export function readRawUsage(): RawUsage {
	const { rss, heapUsed, heapTotal, external, arrayBuffers } = memoryUsage();
	const { totalBytes, availableBytes } = systemMemory();
	const container = ownContainer(totalBytes);
	const old = oldSpace();
	return {
		rssBytes: rss,
		heapUsedBytes: heapUsed,
		heapTotalBytes: heapTotal,
		heapLimitBytes: getHeapStatistics().heap_size_limit,
		...(old && { oldSpace: old }),
		externalBytes: external,
		arrayBuffersBytes: arrayBuffers,
		system: {
			totalBytes,
			...(availableBytes !== undefined && { availableBytes, usedShare: 1 - availableBytes / totalBytes }),
		},
		...(container && {
			container: {
				...container,
				...(container.usedBytes !== undefined && { usedShare: container.usedBytes / container.limitBytes }),
			},
		}),
	};
}

/** The figures with the level that follows from them and from the configuration. */
export function withLevel(raw: RawUsage): MemoryUsage {
	const { maxMemoryBytes } = currentConfig();
	const { level, reason } = memoryLevel(factsOf(raw), thresholdsInForce());
	return { ...raw, ...(maxMemoryBytes !== undefined && { maxMemoryBytes }), level, levelReason: reason };
}

export function factsOf({ system, container, oldSpace: old, ...own }: RawUsage): LevelFacts {
	return {
		...own,
		...(old && { heapUsedBytes: old.usedBytes, heapLimitBytes: old.limitBytes }),
		totalBytes: system.totalBytes,
		availableBytes: system.availableBytes,
		containerLimitBytes: container?.limitBytes,
		containerAvailableBytes:
			container?.usedBytes === undefined ? undefined : container.limitBytes - container.usedBytes,
		maxMemoryBytes: currentConfig().maxMemoryBytes,
	};
}

export function thresholdsInForce(): LevelThresholds {
	const { warning, critical } = currentConfig();
	return { warning, critical };
}
