import type { EndReason, FrameKind, ProcessKind, Site } from '../protocol/entries.ts';
import { OFF_HEAP_KINDS, type OffHeapKind } from '../protocol/offHeapEntries.ts';
import type { Peak } from '../protocol/snapshot.ts';
import { attributionOf, figures } from './attribution.ts';
import { peakMoment } from './attributionMoments.ts';
import { endStory, isSudden } from './endStory.ts';
import { partsAt, workerSeries } from './partsAt.ts';
import { processTree, totalRss } from './processTree.ts';
import type { RssPartKind } from './rssParts.ts';
import { type CallTreeNode, MAIN_PROCESS, type SessionModel } from './sessionModel.ts';
import { indexAt } from './timeWindow.ts';

/** What held memory outside the heap when there was most of it, by line of the script's own. */
export interface ReportOffHeap {
	/** Of the reading. */
	t: number;
	/** Sum of all sites, also of those beyond the number asked for: an unbiased estimate. */
	liveBytes: number;
	/** Of `liveBytes`, from sampling. */
	standardErrorBytes: number;
	/** What the process itself counted as array buffers then; what is more than `liveBytes` came from nowhere that we see. */
	arrayBuffersBytes?: number;
	/** Most bytes first. */
	sites: ReportOffHeapSite[];
}

export interface ReportOffHeapSite extends Site {
	functionName: string;
	/** `native` for what stands under no function of the script. */
	kind: FrameKind;
	memory: OffHeapKind;
	bytes: number;
	samples: number;
	/** Of `liveBytes`, 0 to 1. */
	share: number;
}

/** RSS at its peak as parts that sum to it. */
export interface ReportParts {
	t: number;
	rssBytes: number;
	/** More than one kind where this system cannot tell them apart. */
	parts: { kinds: readonly RssPartKind[]; bytes: number; share: number }[];
	/** Of the parts, what the runtime's containers held by their own account. */
	managedBytes?: number;
	notResidentBytes: number;
}

export interface ReportProcess {
	process: number;
	kind: ProcessKind;
	parent?: number;
	title: string;
	pid?: number;
	threadId?: number;
	/** Session time, ms. */
	from: number;
	/** Absent when the recording breaks off before its end. */
	to?: number;
	end?: EndReason;
	/** Absent of a worker: it shares that of its process. */
	peakRss?: Peak;
	peakHeapUsed?: Peak;
}

/** The last moments of a run that was cut off. */
export interface ReportLastMoments {
	sentence: string;
	/** When the sites on the heap were read. */
	profileAt?: number;
	sites: (Site & { heapBytes: number; offHeapBytes: number; share: number })[];
}

const OUTSIDE = '(outside the script)';

export function offHeapOf(model: SessionModel, max: number): ReportOffHeap | undefined {
	const moment = peakMoment(model, 'offHeap');
	const told = moment && figures(attributionOf(model, { memory: 'offHeap', measure: 'live', moment }).offHeap);
	if (!told) return undefined;
	const { bytes: liveBytes, read, standardErrorBytes, arrayBuffersBytes } = told;
	const sites = new Map<string, Omit<ReportOffHeapSite, 'share'>>();
	for (const [node, kind, , bytes, samples] of told.sites) {
		const memory = OFF_HEAP_KINDS[kind] ?? 'received';
		const frame = ownFrame(model.nodes, node);
		const key = frame ? `${memory} ${frame.line} ${frame.file}` : memory;
		const site = sites.get(key);
		if (site) {
			site.bytes += bytes;
			site.samples += samples;
			continue;
		}
		const { functionName = OUTSIDE, file = '', line = 0, column = 0, kind: frameKind = 'native' } = frame ?? {};
		sites.set(key, { functionName, file, line, column, kind: frameKind, memory, bytes, samples });
	}
	return {
		t: read.max,
		liveBytes,
		standardErrorBytes,
		...(arrayBuffersBytes !== undefined && { arrayBuffersBytes }),
		sites: [...sites.values()]
			.sort((a, b) => b.bytes - a.bytes)
			.slice(0, max)
			.map(site => ({ ...site, share: liveBytes > 0 ? site.bytes / liveBytes : 0 })),
	};
}

function ownFrame(nodes: ReadonlyMap<number, CallTreeNode>, id: number) {
	for (let node = nodes.get(id); node; node = nodes.get(node.parent)) if (node.frame.kind === 'user') return node.frame;
	return undefined;
}

export function partsOfPeak(root: SessionModel): ReportParts | undefined {
	const { peakRss, series } = root;
	if (!peakRss) return undefined;
	const workers = workerSeries(root, MAIN_PROCESS);
	const split = partsAt(series.data, Math.max(0, indexAt(series.data.t, peakRss.t)), workers);
	if (!split) return undefined;
	const { t, rssBytes, parts, managedBytes, notResidentBytes } = split;
	return {
		t,
		rssBytes,
		parts: parts.map(({ kinds, bytes }) => ({ kinds, bytes, share: rssBytes > 0 ? bytes / rssBytes : 0 })),
		...(managedBytes !== undefined && { managedBytes }),
		notResidentBytes,
	};
}

/** All processes and workers, and what they had in RAM together at most; nothing where there is only one. */
export function processesOf(root: SessionModel): { processes?: ReportProcess[]; peakTotalRss?: Peak } {
	if (root.branches.size === 0) return {};
	const tree = processTree(root);
	const total = totalRss(tree);
	return {
		...(total.processes > 1 && total.peak && { peakTotalRss: total.peak }),
		processes: tree.map(({ depth: _depth, model, ...node }) => ({
			...node,
			...(model.peakRss && node.kind !== 'worker' && { peakRss: model.peakRss }),
			...(model.peakHeapUsed && { peakHeapUsed: model.peakHeapUsed }),
		})),
	};
}

export function lastMomentsOf(model: SessionModel, max: number): ReportLastMoments | undefined {
	const story = endStory(model, false);
	if (!story || !isSudden(story)) return undefined;
	const { sentence, profileAt, sites } = story;
	const own = sites.filter(({ frame }) => frame.kind !== 'profiler');
	return {
		sentence,
		...(profileAt !== undefined && { profileAt }),
		sites: own.slice(0, max).map(({ frame: { functionName, file, line, column }, heapBytes, offHeapBytes, share }) => ({
			...{ functionName, file, line, column, heapBytes, offHeapBytes, share },
		})),
	};
}
