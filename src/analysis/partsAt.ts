import type { SeriesData } from '../protocol/snapshot.ts';
import type { RssPart, RssParts } from './rssParts.ts';
import { RSS_PART_KINDS } from './rssParts.ts';
import { lastOfInstant, type RssPartsSeries, rssPartsSeries } from './rssPartsSeries.ts';
import { SERIES_COLUMNS } from './seriesStore.ts';
import type { SessionModel } from './sessionModel.ts';

/** What is asked for less often than the rest is looked for in so many samples before. */
const BEFORE = 64;

/** The parts of RSS at one index of the series, or at the last one before it where RSS was read. */
export function partsAt(
	data: SeriesData,
	index: number,
	workers: readonly SeriesData[] = [],
): (RssParts & { t: number }) | undefined {
	let at = Math.min(index, data.t.length - 1);
	while (at >= 0 && typeof data.rssBytes[at] !== 'number') at--;
	if (at < 0) return undefined;
	const from = Math.max(0, at - BEFORE);
	const end = lastOfInstant(data.t, at) + 1;
	const cut = { t: data.t.slice(from, end) } as SeriesData;
	for (const column of SERIES_COLUMNS) cut[column] = data[column].slice(from, end);
	return partsOf(rssPartsSeries(cut, workers), at - from);
}

/** One moment of a series of parts. */
export function partsOf(series: RssPartsSeries, i: number): (RssParts & { t: number }) | undefined {
	const rssBytes = series.rssBytes[i];
	if (typeof rssBytes !== 'number') return undefined;
	const parts: RssPart[] = [];
	for (const kind of RSS_PART_KINDS) {
		const bytes = series.columns[kind]?.[i];
		if (typeof bytes === 'number') parts.push({ kinds: [kind], bytes });
	}
	const mixed = series.mixed?.[i];
	// The series has one list for the whole run; at this moment some of them may be told apart.
	const untold = series.mixedKinds.filter(kind => typeof series.columns[kind]?.[i] !== 'number');
	if (typeof mixed === 'number') parts.push({ kinds: untold, bytes: mixed });
	const managedBytes = series.managedBytes[i];
	return {
		t: series.t[i] ?? 0,
		rssBytes,
		parts,
		...(typeof managedBytes === 'number' && { managedBytes }),
		notResidentBytes: series.notResidentBytes[i] ?? 0,
	};
}

/** Series of the worker threads that live in the process which `process` is; of a worker none, it has no RSS of its own. */
export function workerSeries(root: SessionModel, process: number): SeriesData[] {
	const list: SeriesData[] = [];
	for (const model of root.branches.values()) if (hostOf(root, model) === process) list.push(model.series.data);
	return list;
}

/** Number of the process that a worker lives in; `undefined` for what is no worker. */
function hostOf(root: SessionModel, { process }: SessionModel): number | undefined {
	let entry = process;
	// Workers start workers; a recording may hold circles.
	for (let depth = 0; entry?.kind === 'worker' && depth < 64; depth++) {
		const { parent } = entry;
		if (parent === undefined) return undefined;
		const next = root.of(parent)?.process;
		if (next?.kind !== 'worker') return parent;
		entry = next;
	}
	return undefined;
}
