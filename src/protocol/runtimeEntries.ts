/** What the runtime inside the script reports besides regions, caches and pools; see `entries.ts`. */
import type { MemoryLevel, Site } from './entries.ts';

/** What the reports of caches, pools, batches and the like have in common; the later entry of one type and id replaces the earlier. */
interface StoreEntry {
	t: number;
	id: number;
	name: string;
	site?: Site;
	disposed?: boolean;
}

/** A cache that does not keep its values alive. It holds no bytes of its own, so none are named. */
export interface WeakCacheEntry extends StoreEntry {
	type: 'weakCache';
	entries: number;
	hits: number;
	misses: number;
	/** Values that the garbage collector took. */
	collected: number;
}

/** The disk side of a cache that spills. */
export interface SpillCounts {
	/** Values on disk now, and their bytes there; not those on their way. */
	entries: number;
	bytes: number;
	maxBytes: number;
	/** Values written to disk and read back since it was made, and their bytes. */
	writes: number;
	writtenBytes: number;
	reads: number;
	readBytes: number;
	/** Values that were lost because the disk refused them, its bound was reached, or they did not come back as they were written. */
	failed: number;
	dropped: number;
	corrupt: number;
	/** Whether memory is short, so that values go to disk at once. */
	spilling: boolean;
}

/** State of such a disk side; the memory side reports as `CacheEntry` under the same name. */
export interface SpillEntry extends StoreEntry, SpillCounts {
	type: 'spill';
}

/** What made a batch processor choose its size. */
export type BatchCause = 'start' | 'level' | 'bytes' | 'growth' | 'limit' | 'pressure';

/** State of one batch processor. */
export interface BatchEntry extends StoreEntry {
	type: 'batch';
	/** Items per batch now, and its bounds. */
	size: number;
	minSize: number;
	maxSize: number;
	concurrency: number;
	maxConcurrency: number;
	/** Bytes that may be in work at a time; absent where no bound was asked for. */
	maxBytes?: number;
	/** Measured, or as the user declares it; absent before the first batch. */
	bytesPerItem?: number;
	bytesFrom?: 'declared' | 'measured';
	inFlightItems: number;
	/** Absent while bytes per item are not known. */
	inFlightBytes?: number;
	items: number;
	/** How many there are in all, where the input says so. */
	totalItems?: number;
	batches: number;
	failedItems: number;
	/** Forced collections between batches. */
	collections: number;
}

/** A batch processor chose a size or a concurrency. */
export interface BatchDecisionEntry {
	type: 'batchDecision';
	t: number;
	batch: number;
	size: number;
	concurrency: number;
	cause: BatchCause;
	/** One sentence. */
	reason: string;
}

export interface TensorInfo {
	name: string;
	/** `float64`, `uint8` … */
	dtype: string;
	shape: number[];
	bytes: number;
	temporary: boolean;
}

/** State of one dictionary of tensors. */
export interface TensorDictEntry extends StoreEntry {
	type: 'tensorDict';
	/** Bytes behind all tensors, each array buffer once. */
	bytes: number;
	count: number;
	/** The largest, not more than 64. */
	tensors: TensorInfo[];
}

/** State of one file that is read, or read and written, in pieces. */
export interface StreamEntry extends StoreEntry {
	type: 'stream';
	kind: 'chunks' | 'lines' | 'process' | 'random' | 'transform' | 'reader' | 'encoder';
	path: string;
	/** Of a reader or an encoder, as a person calls it: `DICOM`, `NetCDF-4`. */
	format?: string;
	/** Size of the file; absent where it has none (a pipe). */
	totalBytes?: number;
	readBytes: number;
	writtenBytes?: number;
	chunks: number;
	lines?: number;
	/** Elements, headers, frames … that a reader has given. */
	items?: number;
	/** Bytes of a chunk now. */
	chunkBytes: number;
	/** Bytes that a reader holds in its buffers now, those of its threads and decoders included. */
	bufferBytes?: number;
	failed: boolean;
}

/** The level as the script's own monitor sees it, told when it changes. */
export interface PressureEntry {
	type: 'pressure';
	t: number;
	level: MemoryLevel;
	previous: MemoryLevel;
	/** One sentence: what decided it. */
	reason: string;
	/** The script asked for it, to try its own reaction. */
	simulated: boolean;
}

export type CleanupCause = 'pressure' | 'scope' | 'comprehensive' | 'optimizeForMemory' | 'freeMemory';
export type CleanupTarget = 'caches' | 'pools' | 'batches' | 'spill' | 'registered' | 'collection';

export interface CleanupStep {
	target: CleanupTarget;
	/** Whose memory it was; absent for a step over all. */
	name?: string;
	/** By the owner's account, or for a collection measured; absent where nobody knows. */
	freedBytes?: number;
	/** One short sentence: what was done, or what went wrong. */
	detail: string;
	failed?: boolean;
}

/** Memory was let go of on purpose. */
export interface CleanupEntry {
	type: 'cleanup';
	t: number;
	ms: number;
	cause: CleanupCause;
	/** The scope's name, the level. */
	label?: string;
	/** In the order in which it was done. */
	steps: CleanupStep[];
}

/** One measured or predicted operation on an input of known size. */
export interface OperationEntry {
	type: 'operation';
	/** When it began. */
	t: number;
	end?: number;
	name: string;
	kind: 'analyzed' | 'executed' | 'predicted' | 'converted';
	inputBytes?: number;
	outputBytes?: number;
	/** Highest memory while it ran, over that at its start. */
	peakBytes?: number;
	/** `peakBytes` as a multiple of `inputBytes`. */
	ratio?: number;
	strategy?: string;
	predictedBytes?: number;
	/** Interval of the prediction. */
	lowBytes?: number;
	highBytes?: number;
	/** Earlier runs it rests on. */
	observations?: number;
	failed?: boolean;
	/** One sentence: why this strategy, how sure the prediction is. */
	detail?: string;
}

export type FindingKind =
	| 'siteGrowth'
	| 'constructorGrowth'
	| 'topConsumer'
	| 'neverDied'
	| 'coldCache'
	| 'poolLeak'
	| 'weakCacheGrowth';

/** What a diagnosis inside the script found. Those of one diagnosis share `diagnosis`; a later diagnosis replaces the earlier. */
export interface FindingEntry {
	type: 'finding';
	t: number;
	/** Counts up with each diagnosis. */
	diagnosis: number;
	kind: FindingKind;
	severity: 'info' | 'warning' | 'error';
	/** One sentence. */
	title: string;
	/** What was measured, one fact each. */
	evidence: string[];
	/** What to change. */
	advice: string;
	/** Name of the runtime's tool that does it. */
	tool?: string;
	site?: Site;
	bytes?: number;
}

/** A diagnosis ended; its findings came before. */
export interface DiagnosisEntry {
	type: 'diagnosis';
	t: number;
	diagnosis: number;
	findings: number;
	ms: number;
	collections: number;
	/** What could not be looked at and why, one sentence each. */
	notLookedAt: string[];
}

export type GcStrategy = 'aggressive' | 'balanced' | 'conservative';

/** What the script's collection strategy is and has done. */
export interface CollectorEntry {
	type: 'collector';
	t: number;
	/** Absent: V8 runs as it was started. */
	strategy?: GcStrategy;
	/** What is in force, one short sentence each. */
	settings: string[];
	/** Collections that the runtime forced, the bytes they freed and the time the script stood still for them. */
	collections: number;
	freedBytes: number;
	pauseMs: number;
	/** Asked for but put off or left out (rate limit, `withoutCollection`). */
	deferred: number;
}

/** The limits the runtime inside the script keeps to. */
export interface ConfigEntry {
	type: 'config';
	t: number;
	profile: string;
	/** `[name, value as text]`, in the order to show. */
	limits: [string, string][];
}
