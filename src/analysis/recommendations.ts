import { formatBytes, formatCount, formatMs, formatPercent } from '../protocol/units.ts';
import { storeAdvice } from './recommendations/stores.ts';
import type { Report } from './report.ts';

const MB = 1024 * 1024;
const GB = 1024 * MB;

/** What the machine has, as far as it can be told. */
export interface MachineFacts {
	totalBytes: number;
	availableBytes: number;
	/** Memory limit of the container; absent outside of one. */
	containerLimitBytes?: number;
	cpus: number;
}

export interface Recommendation {
	/** How much hangs on it. */
	severity: 'info' | 'advice' | 'warning';
	/** One sentence. */
	title: string;
	/** What was measured. */
	why: string;
	/** What to write: a flag, an environment variable, a call. */
	change: string;
}

export type ProfileName = 'default' | 'constrained' | 'largeCollection';

export interface Recommendations {
	profile: ProfileName;
	/** Why this profile. */
	reason: string;
	/** Variables to set for the script. */
	environment: Record<string, string>;
	/** Node's own flags to start it with. */
	nodeArgs: string[];
	/** Worst first. */
	recommendations: Recommendation[];
}

/** Below this much memory a machine counts as constrained (document M). */
const CONSTRAINED_BELOW = 8 * GB;
/** From so many items or files on a collection is large (document M). */
const LARGE_COLLECTION = 50_000;
/** Array buffers, or native memory, of this share of the peak are what a change must be about. */
const MOST = 0.5;
const GC_SHARE = 0.1;
const NEAR_LIMIT = 0.8;
const RANK = { warning: 0, advice: 1, info: 2 };

/** What to set and what to change, for this machine and, where there is one, for the run that `report` describes. */
export function recommend(machine: MachineFacts, report?: Report, chosen?: ProfileName): Recommendations {
	const limitBytes = Math.min(machine.totalBytes, machine.containerLimitBytes ?? Number.POSITIVE_INFINITY);
	const { profile, reason } = chosen ? { profile: chosen, reason: 'You chose it.' } : profileFor(limitBytes, report);
	const heap = report && heapAdvice(report, limitBytes);
	const recommendations = report
		? [
				...(heap ? [heap.recommendation] : []),
				...machineAdvice(report, limitBytes),
				...whereAdvice(report),
				...gcAdvice(report),
				...storeAdvice(report, machine),
			]
		: [];
	return {
		profile,
		reason,
		environment: { MEMORY_MANAGER_PROFILE: profile, MEMORY_MANAGER_MAX_MEMORY: megabytes(budget(limitBytes, report)) },
		nodeArgs: heap?.nodeArgs ?? [],
		recommendations: recommendations.sort((a, b) => RANK[a.severity] - RANK[b.severity]),
	};
}

function profileFor(limitBytes: number, report: Report | undefined): { profile: ProfileName; reason: string } {
	if (limitBytes < CONSTRAINED_BELOW) {
		return {
			profile: 'constrained',
			reason: `The script may use ${formatBytes(limitBytes)} here, less than ${formatBytes(CONSTRAINED_BELOW)}.`,
		};
	}
	const items = Math.max(0, ...(report?.runtime.batches ?? []).map(batch => batch.totalItems ?? batch.items));
	if (items >= LARGE_COLLECTION) {
		return { profile: 'largeCollection', reason: `One batch processor worked through ${formatCount(items)} items.` };
	}
	return { profile: 'default', reason: `The script may use ${formatBytes(limitBytes)} here.` };
}

/** Half of what there is, and a half more than the script has needed where that is known to fit. */
function budget(limitBytes: number, report: Report | undefined): number {
	const half = limitBytes / 2;
	const needed = report?.memory.peakRss?.bytes;
	return needed === undefined ? half : Math.min(half, Math.max(needed * 1.5, 256 * MB));
}

/** Whole steps of 256 MB, so that the flag reads as somebody would write it. */
const heapSize = (bytes: number): number => Math.ceil(bytes / (256 * MB)) * 256;
const megabytes = (bytes: number): string =>
	bytes > 256 * MB ? `${Math.floor(bytes / (64 * MB)) * 64}MB` : `${Math.max(1, Math.round(bytes / MB))}MB`;

function heapAdvice(
	{ memory, end }: Report,
	limitBytes: number,
): { nodeArgs: string[]; recommendation: Recommendation } | undefined {
	const { peakHeapUsed, heapLimitBytes } = memory;
	if (!peakHeapUsed || heapLimitBytes === undefined) return undefined;
	const share = peakHeapUsed.bytes / heapLimitBytes;
	const died = end?.kind === 'outOfMemory';
	if (share < NEAR_LIMIT && !died) return undefined;
	const wanted = heapSize(Math.max(peakHeapUsed.bytes, heapLimitBytes) * 1.5);
	const why = `Heap used reached ${formatBytes(peakHeapUsed.bytes)}, ${formatPercent(share)} of its limit of ${formatBytes(heapLimitBytes)}${died ? ', and the run ended there' : ''}.`;
	if (wanted * MB <= limitBytes * 0.75) {
		const flag = `--max-old-space-size=${wanted}`;
		return {
			nodeArgs: [flag],
			recommendation: { severity: 'warning', title: 'Raise the heap limit.', why, change: `node ${flag}` },
		};
	}
	return {
		nodeArgs: [],
		recommendation: {
			severity: 'warning',
			title: 'The script needs more heap than this machine can give it: hold less at a time.',
			why: `${why} A limit half as high again would be more than three quarters of ${formatBytes(limitBytes)}.`,
			change: 'BatchProcessor, FileReader.lines or SpillCache in place of one large collection',
		},
	};
}

function machineAdvice({ memory }: Report, limitBytes: number): Recommendation[] {
	const peak = memory.peakRss?.bytes;
	if (peak === undefined || peak < limitBytes * 0.7) return [];
	return [
		{
			severity: 'warning',
			title: 'The script takes most of the memory there is.',
			why: `RSS reached ${formatBytes(peak)}, ${formatPercent(peak / limitBytes)} of ${formatBytes(limitBytes)}.`,
			change: `MEMORY_MANAGER_MAX_MEMORY=${megabytes(limitBytes / 2)} and a BatchProcessor that keeps to it`,
		},
	];
}

/** What kind of memory the peak was made of. */
function whereAdvice({ memory, allocations }: Report): Recommendation[] {
	const rss = memory.peakRss?.bytes;
	if (rss === undefined || rss < 100 * MB) return [];
	const buffers = memory.peakArrayBuffers?.bytes ?? 0;
	if (buffers > rss * MOST) {
		return [
			{
				severity: 'advice',
				title: 'Most of the memory is array buffers: read in pieces, and use smaller element types.',
				why: `Array buffers reached ${formatBytes(buffers)} of an RSS of ${formatBytes(rss)}.`,
				change: 'FileReader.chunks, optimizeDtype, BufferPool',
			},
		];
	}
	const heap = memory.peakHeapUsed?.bytes ?? 0;
	const [top] = allocations?.sites ?? [];
	if (heap > rss * MOST && top && top.share > 0.3 && top.file !== '') {
		return [
			{
				severity: 'advice',
				title: `${top.functionName || 'One function'} holds most of the heap.`,
				why: `${formatBytes(top.selfBytes)}, ${formatPercent(top.share)} of what was live at the peak, was allocated at ${top.file}:${top.line}.`,
				change: 'TensorDict or typed arrays for columns of numbers; BatchProcessor for rows that need not stay',
			},
		];
	}
	const native = rss - heap - (memory.peakExternal?.bytes ?? 0);
	if (native <= rss * MOST || native < 200 * MB) return [];
	return [
		{
			severity: 'info',
			title: 'Most of the memory is outside of what V8 knows.',
			why: `RSS reached ${formatBytes(rss)}; heap and external memory were ${formatBytes(rss - native)} at most.`,
			change: 'look at native modules (image and compression libraries): lower their concurrency, close what they open',
		},
	];
}

function gcAdvice({ gc, durationMs }: Report): Recommendation[] {
	if (gc?.share === undefined || gc.share < GC_SHARE || durationMs < 1_000) return [];
	const why = `${formatMs(gc.pauseMs)} of pauses, ${formatPercent(gc.share)} of the run: ${formatCount(gc.count)} collections, ${formatCount(gc.majorCount)} of them full.`;
	const young = gc.majorCount < gc.count / 10;
	return [
		young
			? {
					severity: 'advice',
					title: 'Many short-lived objects: give them more room before they are collected.',
					why,
					change: "node --max-semi-space-size=64, or new GcOptimizer({ strategy: 'aggressive' })",
				}
			: {
					severity: 'advice',
					title: 'Many full collections: much is alive while more is allocated.',
					why,
					change: 'hold less at a time (BatchProcessor), or raise --max-old-space-size where memory is left',
				},
	];
}
