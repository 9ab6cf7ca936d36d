import type { SeriesData } from '../protocol/snapshot.ts';
import { type PartsSample, RSS_PART_KINDS, type RssPartKind, type RssParts, rssParts } from './rssParts.ts';
import { indexAt } from './timeWindow.ts';

/** Columns as long as `t`. At each index the columns sum to `rssBytes`; all are `null` where RSS was not measured. */
export interface RssPartsSeries {
	t: readonly number[];
	rssBytes: (number | null)[];
	/** Only kinds that were told apart at least once; `null` where one was part of `mixed`. */
	columns: Partial<Record<RssPartKind, (number | null)[]>>;
	/** The slice that holds several kinds, where there is one; its kinds over the whole series are `mixedKinds`. */
	mixed?: (number | null)[];
	mixedKinds: RssPartKind[];
	managedBytes: (number | null)[];
	notResidentBytes: (number | null)[];
}

/**
 * The parts of RSS over time, for a stacked chart. RSS comes from the system also while the process is too busy to answer, and what changes
 * slowly is asked for at every fourth sample: in between, the last answer of the same second counts.
 */
export function rssPartsSeries(data: SeriesData, workers: readonly SeriesData[] = []): RssPartsSeries {
	const { t } = data;
	const nulls = () => new Array<number | null>(t.length).fill(null);
	const out: RssPartsSeries = {
		t,
		rssBytes: nulls(),
		columns: {},
		mixedKinds: [],
		managedBytes: nulls(),
		notResidentBytes: nulls(),
	};
	const at = sampler(data);
	const others = workers.map(series => ({ series, at: sampler(series) }));
	for (let i = 0; i < t.length; i++) {
		const now = t[i] ?? 0;
		const beside = others.flatMap(({ series, at }) => {
			const index = indexAt(series.t, now);
			// A worker that told nothing for a while has ended.
			return index >= 0 && now - (series.t[index] ?? 0) <= STALE_MS ? [at(index)] : [];
		});
		const parts = rssParts(at(i), beside);
		if (parts) put(out, i, parts, nulls);
	}
	return out;
}

/** How long a figure that is asked for less often stands for the present one. */
const STALE_MS = 1_000;

function put(out: RssPartsSeries, i: number, split: RssParts, nulls: () => (number | null)[]): void {
	out.rssBytes[i] = split.rssBytes;
	out.notResidentBytes[i] = split.notResidentBytes;
	out.managedBytes[i] = split.managedBytes ?? null;
	for (const { kinds, bytes } of split.parts) {
		const [only] = kinds;
		if (kinds.length === 1 && only !== undefined) {
			out.columns[only] ??= nulls();
			out.columns[only][i] = bytes;
			continue;
		}
		out.mixed ??= nulls();
		out.mixed[i] = bytes;
		if (kinds.some(kind => !out.mixedKinds.includes(kind)))
			out.mixedKinds = RSS_PART_KINDS.filter(kind => kinds.includes(kind) || out.mixedKinds.includes(kind));
	}
}

/** A recording may hold any times. */
const MOST_OF_INSTANT = 4;

/** What the system and the process say of one instant are rows of their own. */
export function lastOfInstant(t: readonly number[], index: number): number {
	let last = index;
	while (last - index < MOST_OF_INSTANT && t[last + 1] === t[index]) last++;
	return last;
}

/** Reads samples in ascending order of index. */
function sampler(data: SeriesData): (index: number) => PartsSample {
	const last = (column: readonly (number | null)[], index: number): number | undefined => {
		const now = data.t[index] ?? 0;
		for (let i = index; i >= 0 && now - (data.t[i] ?? 0) <= STALE_MS; i--) {
			const value = column[i];
			if (value !== null && value !== undefined) return value;
		}
		return undefined;
	};
	/** Bytes of the heap that were committed and not resident, which hold between two answers better than the resident ones. */
	const absent = (index: number): number | undefined => {
		const now = data.t[index] ?? 0;
		for (let i = index; i >= 0 && now - (data.t[i] ?? 0) <= STALE_MS; i--) {
			const physical = data.heapPhysicalBytes[i];
			const total = data.heapTotalBytes[i];
			if (typeof physical === 'number' && typeof total === 'number') return Math.max(0, total - physical);
		}
		return undefined;
	};
	return row => {
		const index = lastOfInstant(data.t, row);
		const heapTotalBytes = last(data.heapTotalBytes, index);
		const missing = absent(index);
		const sample: { [K in keyof PartsSample]: PartsSample[K] | null } = {
			rssBytes: data.rssBytes[row] ?? null,
			heapUsedBytes: last(data.heapUsedBytes, index) ?? null,
			heapTotalBytes: heapTotalBytes ?? null,
			externalBytes: last(data.externalBytes, index) ?? null,
			arrayBuffersBytes: last(data.arrayBuffersBytes, index) ?? null,
			mallocedBytes: last(data.mallocedBytes, index) ?? null,
			heapCodeBytes: last(data.heapCodeBytes, index) ?? null,
			heapPhysicalBytes: missing !== undefined && typeof heapTotalBytes === 'number' ? heapTotalBytes - missing : null,
			stackBytes: last(data.stackBytes, index) ?? null,
			rssFileBytes: last(data.rssFileBytes, index) ?? null,
			managedBytes: data.managedBytes[row] ?? null,
		};
		return Object.fromEntries(Object.entries(sample).filter(([, value]) => value !== null)) as PartsSample;
	};
}
