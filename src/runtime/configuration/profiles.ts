import { DEFAULT_THRESHOLDS } from '../../protocol/levels.ts';
import type { MemoryConfig, MemoryProfile } from './memoryConfig.ts';

const KB = 1024;
const MB = 1024 * KB;

const shared = {
	warning: Object.freeze({ ...DEFAULT_THRESHOLDS.warning }),
	critical: Object.freeze({ ...DEFAULT_THRESHOLDS.critical }),
	minBatchSize: 10,
	adaptiveBatches: true,
	gcIntervalMs: 60_000,
	// A sample costs 40 to 50 µs, so four a second are nothing, and a script can allocate a gigabyte in one.
	monitorIntervalMs: 250,
	monitoring: 'auto',
} as const;

/**
 * Limits for three kinds of work: `default` (1 GB, 256 MB of cache), `constrained` for machines with little memory (512 MB, small
 * batches, collections from 256 MB on) and `largeCollection` for tens of thousands of files (2 GB, large batches).
 *
 * @example
 * configure(memoryProfiles.constrained);
 */
export const memoryProfiles: Readonly<Record<MemoryProfile, Readonly<MemoryConfig>>> = Object.freeze({
	default: Object.freeze({
		...shared,
		profile: 'default',
		maxMemoryBytes: 1024 * MB,
		cacheBytes: 256 * MB,
		chunkBytes: 1024 * KB,
		maxBatchSize: 500,
	}),
	constrained: Object.freeze({
		...shared,
		profile: 'constrained',
		maxMemoryBytes: 512 * MB,
		cacheBytes: 64 * MB,
		chunkBytes: 256 * KB,
		maxBatchSize: 100,
		gcThresholdBytes: 256 * MB,
		gcIntervalMs: 30_000,
	}),
	largeCollection: Object.freeze({
		...shared,
		profile: 'largeCollection',
		maxMemoryBytes: 2048 * MB,
		cacheBytes: 512 * MB,
		chunkBytes: 2048 * KB,
		maxBatchSize: 1_000,
	}),
});

export const isProfile = (value: unknown): value is MemoryProfile =>
	typeof value === 'string' && Object.hasOwn(memoryProfiles, value);

export const profileNames = (): string => Object.keys(memoryProfiles).join(', ');
