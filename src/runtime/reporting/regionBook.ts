import type { MemoryReading, RegionEntry, RegionKind, RegionStatsEntry, Site } from '../../protocol/entries.ts';
import { shortName } from './shortName.ts';

/** Regions kept apart; a script that makes a new name per row has all further ones counted as one. */
export const MAX_REGIONS = 4_096;
export const OTHER_REGIONS = '(other regions)';

export interface RegionRecord {
	readonly id: number;
	readonly name: string;
	readonly kind: RegionKind;
	readonly t: number;
	readonly site: Site | undefined;
	announced: boolean;
	changed: boolean;
	/** When the last measured call began: calls that follow faster are only timed. */
	lastMeasured: number;
	calls: number;
	measuredCalls: number;
	open: number;
	errors: number;
	totalMs: number;
	maxMs: number;
	delta: MemoryReading | undefined;
	peak: MemoryReading | undefined;
}

/** All regions seen while recording, by kind and name; functions tracked under one name in two places stay apart. */
export class RegionBook {
	readonly #byKey = new Map<string, RegionRecord>();
	readonly #named = {
		region: new Map<string, RegionRecord>(),
		MemoryTracker: new Map<string, RegionRecord>(),
		trackMemory: new Map<string, RegionRecord>(),
		optimizeForMemory: new Map<string, RegionRecord>(),
		memoryManagement: new Map<string, RegionRecord>(),
	};
	#lastId = 0;

	get records(): Iterable<RegionRecord> {
		return this.#byKey.values();
	}

	/** `findSite` is asked once, for a new region. */
	get(kind: RegionKind, name: string, now: number, findSite?: () => Site | undefined): RegionRecord {
		// Hot: no key is put together for a region that is known.
		return this.#named[kind].get(name) ?? this.#addNamed(kind, name, now, findSite);
	}

	getAt(kind: RegionKind, name: string, now: number, site: Site | undefined): RegionRecord {
		const short = shortName(name);
		const key = `${kind}:${short}:${site ? `${site.file}:${site.line}:${site.column}` : ''}`;
		return this.#byKey.get(key) ?? this.#add(key, kind, short, now, site);
	}

	/** A new recording starts from zero and knows nothing. */
	reset(): void {
		for (const region of this.#byKey.values()) Object.assign(region, cleared());
	}

	#addNamed(kind: RegionKind, name: string, now: number, findSite?: () => Site | undefined): RegionRecord {
		const short = shortName(name);
		const key = `${kind}:${short}`;
		const record = this.#byKey.get(key) ?? this.#add(key, kind, short, now, findSite?.());
		if (name.length === short.length && record.name === short) this.#named[kind].set(short, record);
		return record;
	}

	#add(key: string, kind: RegionKind, name: string, now: number, site: Site | undefined): RegionRecord {
		if (this.#byKey.size >= MAX_REGIONS) {
			const rest = this.#byKey.get(OTHER_REGIONS);
			if (rest) return rest;
			return this.#put(OTHER_REGIONS, kind, OTHER_REGIONS, now, undefined);
		}
		return this.#put(key, kind, name, now, site);
	}

	#put(key: string, kind: RegionKind, name: string, now: number, site: Site | undefined): RegionRecord {
		const record = { id: ++this.#lastId, name, kind, t: now, site, ...cleared() };
		this.#byKey.set(key, record);
		return record;
	}
}

function cleared() {
	return {
		announced: false,
		changed: false,
		lastMeasured: Number.NEGATIVE_INFINITY,
		calls: 0,
		measuredCalls: 0,
		open: 0,
		errors: 0,
		totalMs: 0,
		maxMs: 0,
		delta: undefined,
		peak: undefined,
	};
}

export function regionEntry({ t, id, name, kind, site }: RegionRecord): RegionEntry {
	return { type: 'region', t, id, name, kind, ...(site && { site }) };
}

export function regionStatsEntry(region: RegionRecord, t: number): RegionStatsEntry {
	return { type: 'regionStats', t, region: region.id, ...regionTotals(region) };
}

export type RegionTotals = Omit<RegionStatsEntry, 'type' | 't' | 'region'>;

/** A copy: the readings of the region go on. */
export function regionTotals(region: RegionRecord): RegionTotals {
	const { calls, measuredCalls, open, errors, totalMs, maxMs, delta, peak } = region;
	return {
		calls,
		measuredCalls,
		open,
		errors,
		totalMs,
		maxMs,
		...(delta && { delta: { ...delta } }),
		...(peak && { peak: { ...peak } }),
	};
}
