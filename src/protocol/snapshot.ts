/** A session's state as plain data: what a view that comes late is given, before it follows the entries. */
import type {
	AllocationsEntry,
	CacheEntry,
	CallTreeEntry,
	CostEntry,
	GcEntry,
	NoticeEntry,
	PoolEntry,
	ProcessEntry,
	RegionEntry,
	RegionStatsEntry,
	SampleEntry,
	SnapshotEntry,
	SpanEntry,
	StateEntry,
	SystemEntry,
} from './entries.ts';
import type { OffHeapFreed, OffHeapSite } from './offHeapEntries.ts';
import type { RecordingHeader } from './recording.ts';
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

/** Allocations and frees by call tree node over time; see `analysis/allocationLedger.ts`. Oldest first, neighbours merged when there are many. */
export interface LedgerData {
	heap: HeapDelta[];
	offHeap: OffHeapDelta[];
	/** `[context, region ids]`. */
	contexts: [number, number[]][];
}

/**
 * Between `from` and `to`, ms of the session. V8 answered at some moment between `askedAt` and `to`: what was born meanwhile may be in this
 * delta or in the next, which therefore begins at `askedAt`.
 */
export interface HeapDelta {
	from: number;
	askedAt: number;
	to: number;
	born: [node: number, bytes: number, samples: number][];
	freed: [node: number, bytes: number, samples: number, bornAt: number][];
	unseenBytes: number;
	/** Mean bytes between two samples; the widest of what was merged. */
	intervalBytes: number;
}

export interface OffHeapDelta {
	from: number;
	to: number;
	allocated: OffHeapSite[];
	freed: OffHeapFreed[];
	/** At `to`. */
	liveBytes: number;
	arrayBuffersBytes: number;
	/** Mean bytes between two samples; the widest of what was merged. */
	intervalBytes: number;
}

/** What held the memory when RSS was highest; kept while the run goes on. */
export interface PeakAutopsy {
	t: number;
	rssBytes: number;
	sample: SampleEntry;
	/** t of the heap profile nearest before or after, where there is one. */
	profileAt?: number;
	/** Live outside the heap by `[node, kind, context]`. */
	offHeap: OffHeapSite[];
	caches: CacheEntry[];
	pools: PoolEntry[];
	batches: BatchEntry[];
	tensorDicts: TensorDictEntry[];
	/** Spans that were open. */
	spans: SpanEntry[];
}

/**
 * Columns of equal length; `null` where a sample did not measure that figure. The newest rows are one sample each; the older, the more
 * samples a row stands for. A row's value is the highest of its samples, its `t` that of the last of them. `analysis/seriesStore.ts`
 * makes them and tells the lowest (`lowestAt`).
 */
export interface SeriesData extends SeriesColumns {
	t: number[];
	/** Rows by resolution: `levels[k]` rows of 2^k samples each. The coarsest come first in the columns. */
	levels: number[];
	/** The lowest value of each row that stands for more than one sample: as many values as there are such rows, which come first. */
	low: SeriesColumns;
}

export interface SeriesColumns {
	rssBytes: (number | null)[];
	heapUsedBytes: (number | null)[];
	heapTotalBytes: (number | null)[];
	externalBytes: (number | null)[];
	arrayBuffersBytes: (number | null)[];
	mallocedBytes: (number | null)[];
	heapPhysicalBytes: (number | null)[];
	heapCodeBytes: (number | null)[];
	stackBytes: (number | null)[];
	rssAnonBytes: (number | null)[];
	rssFileBytes: (number | null)[];
	rssSharedBytes: (number | null)[];
	/** Held by caches, batches, tensor dictionaries and readers of the runtime, by their own account. */
	managedBytes: (number | null)[];
}

/** What a model of bounded memory could not keep, in numbers of entries since the run began. */
export type LeftOut = Partial<Record<LeftOutKind, number>>;
export const LEFT_OUT_KINDS = [
	'collections',
	'calls',
	'profiles',
	'functions',
	'regions',
	'notices',
	'snapshots',
	'stores',
	'events',
	'findings',
	'contexts',
	'processes',
] as const;
export type LeftOutKind = (typeof LEFT_OUT_KINDS)[number];

export interface Peak {
	t: number;
	bytes: number;
}

export interface GcTotals {
	count: number;
	majorCount: number;
	pauseMs: number;
	/** Part of `pauseMs` that we caused. */
	forcedMs: number;
}

export interface RegionData {
	definition: RegionEntry;
	stats?: RegionStatsEntry;
	/**
	 * What the last call left behind: live heap and external bytes at the first full collection after it, minus those at the
	 * last full collection before it. Whatever else ran in between counts too. Absent until both are known, and where calls were
	 * not told one by one: then nobody knows when the last one was.
	 */
	retainedBytes?: number;
}

export interface SessionSnapshot {
	header: RecordingHeader;
	state?: StateEntry;
	process?: ProcessEntry;
	/** Latest known value of each figure. */
	latest?: SampleEntry;
	system?: SystemEntry;
	/** t of the newest entry. */
	now: number;
	peakRss?: Peak;
	peakHeapUsed?: Peak;
	series: SeriesData;
	gcs: GcEntry[];
	gcTotals: GcTotals;
	callTree: CallTreeEntry;
	/** How many of each kind were too many to keep, so that views can say so. */
	leftOut: LeftOut;
	/** Oldest first, thinned when there are many; the one with most live bytes and the newest are always kept. */
	profiles: AllocationsEntry[];
	regions: RegionData[];
	/** Oldest first; the shortest are left out when there are too many. */
	spans: SpanEntry[];
	caches: CacheEntry[];
	pools: PoolEntry[];
	weakCaches: WeakCacheEntry[];
	spills: SpillEntry[];
	batches: BatchEntry[];
	/** Oldest first, thinned when there are many. */
	batchDecisions: BatchDecisionEntry[];
	tensorDicts: TensorDictEntry[];
	streams: StreamEntry[];
	/** Oldest first; of very many the newest. */
	pressures: PressureEntry[];
	cleanups: CleanupEntry[];
	operations: OperationEntry[];
	/** Those of the latest diagnosis. */
	findings: FindingEntry[];
	diagnosis?: DiagnosisEntry;
	collector?: CollectorEntry;
	config?: ConfigEntry;
	cost?: CostEntry;
	snapshots: SnapshotEntry[];
	notices: NoticeEntry[];
	ledger: LedgerData;
	autopsy?: PeakAutopsy;
	/** The other processes and workers of the session, each as a session of its own. */
	branches: { process: number; snapshot: SessionSnapshot }[];
}
