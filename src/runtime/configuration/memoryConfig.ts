import type { LevelThreshold } from '../../protocol/levels.ts';

/** Where a level begins: fewer bytes left on the machine, or a larger share (0–1) in use of anything that bounds the process. */
export type PressureThreshold = LevelThreshold;

export type MemoryProfile = 'default' | 'constrained' | 'largeCollection';

/** The limits that everything in this library keeps to. Sizes are bytes, times ms. */
export interface MemoryConfig {
	/** The profile that the other figures started from. */
	profile: MemoryProfile;
	/** Resident memory this process should stay under; absent: only the machine, its container and the heap limit count. */
	maxMemoryBytes?: number;
	/** Begin of the level `elevated`; `high` begins halfway between this and `critical`. */
	warning: PressureThreshold;
	/** Begin of the level `critical`. */
	critical: PressureThreshold;
	/** For caches with `maxBytes: 'configured'`. */
	cacheBytes: number;
	/** For entries of caches with `maxBytes: 'configured'` and no `ttlMs` of their own. */
	cacheTtlMs?: number;
	/** Size of the first chunk when files are read; it adapts from there. */
	chunkBytes: number;
	/** Least items of a batch whose processor names no `minSize`. */
	minBatchSize: number;
	/** For batches. No processor takes it by itself: pass it on as `maxSize`. */
	maxBatchSize: number;
	/** Whether batches change their size by level and by measured bytes. */
	adaptiveBatches: boolean;
	/**
	 * Under pressure the library forces a collection only while at least this much is in use by heap and buffers; absent: no such floor.
	 * The strategies `balanced` and `conservative` also take it as a trigger, see `GcOptimizer`.
	 */
	gcThresholdBytes?: number;
	/** Least distance between two collections that the library forces by itself. */
	gcIntervalMs: number;
	/** Distance of the monitor's samples. */
	monitorIntervalMs: number;
	/** `auto`: the first container that adapts starts the monitor. `manual`: only `startMonitoring()` does. */
	monitoring: 'auto' | 'manual';
}

type Thresholds = 'warning' | 'critical';
type Retractable = 'maxMemoryBytes' | 'cacheTtlMs' | 'gcThresholdBytes';

/** What to change. Thresholds can be given in part, and figures that may be absent are taken back with `undefined`. */
export type MemoryConfigOptions = Partial<Omit<MemoryConfig, Thresholds | Retractable>> & {
	[K in Retractable]?: MemoryConfig[K] | undefined;
} & {
	[K in Thresholds]?: Partial<PressureThreshold>;
};
