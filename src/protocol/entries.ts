/**
 * Everything that is known about a run is one ordered stream of these entries (see `recording.ts` for the file).
 * Times `t` are ms since the session's clock origin; sizes are bytes. A field that is absent was not measured.
 */

export type SessionState = 'starting' | 'running' | 'ending' | 'ended';

/** Why a session ended. */
export type EndReason =
	| { kind: 'exit'; code: number }
	| { kind: 'signal'; signal: string }
	/** The heap limit was reached; `limitBytes` is what it was. */
	| { kind: 'outOfMemory'; limitBytes?: number }
	/** We let go, or the connection went away, and the process lives on as far as we know. */
	| { kind: 'detached' }
	| { kind: 'launchFailed'; code: string; message: string }
	| { kind: 'stopped' };

export type MemoryLevel = 'normal' | 'elevated' | 'high' | 'critical';

export interface StateEntry {
	type: 'state';
	t: number;
	state: SessionState;
	/** Set when `state` is `ended`. */
	reason?: EndReason;
}

export interface ProcessEntry {
	type: 'process';
	t: number;
	pid: number;
	/** `24.21.0`, without the v. */
	nodeVersion: string;
	v8Version: string;
	platform: string;
	arch: string;
	cwd: string;
	/** Whether the injected runtime answers (false: attached to a process that we did not start). */
	runtime: boolean;
}

export interface SampleEntry {
	type: 'sample';
	t: number;
	rssBytes?: number;
	heapUsedBytes?: number;
	heapTotalBytes?: number;
	heapLimitBytes?: number;
	externalBytes?: number;
	arrayBuffersBytes?: number;
	mallocedBytes?: number;
}

/** The machine, about once a second. */
export interface SystemEntry {
	type: 'system';
	t: number;
	availableBytes: number;
	totalBytes: number;
	level: MemoryLevel;
	/** One sentence: what decided the level. */
	levelReason: string;
	/** Memory limit of the container the script runs in, and what is left of it; absent where there is none. */
	containerLimitBytes?: number;
	containerAvailableBytes?: number;
}

export type GcKind = 'scavenge' | 'minorMarkSweep' | 'markCompact' | 'incrementalMarking' | 'weakCallbacks' | 'other';

export interface GcEntry {
	type: 'gc';
	/** Known to within `windowMs`: V8's profiler keeps the order of collections, not their times. */
	t: number;
	windowMs: number;
	durationMs: number;
	kind: GcKind;
	usedBeforeBytes: number;
	usedAfterBytes: number;
	/** Bytes outside the heap that V8 knows of (array buffers among them), after the collection. */
	externalAfterBytes?: number;
	/** Set when the collection was caused by us: `profile` (reading an allocation profile) or `command` (a person asked). */
	forcedBy?: 'profile' | 'command';
}

export type FrameKind = 'user' | 'dependency' | 'node' | 'native' | 'profiler';

export interface Frame {
	id: number;
	functionName: string;
	/** Absolute path of the original source, a `node:` name, or empty for native frames and the root. */
	file: string;
	/** 1-based; 0 where there is none. */
	line: number;
	column: number;
	kind: FrameKind;
}

/** New frames and call tree nodes; ids are unique within the session. Node ids referred to later always came first. */
export interface CallTreeEntry {
	type: 'callTree';
	t: number;
	frames: Frame[];
	/** `[node id, parent node id or 0, frame id]` */
	nodes: [number, number, number][];
}

export type ProfileCause = 'schedule' | 'peak' | 'final' | 'outOfMemory' | 'request';

/** What is live on the heap by call tree node, from V8's sampling: estimates, right on average, `intervalBytes` coarse. */
export interface AllocationsEntry {
	type: 'allocations';
	t: number;
	cause: ProfileCause;
	intervalBytes: number;
	/** Wall time the target stood still for this reading, as seen from outside. */
	costMs: number;
	/** Estimate of all bytes allocated on the heap since sampling began. */
	allocatedBytes?: number;
	/**
	 * `[node id, live bytes, live samples]`, self values, each node at most once. The bytes are an estimate that rests on so
	 * many sampled objects; V8 does not tell how many objects there are.
	 */
	live: [number, number, number][];
}

/** A place in the user's source. `line` and `column` are 1-based. */
export interface Site {
	file: string;
	line: number;
	column: number;
	functionName?: string;
}

export type RegionKind = 'region' | 'trackMemory' | 'MemoryTracker' | 'optimizeForMemory' | 'memoryManagement';

export interface RegionEntry {
	type: 'region';
	t: number;
	id: number;
	name: string;
	kind: RegionKind;
	/** Where the source defines it; absent when the stack could not be read. */
	site?: Site;
}

/** Memory of the process at one moment, as the runtime reads it inside the script. */
export interface MemoryReading {
	rssBytes: number;
	heapUsedBytes: number;
	externalBytes: number;
	arrayBuffersBytes: number;
}

/**
 * One call of a region. Sent when it is seen open (no `end`) and again when it ended: same `span` id, the later entry wins.
 * Calls that follow each other very fast are only timed; then `start`, `peak` and `delta` are absent.
 * Of those, calls shorter than 1 ms that did not fail are not sent one by one: they are in the region's totals.
 */
export interface SpanEntry {
	type: 'span';
	/** When it began. */
	t: number;
	region: number;
	span: number;
	parent?: number;
	/** When it ended; absent while open. */
	end?: number;
	failed?: boolean;
	start?: MemoryReading;
	/** Highest of the readings at its start, at its end and in between, each field by itself. */
	peak?: MemoryReading;
	/** End minus start; negative when memory shrank. */
	delta?: MemoryReading;
}

/** Running totals of one region; the later entry replaces the earlier. */
export interface RegionStatsEntry {
	type: 'regionStats';
	t: number;
	region: number;
	calls: number;
	/** How many of the calls had their memory read (see `SpanEntry`). */
	measuredCalls: number;
	open: number;
	errors: number;
	totalMs: number;
	maxMs: number;
	/** Sum over measured calls. */
	delta?: MemoryReading;
	/** Highest over measured calls. */
	peak?: MemoryReading;
}

/** Why a value left a cache. */
export type EvictionReason = 'size' | 'count' | 'ttl' | 'deleted' | 'replaced' | 'cleared' | 'pressure';

/** State of one cache; the later entry replaces the earlier. */
export interface CacheEntry {
	type: 'cache';
	t: number;
	id: number;
	name: string;
	site?: Site;
	disposed?: boolean;
	bytes: number;
	/** Whether `bytes` are the user's own figures, our estimate, or some of both. */
	bytesFrom: 'declared' | 'estimated' | 'both';
	maxBytes?: number;
	/** The bound that holds while memory is short; absent while it is `maxBytes`. */
	effectiveMaxBytes?: number;
	entries: number;
	maxEntries?: number;
	hits: number;
	misses: number;
	evictions: Partial<Record<EvictionReason, number>>;
}

export interface PoolCounts {
	inUse: number;
	idle: number;
	max: number;
	/** Callers of `acquire` in line. */
	waiting: number;
	created: number;
	/** How often an idle object was handed out again. */
	reused: number;
	destroyed: number;
	/** Objects that were lost on loan and found by the garbage collector. */
	leaked: number;
}

/** State of one pool; the later entry replaces the earlier. */
export interface PoolEntry extends PoolCounts {
	type: 'pool';
	t: number;
	id: number;
	name: string;
	site?: Site;
	disposed?: boolean;
}

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

/** The disk side of a cache that spills; its memory side reports as {@link CacheEntry} under the same name. */
export interface SpillEntry extends StoreEntry {
	type: 'spill';
	/** Values on disk now, and their bytes there. */
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
	kind: 'chunks' | 'lines' | 'process' | 'random' | 'transform';
	path: string;
	/** Size of the file; absent where it has none (a pipe). */
	totalBytes?: number;
	readBytes: number;
	writtenBytes?: number;
	chunks: number;
	lines?: number;
	/** Bytes of a chunk now. */
	chunkBytes: number;
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

/** What profiling itself has cost so far. */
export interface CostEntry {
	type: 'cost';
	t: number;
	/** Target time spent answering polls, measured inside the target. */
	pollMs: number;
	polls: number;
	/** Time the target stood still for allocation profiles. */
	profileMs: number;
	profiles: number;
	/** Bytes of the recording written. */
	recordedBytes: number;
	/** Runtime events that did not fit into the bounded queue and were dropped (totals in stats entries stay right). */
	droppedEvents: number;
}

export interface SnapshotEntry {
	type: 'snapshot';
	t: number;
	path: string;
	bytes: number;
}

/** Something the reader of the session should know, in one sentence. */
export interface NoticeEntry {
	type: 'notice';
	t: number;
	severity: 'info' | 'warning' | 'error';
	message: string;
}

export type Entry =
	| StateEntry
	| ProcessEntry
	| SampleEntry
	| SystemEntry
	| GcEntry
	| CallTreeEntry
	| AllocationsEntry
	| RegionEntry
	| SpanEntry
	| RegionStatsEntry
	| CacheEntry
	| PoolEntry
	| WeakCacheEntry
	| SpillEntry
	| BatchEntry
	| BatchDecisionEntry
	| TensorDictEntry
	| StreamEntry
	| PressureEntry
	| CleanupEntry
	| OperationEntry
	| FindingEntry
	| DiagnosisEntry
	| CollectorEntry
	| ConfigEntry
	| CostEntry
	| SnapshotEntry
	| NoticeEntry;

export type EntryType = Entry['type'];
