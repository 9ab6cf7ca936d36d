import type { AllocationsEntry } from '../protocol/entries.ts';
import type { OffHeapSite } from '../protocol/offHeapEntries.ts';
import { heapLive, heapWindowed } from './attributionHeap.ts';
import { offHeapLive, offHeapWindowed } from './attributionOffHeap.ts';
import { regionShare } from './regionShare.ts';
import { standardErrorBytes } from './samplingError.ts';
import type { SessionModel } from './sessionModel.ts';
import type { TimeWindow } from './timeWindow.ts';

/** Which bytes: on V8's heap, outside it, or both. */
export const MEMORY_CHOICES = ['both', 'heap', 'offHeap'] as const;
export type MemoryChoice = (typeof MEMORY_CHOICES)[number];
/** What of them: live at one moment, or in a window of time what was allocated, was freed, or was allocated and is alive at its end. */
export const MEASURES = ['live', 'allocated', 'freed', 'alive'] as const;
export type Measure = (typeof MEASURES)[number];

/** `[call tree node, bytes, samples]` */
export type HeapSite = [node: number, bytes: number, samples: number];

export interface LiveMoment {
	t: number;
	/** The heap as this reading saw it; absent: it was not read. */
	profile?: AllocationsEntry;
}

export interface AttributionRequest {
	memory: MemoryChoice;
	measure: Measure;
	/** For `live`; absent: now. */
	moment?: LiveMoment;
	/** For the other measures; absent: the whole run. */
	window?: TimeWindow;
	/** Only what was allocated inside this region. */
	region?: number;
}

/** Why there are no figures: nothing was ever read, or nothing in this window. */
export type NoFigures = 'neverRead' | 'outsideReadings';

export interface Attributed<Site> {
	sites: Site[];
	bytes: number;
	/** Of `bytes`, from sampling. */
	standardErrorBytes: number;
	/** Mean bytes between two samples: the widest that held. */
	intervalBytes: number;
	/** The readings that the figures lie between; of live figures both are the same reading. */
	read: TimeWindow;
	/** Known to be part of what was asked for, but not where. */
	unattributedBytes?: number;
	/** What the process itself counts as array buffers at that moment. */
	arrayBuffersBytes?: number;
	/** Set when a region was asked for: by the context of each allocation, or by the time of its readings (see `regionShare.ts`). */
	region?: 'exact' | 'apportioned';
}

export interface Attribution {
	/** A reason where it was asked for and there is nothing to show; absent where it was not asked for. */
	heap?: Attributed<HeapSite> | NoFigures;
	offHeap?: Attributed<OffHeapSite> | NoFigures;
}

/** By call tree node what was live, allocated, freed or stayed alive, on the heap and outside it. */
export function attributionOf(model: SessionModel, request: AttributionRequest): Attribution {
	const { memory, measure, region } = request;
	const moment = request.moment ?? momentNow(model);
	const window = request.window ?? { min: 0, max: model.now };
	const result: Attribution = {};
	if (memory !== 'offHeap') {
		const share = region === undefined ? undefined : regionShare(model.spans, region);
		const heap =
			measure === 'live' ? heapLive(model, moment, share) : heapWindowed(model.ledger, window, measure, share);
		result.heap = typeof heap === 'string' ? heap : { ...withError(heap), ...(share && { region: 'apportioned' }) };
	}
	if (memory !== 'heap') {
		const { contexts } = model.ledger;
		const inRegion =
			region === undefined ? undefined : (context: number) => contexts.get(context)?.includes(region) === true;
		const offHeap =
			measure === 'live'
				? offHeapLive(model.ledger, moment.t, inRegion)
				: offHeapWindowed(model.ledger, window, measure, inRegion);
		result.offHeap =
			typeof offHeap === 'string' ? offHeap : { ...withError(offHeap), ...(inRegion && { region: 'exact' }) };
	}
	return result;
}

export const momentNow = ({ latestProfile, now }: SessionModel): LiveMoment => ({
	t: now,
	...(latestProfile && { profile: latestProfile }),
});

/** What the tree and the rows of `allocations.ts` are made from. */
export const treeInput = ({ heap, offHeap }: Attribution) => ({
	live: figures(heap)?.sites ?? [],
	offHeap: figures(offHeap)?.sites ?? [],
});

export const figures = <Site>(part: Attributed<Site> | NoFigures | undefined): Attributed<Site> | undefined =>
	typeof part === 'object' ? part : undefined;

/** The same figures of other sites. */
export const withSites = <Site extends HeapSite | OffHeapSite>(
	part: Attributed<Site>,
	sites: Site[],
): Attributed<Site> => withError({ ...part, sites });

type Unfinished<Site> = Omit<Attributed<Site>, 'bytes' | 'standardErrorBytes'>;

function withError<Site extends HeapSite | OffHeapSite>(part: Unfinished<Site>): Attributed<Site> {
	const sites = part.sites.map(site => ({ bytes: site.at(-2) ?? 0, samples: site.at(-1) ?? 0 }));
	return {
		...part,
		bytes: sites.reduce((sum, { bytes }) => sum + bytes, 0),
		standardErrorBytes: standardErrorBytes(sites, part.intervalBytes),
	};
}
