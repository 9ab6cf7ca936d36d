/**
 * Everything that is known about a run is one ordered stream of these entries (see `recording.ts` for the file).
 * Times `t` are ms since the session's clock origin; sizes are bytes. A field that is absent was not measured.
 */

import type { OffHeapEntry } from './offHeapEntries.ts';
import type {
	BatchDecisionEntry,
	BatchEntry,
	CleanupEntry,
	CollectorEntry,
	ConfigEntry,
	DiagnosisEntry,
	FindingEntry,
	OperationEntry,
	PressureEntry,
	SpillEntry,
	StreamEntry,
	TensorDictEntry,
	WeakCacheEntry,
} from './runtimeEntries.ts';

export type SessionState = 'starting' | 'running' | 'ending' | 'ended';

/** Why a session ended. */
export type EndReason =
	| { kind: 'exit'; code: number }
	| { kind: 'signal'; signal: string }
	/** V8 gave up: `limitBytes` is what the heap limit was, `cause` what V8 said of it. */
	| { kind: 'outOfMemory'; limitBytes?: number; cause?: OutOfMemoryCause }
	/** The system ended it because its container, or the machine, had no memory left; `limitBytes` is the container's. */
	| { kind: 'memoryKill'; by: 'container' | 'machine'; limitBytes?: number }
	/** We let go, or the connection went away, and the process lives on as far as we know. */
	| { kind: 'detached' }
	/** A worker that its process ended: by `terminate()`, or by its own end. */
	| { kind: 'terminated' }
	/** It is gone, and nobody who knew how has said so: it was killed below a shell, or its parent went first. */
	| { kind: 'gone' }
	| { kind: 'launchFailed'; code: string; message: string }
	| { kind: 'stopped' };

/** `heapLimit`: it was reached; `ineffectiveMarkCompacts`: collections freed next to nothing near it; `allocation`: one request was too large. */
export type OutOfMemoryCause = 'heapLimit' | 'ineffectiveMarkCompacts' | 'allocation';

export type MemoryLevel = 'normal' | 'elevated' | 'high' | 'critical';

export interface StateEntry {
	type: 'state';
	t: number;
	state: SessionState;
	/** Set when `state` is `ended`. */
	reason?: EndReason;
}

export type ProcessKind = 'main' | 'child' | 'worker';

/**
 * A process or a worker thread began. Every entry about one carries its number in `process` ({@link OfProcess}), which counts up from 1, the
 * process that was started; an absent number is that one. Its end is a `state` entry with its number. Ids in entries are its own.
 */
export interface ProcessEntry {
	type: 'process';
	t: number;
	/** Absent: `main`. A worker shares pid and RSS with its parent. */
	kind?: ProcessKind;
	/** Number of the process that started it; absent for `main`. */
	parent?: number;
	/** Of a worker. */
	threadId?: number;
	/** What a person calls it: the script's file name, the worker's name. */
	title?: string;
	pid: number;
	/** `24.21.0`, without the v. Empty, as V8's, for a program that is no Node. */
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
	/**
	 * What ends the script when it is full: the limit of the old generation where that was set, else V8's, which has some percent for new
	 * objects on top. `oldSpaceBytes` is what counts against it, asked for less often.
	 */
	heapLimitBytes?: number;
	oldSpaceBytes?: number;
	externalBytes?: number;
	arrayBuffersBytes?: number;
	mallocedBytes?: number;
	/** Resident part of the heap's pages, and what of the committed heap is compiled code. */
	heapPhysicalBytes?: number;
	heapCodeBytes?: number;
	/** The main thread's stack. */
	stackBytes?: number;
	/** RSS as the system splits it: anonymous pages, pages of mapped files, shared memory. */
	rssAnonBytes?: number;
	rssFileBytes?: number;
	rssSharedBytes?: number;
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
	/** 1-based; 0 where there is none. In a stack on the heap it is where the function begins, outside the heap where it calls. */
	line: number;
	column: number;
	/** Where the function begins, of a frame whose `line` is that of a call. */
	functionLine?: number;
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
	/** Allocated since the reading before and still alive, `[node id, bytes, samples]`; absent for the first reading. */
	born?: [number, number, number][];
	/** Gone since the reading before, `[node id, bytes, samples, t of the reading that saw it first]`. */
	freed?: [number, number, number, number][];
	/** Estimate of what was allocated since the reading before and gone before this one: V8 does not tell where. */
	unseenBytes?: number;
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
	/** Target time that V8's allocation sampling took: samples taken times what one was measured to cost. An estimate. */
	samplingMs?: number;
	/** Target time inside our off-heap attribution, measured where it samples and sweeps. */
	offHeapMs?: number;
	/** Bytes of our own buffers and tables inside the target. */
	ownBytes?: number;
	/** Full collections that we forced. */
	forcedCollections?: number;
	/** Events of the runtime brought over. */
	events?: number;
	/** What it is to stay under, 0 to 1 of wall time, and the intervals that hold now. */
	budget?: number;
	heapIntervalBytes?: number;
	offHeapIntervalBytes?: number;
	pollIntervalMs?: number;
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

/** Which process of the session an entry is about; absent: the one that was started. See {@link ProcessEntry}. */
export interface OfProcess {
	process?: number;
}

export type Entry = AnyEntry & OfProcess;

type AnyEntry =
	| StateEntry
	| ProcessEntry
	| SampleEntry
	| SystemEntry
	| GcEntry
	| CallTreeEntry
	| AllocationsEntry
	| OffHeapEntry
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
