import { emptySeries, SERIES_COLUMNS, type SeriesColumn } from '../../analysis/seriesStore.ts';
import {
	type CheckpointField,
	type CheckpointHead,
	ENTRY_FIELDS,
	type EntryField,
	isCheckpointEnd,
	isCheckpointPart,
	type SeriesPart,
} from '../../protocol/checkpoint.ts';
import type { Frame } from '../../protocol/entries.ts';
import { isEntry } from '../../protocol/entryGuards.ts';
import type { RecordingHeader } from '../../protocol/recording.ts';
import type { LedgerData, RegionData, SeriesColumns, SessionSnapshot } from '../../protocol/snapshot.ts';
import { decodeColumn } from './columnCodec.ts';

const MAIN = 1;
/** Of one part: no line is long enough for more. */
const MOST_ROWS = 1 << 20;

interface ProcessState {
	head: CheckpointHead;
	snapshot: SessionSnapshot;
}

/** Puts the parts of a checkpoint together again. Nothing is taken from a line that is not what it should be. */
export class CheckpointReader {
	readonly #header: RecordingHeader;
	readonly #processes = new Map<number, ProcessState>();
	#parts = 0;

	constructor(header: RecordingHeader) {
		this.#header = header;
	}

	/** Whether its first line was seen. */
	get isBegun(): boolean {
		return this.#parts > 0;
	}

	/** @returns The snapshot behind the last line; `false` where the checkpoint is not sound. */
	add(line: unknown): SessionSnapshot | boolean {
		if (isCheckpointEnd(line)) return line.parts === this.#parts && this.#finished();
		if (!isCheckpointPart(line, SERIES_COLUMNS) || line.part !== this.#parts++) return false;
		const known = this.#processes.get(line.process);
		if ('head' in line) {
			if (known) return false;
			this.#processes.set(line.process, { head: line.head, snapshot: emptySnapshot(this.#header, line.head) });
			return true;
		}
		return known !== undefined && fill(known.snapshot, line.field, line.items);
	}

	#finished(): SessionSnapshot | false {
		const main = this.#processes.get(MAIN);
		if (!main || ![...this.#processes.values()].every(isWhole)) return false;
		for (const [process, { snapshot }] of this.#processes)
			if (process !== MAIN) main.snapshot.branches.push({ process, snapshot });
		return main.snapshot;
	}
}

/** Whether what was put together is one state: levels and lows that fit the rows, a call tree of frames and nodes. */
function isWhole({ head, snapshot: { series, callTree } }: ProcessState): boolean {
	const rows = head.levels.reduce((sum, count) => sum + count, 0);
	const coarse = rows - (head.levels[0] ?? 0);
	return (
		rows === series.t.length &&
		SERIES_COLUMNS.every(column => series.low[column].length === coarse) &&
		isEntry(callTree)
	);
}

function emptySnapshot(header: RecordingHeader, { levels, ...head }: CheckpointHead): SessionSnapshot {
	return {
		header,
		...head,
		series: { ...emptySeries(), levels: [...levels] },
		callTree: { type: 'callTree', t: head.now, frames: [], nodes: [] },
		...(Object.fromEntries(Object.keys(ENTRY_FIELDS).map(field => [field, []])) as unknown as Pick<
			SessionSnapshot,
			EntryField
		>),
		regions: [],
		ledger: { heap: [], offHeap: [], contexts: [] },
		branches: [],
	};
}

function fill(snapshot: SessionSnapshot, field: CheckpointField, items: unknown[]): boolean {
	const { callTree, ledger } = snapshot;
	const add = <T>(list: T[]) => {
		for (const item of items) list.push(item as T);
	};
	switch (field) {
		case 'series':
			return (items as SeriesPart[]).every(part => addRows(snapshot, part));
		case 'frames':
			add<Frame>(callTree.frames);
			break;
		case 'nodes':
			add(callTree.nodes);
			break;
		case 'regions':
			add<RegionData>(snapshot.regions);
			break;
		case 'ledgerHeap':
			add<LedgerData['heap'][number]>(ledger.heap);
			break;
		case 'ledgerOffHeap':
			add<LedgerData['offHeap'][number]>(ledger.offHeap);
			break;
		case 'contexts':
			add<LedgerData['contexts'][number]>(ledger.contexts);
			break;
		default:
			add(snapshot[field] as unknown[]);
			break;
	}
	return true;
}

/** @returns Whether all columns are what they should be. */
function addRows({ series }: SessionSnapshot, { rows, t, low, ...columns }: SeriesPart): boolean {
	const times = decodeColumn(t, rows, Number.isFinite);
	if (!times || times.includes(null)) return false;
	for (const time of times) series.t.push(time ?? 0);
	return addColumns(series, columns, rows) && (low === undefined || addColumns(series.low, low, low.rows));
}

const isFigure = (value: number): boolean => value >= 0 && Number.isFinite(value);

function addColumns(to: SeriesColumns, from: Partial<Record<SeriesColumn, string>>, rows: number): boolean {
	if (rows > MOST_ROWS) return false;
	for (const column of SERIES_COLUMNS) {
		const text = from[column];
		const values = text === undefined ? new Array<null>(rows).fill(null) : decodeColumn(text, rows, isFigure);
		if (!values) return false;
		for (const value of values) to[column].push(value);
	}
	return true;
}
