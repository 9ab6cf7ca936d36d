import { SERIES_COLUMNS, type SeriesColumn } from '../../analysis/seriesStore.ts';
import {
	type CheckpointEnd,
	type CheckpointField,
	type CheckpointHead,
	type CheckpointPart,
	ENTRY_FIELDS,
	type EntryField,
	type SeriesPart,
} from '../../protocol/checkpoint.ts';
import type { SeriesColumns, SeriesData, SessionSnapshot } from '../../protocol/snapshot.ts';
import { encodeColumn } from './columnCodec.ts';

/** About as long as a line gets: what is put into JSON without a pause. */
const LINE_LENGTH = 128 * 1024;
const SERIES_ROWS = 1_024;
const MAIN = 1;

/**
 * The lines of a checkpoint without their ends, the closing one left out. Each is put together when it is asked for, so that other work can
 * be done between them; the snapshot must not change meanwhile.
 */
export function* checkpointLines(snapshot: SessionSnapshot): Generator<string, void> {
	let part = 0;
	const processes = [{ process: MAIN, snapshot }, ...snapshot.branches];
	for (const { process, snapshot: of } of processes) {
		const head: CheckpointPart = { type: 'checkpoint', part: part++, process, head: headOf(of) };
		yield JSON.stringify(head);
		for (const [field, items] of listsOf(of)) {
			for (const json of chunks(items))
				yield `{"type":"checkpoint","part":${part++},"process":${process},"field":"${field}","items":[${json}]}`;
		}
	}
}

export const checkpointEnd = (parts: number, from: number): string =>
	JSON.stringify({ type: 'checkpoint', parts, from } satisfies CheckpointEnd);

function headOf(snapshot: SessionSnapshot): CheckpointHead {
	const { state, process, latest, system, now, peakRss, peakHeapUsed, gcTotals, leftOut } = snapshot;
	const { diagnosis, collector, config, cost, autopsy, series } = snapshot;
	const optional = {
		state,
		process,
		latest,
		system,
		peakRss,
		peakHeapUsed,
		diagnosis,
		collector,
		config,
		cost,
		autopsy,
	};
	return { ...(optional as Partial<CheckpointHead>), now, gcTotals, leftOut, levels: series.levels };
}

function* listsOf(snapshot: SessionSnapshot): Generator<[CheckpointField, Iterable<unknown>]> {
	const { series, callTree, ledger, regions } = snapshot;
	yield ['frames', callTree.frames];
	yield ['nodes', callTree.nodes];
	yield ['regions', regions];
	for (const field of Object.keys(ENTRY_FIELDS) as EntryField[]) yield [field, snapshot[field]];
	yield ['ledgerHeap', ledger.heap];
	yield ['ledgerOffHeap', ledger.offHeap];
	yield ['contexts', ledger.contexts];
	yield ['series', seriesParts(series)];
}

function* chunks(items: Iterable<unknown>): Generator<string> {
	let json = '';
	for (const item of items) {
		json += json === '' ? JSON.stringify(item) : `,${JSON.stringify(item)}`;
		if (json.length < LINE_LENGTH) continue;
		yield json;
		json = '';
	}
	if (json !== '') yield json;
}

function* seriesParts(series: SeriesData): Generator<SeriesPart> {
	const coarse = series.t.length - (series.levels[0] ?? 0);
	for (let from = 0; from < series.t.length; from += SERIES_ROWS) {
		const to = from + SERIES_ROWS;
		const rows = Math.min(coarse, to) - from;
		yield {
			rows: Math.min(to, series.t.length) - from,
			t: encodeColumn(series.t.slice(from, to)),
			...measured(series, from, to),
			...(rows > 0 && { low: { rows, ...measured(series.low, from, to) } }),
		};
	}
}

/** Columns that hold a figure. */
function measured(columns: SeriesColumns, from: number, to: number): Partial<Record<SeriesColumn, string>> {
	const parts: Partial<Record<SeriesColumn, string>> = {};
	for (const column of SERIES_COLUMNS) {
		const values = columns[column].slice(from, to);
		if (values.some(value => value !== null)) parts[column] = encodeColumn(values);
	}
	return parts;
}
