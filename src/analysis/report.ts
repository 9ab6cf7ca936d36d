import type {
	AllocationsEntry,
	CacheEntry,
	CostEntry,
	EndReason,
	EvictionReason,
	FrameKind,
	MemoryReading,
	NoticeEntry,
	PoolEntry,
	ProfileCause,
	RegionKind,
	Site,
} from '../protocol/entries.ts';
import type { LeftOut, Peak, SeriesData } from '../protocol/snapshot.ts';
import { allocationRows } from './allocations.ts';
import {
	lastMomentsOf,
	offHeapOf,
	partsOfPeak,
	processesOf,
	type ReportLastMoments,
	type ReportOffHeap,
	type ReportParts,
	type ReportProcess,
} from './memoryReport.ts';
import { ownPauseMs } from './ownPauses.ts';
import { costMs, costWallMs } from './profilingCost.ts';
import { type RuntimeReport, runtimeReportOf } from './runtimeReport.ts';
import { liveBytes, type SessionModel } from './sessionModel.ts';
import { onlyUserFrames } from './userFrames.ts';

/** What a run comes down to. Plain data, fit for JSON; a field that is absent was not measured. */
export interface Report {
	title: string;
	command: string[];
	script?: string;
	cwd: string;
	startedAt: string;
	nodeVersion?: string;
	pid?: number;
	/** Absent when the recording breaks off. */
	end?: EndReason;
	/** From the launch to the last thing known, ms: the time axis of all `t` here. */
	durationMs: number;
	memory: ReportMemory;
	/** Absent when no collection was seen: there was none, or this Node does not tell them. */
	gc?: ReportGc;
	allocations?: ReportAllocations;
	/** Absent when it was not followed. */
	offHeap?: ReportOffHeap;
	/** Of a run that was cut off, or whose recording breaks off. */
	lastMoments?: ReportLastMoments;
	/** The process that was started and all that came of it; absent where there is only the one. */
	processes?: ReportProcess[];
	regions: ReportRegion[];
	/** Those that were not disposed of. */
	caches: ReportCache[];
	pools: ReportPool[];
	/** How many were disposed of. Only so many are remembered: `MAX_DISPOSED` stands for that or more. */
	disposed: { caches: number; pools: number };
	runtime: RuntimeReport;
	cost?: ReportCost;
	notices: Pick<NoticeEntry, 't' | 'severity' | 'message'>[];
	/** How many of each kind there was no room for: lists and sums above do not count them. */
	leftOut: LeftOut;
}

export interface ReportMemory {
	peakRss?: Peak;
	peakHeapUsed?: Peak;
	peakExternal?: Peak;
	peakArrayBuffers?: Peak;
	heapLimitBytes?: number;
	/** Highest sum of the resident sets of all processes; absent where there is only one. */
	peakTotalRss?: Peak;
	/** What RSS was made of at its peak. */
	partsAtPeak?: ReportParts;
}

export interface ReportGc {
	count: number;
	majorCount: number;
	/** Pauses of the script's own collections, ms: those that we forced are not in it. */
	pauseMs: number;
	/** Pauses that profiling or a person's command forced, ms. */
	forcedMs: number;
	/** `pauseMs` of `durationMs`, 0 to 1. Absent when nothing of the run was seen. */
	share?: number;
}

export interface ReportAllocations {
	/** When the profile was read: of all, the one with most live bytes. */
	t: number;
	cause: ProfileCause;
	intervalBytes: number;
	profiles: number;
	/** Estimate of what was allocated since sampling began and was live then. The heap holds more: what was there before. */
	liveBytes: number;
	/** All of the heap in use after the full collection of this reading; absent when that collection was not seen. */
	heapUsedBytes?: number;
	/** Estimate of everything allocated on the heap in the whole run. */
	allocatedBytes?: number;
	/**
	 * The script's own functions, largest self bytes first; no more than were asked for. What packages, Node and V8 hold counts
	 * for the function of the script that called them.
	 */
	sites: ReportSite[];
}

export interface ReportSite extends Site {
	functionName: string;
	/** `native` for the bytes that stand under no function of the script. */
	kind: FrameKind;
	/** With what packages, Node and V8 allocated on its behalf. */
	selfBytes: number;
	totalBytes: number;
	/** `selfBytes` of all live bytes, 0 to 1. */
	share: number;
}

export interface ReportRegion {
	name: string;
	kind: RegionKind;
	site?: Site;
	/** This and the rest are absent when the recording breaks off before the totals of the region. */
	calls?: number;
	open?: number;
	errors?: number;
	totalMs?: number;
	maxMs?: number;
	delta?: MemoryReading;
	peak?: MemoryReading;
	/** See `RegionData.retainedBytes`. */
	retainedBytes?: number;
}

export interface ReportCache extends Omit<CacheEntry, 'type' | 't' | 'id' | 'evictions'> {
	/** Hits of all look-ups, 0 to 1; absent when nothing was looked up. */
	hitRate?: number;
	evictions: Partial<Record<EvictionReason, number>>;
}

export type ReportPool = Omit<PoolEntry, 'type' | 't' | 'id'>;

export interface ReportCost extends Omit<CostEntry, 'type' | 't'> {
	/** Time spent on polls, profiles, sampling and memory outside the heap, of the whole run, 0 to 1. */
	share?: number;
}

export interface ReportOptions {
	/** How many allocation sites at most; default 10. */
	sites?: number;
}

/** A profile is stamped when it has been read and put on original sources: its collection came up to this long before. */
const READING_MS = 1_000;
const OUTSIDE = '(outside the script)';

export function reportOf(model: SessionModel, { sites = 10 }: ReportOptions = {}): Report {
	const { header, process, state, latest, gcTotals, cost } = model;
	const [caches, pools] = [[...model.caches.values()], [...model.pools.values()]];
	const durationMs = model.now;
	const shareOf = (ms: number) => (process && durationMs > 0 ? { share: ms / durationMs } : {});
	const profile = model.peakProfile;
	const pauseMs = ownPauseMs(gcTotals);
	const partsAtPeak = partsOfPeak(model);
	const offHeap = offHeapOf(model, sites);
	const lastMoments = lastMomentsOf(model, sites);
	const { processes, peakTotalRss } = processesOf(model);
	return {
		title: header.title,
		command: header.command,
		...(header.script !== undefined && { script: header.script }),
		cwd: header.cwd,
		startedAt: isoTime(header.originEpochMs),
		...(process && { nodeVersion: process.nodeVersion, pid: process.pid }),
		...(state?.reason && { end: state.reason }),
		durationMs,
		memory: {
			...(model.peakRss && { peakRss: model.peakRss }),
			...(model.peakHeapUsed && { peakHeapUsed: model.peakHeapUsed }),
			...peakIn(model.series.data, 'externalBytes', 'peakExternal'),
			...peakIn(model.series.data, 'arrayBuffersBytes', 'peakArrayBuffers'),
			...(latest?.heapLimitBytes !== undefined && { heapLimitBytes: latest.heapLimitBytes }),
			...(peakTotalRss && { peakTotalRss }),
			...(partsAtPeak && { partsAtPeak }),
		},
		...(gcTotals.count > 0 && {
			gc: {
				count: gcTotals.count,
				majorCount: gcTotals.majorCount,
				pauseMs,
				forcedMs: gcTotals.forcedMs,
				...shareOf(pauseMs),
			},
		}),
		...(profile && { allocations: allocationsOf(model, profile, sites) }),
		...(offHeap && { offHeap }),
		...(lastMoments && { lastMoments }),
		...(processes && { processes }),
		regions: regionsOf(model),
		caches: caches.filter(({ disposed }) => !disposed).map(cacheOf),
		pools: pools.filter(({ disposed }) => !disposed).map(poolOf),
		disposed: { caches: disposedOf(caches), pools: disposedOf(pools) },
		runtime: runtimeReportOf(model.runtime, durationMs),
		...(cost && { cost: costOf(cost, costWallMs(model)) }),
		notices: model.notices.map(({ t, severity, message }) => ({ t, severity, message })),
		leftOut: { ...model.leftOut },
	};
}

function allocationsOf(model: SessionModel, profile: AllocationsEntry, sites: number): ReportAllocations {
	const all = liveBytes(profile);
	const rows = allocationRows(onlyUserFrames(model.nodes), profile).filter(({ selfBytes }) => selfBytes > 0);
	return {
		t: profile.t,
		cause: profile.cause,
		intervalBytes: profile.intervalBytes,
		profiles: model.profiles.length,
		liveBytes: all,
		...heapUsedAt(model, profile.t),
		...(model.latestProfile?.allocatedBytes !== undefined && { allocatedBytes: model.latestProfile.allocatedBytes }),
		sites: rows.slice(0, sites).map(({ frame, selfBytes, totalBytes }) => {
			const { file, line, column, kind } = frame;
			const functionName = frame.id === 0 ? OUTSIDE : frame.functionName;
			return { functionName, file, line, column, kind, selfBytes, totalBytes, share: selfBytes / all };
		}),
	};
}

function heapUsedAt({ gcs }: SessionModel, t: number): { heapUsedBytes?: number } {
	const gc = gcs.findLast(({ forcedBy, t: at }) => forcedBy === 'profile' && at <= t && t - at <= READING_MS);
	return gc ? { heapUsedBytes: gc.usedAfterBytes } : {};
}

/** Longest first, those of unknown length last. */
function regionsOf(model: SessionModel): ReportRegion[] {
	const regions = [...model.regions.values()].map(({ definition: { name, kind, site }, stats, retainedBytes }) => ({
		name,
		kind,
		...(site && { site }),
		...(stats && {
			calls: stats.calls,
			open: stats.open,
			errors: stats.errors,
			totalMs: stats.totalMs,
			maxMs: stats.maxMs,
		}),
		...(stats?.delta && { delta: stats.delta }),
		...(stats?.peak && { peak: stats.peak }),
		...(retainedBytes !== undefined && { retainedBytes }),
	}));
	return regions.sort((a, b) => (b.totalMs ?? -1) - (a.totalMs ?? -1));
}

function cacheOf({ type: _type, t: _t, id: _id, ...cache }: CacheEntry): ReportCache {
	const lookUps = cache.hits + cache.misses;
	return lookUps > 0 ? { ...cache, hitRate: cache.hits / lookUps } : cache;
}

const poolOf = ({ type: _type, t: _t, id: _id, ...pool }: PoolEntry): ReportPool => pool;

const disposedOf = (stores: readonly (CacheEntry | PoolEntry)[]): number =>
	stores.filter(({ disposed }) => disposed).length;

const costOf = (cost: CostEntry, wallMs: number): ReportCost => {
	const { type: _type, t: _t, ...told } = cost;
	return { ...told, ...(wallMs > 0 && { share: costMs(cost) / wallMs }) };
};

function peakIn<Name extends 'peakExternal' | 'peakArrayBuffers'>(
	series: SeriesData,
	column: 'externalBytes' | 'arrayBuffersBytes',
	name: Name,
): { [K in Name]?: Peak } {
	let peak: Peak | undefined;
	series[column].forEach((bytes, i) => {
		if (bytes !== null && bytes > (peak?.bytes ?? -1)) peak = { t: series.t[i] ?? 0, bytes };
	});
	return peak ? ({ [name]: peak } as { [K in Name]?: Peak }) : {};
}

/** A recording may hold any number: one that is no date is said as it is. */
function isoTime(epochMs: number): string {
	const date = new Date(epochMs);
	return Number.isNaN(date.getTime()) ? String(epochMs) : date.toISOString();
}
