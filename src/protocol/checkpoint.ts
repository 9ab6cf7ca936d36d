/**
 * Checkpoints in a recording: the state of the model at one place of the file, so that opening a long one needs not read all of it.
 *
 * A checkpoint is several lines of `type` `checkpoint`, written a few ms at a time between the entries that go on coming: parts, each with
 * a number that counts up from 0, and one last line with `parts` and `from`, the byte at which part 0 begins. The state is that of the
 * entries before `from`; all entries behind it follow, those between the parts too. A reader that finds no sound checkpoint reads the file
 * from its beginning, and one that knows none passes over the lines.
 */
import { isEntry } from './entryGuards.ts';
import { arrayOf, isCount, isNumber, isRecord, isString, oneOf, optional, shape, tuple } from './guards.ts';
import { LEFT_OUT_KINDS, type SeriesColumns, type SessionSnapshot } from './snapshot.ts';

/** How every line of a checkpoint begins; no other line does. */
export const CHECKPOINT_LINE = '{"type":"checkpoint",';
/** How the last line of one begins. */
export const CHECKPOINT_END = '{"type":"checkpoint","parts":';

/** Lists of a snapshot that consist of entries of one type. */
export const ENTRY_FIELDS = {
	gcs: 'gc',
	profiles: 'allocations',
	spans: 'span',
	caches: 'cache',
	pools: 'pool',
	weakCaches: 'weakCache',
	spills: 'spill',
	batches: 'batch',
	batchDecisions: 'batchDecision',
	tensorDicts: 'tensorDict',
	streams: 'stream',
	pressures: 'pressure',
	cleanups: 'cleanup',
	operations: 'operation',
	findings: 'finding',
	snapshots: 'snapshot',
	notices: 'notice',
} as const;
export type EntryField = keyof typeof ENTRY_FIELDS;
export type CheckpointField =
	| EntryField
	| 'series'
	| 'regions'
	| 'frames'
	| 'nodes'
	| 'ledgerHeap'
	| 'ledgerOffHeap'
	| 'contexts';

/** Everything of a process that is no list. It comes before the lists. */
export type CheckpointHead = Pick<
	SessionSnapshot,
	| 'state'
	| 'process'
	| 'latest'
	| 'system'
	| 'now'
	| 'peakRss'
	| 'peakHeapUsed'
	| 'gcTotals'
	| 'leftOut'
	| 'diagnosis'
	| 'collector'
	| 'config'
	| 'cost'
	| 'autopsy'
> & { levels: number[] };

/** Some rows of the series. A column is base64 of little-endian 64-bit floats, NaN where nothing was measured; one that is absent is all NaN. */
export interface SeriesPart extends Partial<Record<keyof SeriesColumns, string>> {
	rows: number;
	t: string;
	/** Of the first `rows` of these rows. */
	low?: Partial<Record<keyof SeriesColumns, string>> & { rows: number };
}

export type CheckpointPart = { type: 'checkpoint'; part: number; process: number } & (
	| { head: CheckpointHead }
	| { field: CheckpointField; items: unknown[] }
);

export interface CheckpointEnd {
	type: 'checkpoint';
	parts: number;
	from: number;
}

const isWhole = (value: unknown): value is number => isCount(value) && Number.isSafeInteger(value);
const entryOf = (type: string) => (value: unknown) => isRecord(value) && value.type === type && isEntry(value);
const peak = shape({ t: isNumber, bytes: isCount });
const offHeapSite = tuple(isCount, isCount, isCount, isCount, isCount);

const head = shape({
	state: optional(entryOf('state')),
	process: optional(entryOf('process')),
	latest: optional(entryOf('sample')),
	system: optional(entryOf('system')),
	now: isNumber,
	peakRss: optional(peak),
	peakHeapUsed: optional(peak),
	gcTotals: shape({ count: isCount, majorCount: isCount, pauseMs: isCount, forcedMs: isCount }),
	leftOut: value =>
		isRecord(value) && Object.entries(value).every(([kind, count]) => oneOf(...LEFT_OUT_KINDS)(kind) && isCount(count)),
	diagnosis: optional(entryOf('diagnosis')),
	collector: optional(entryOf('collector')),
	config: optional(entryOf('config')),
	cost: optional(entryOf('cost')),
	autopsy: optional(
		shape({
			t: isNumber,
			rssBytes: isCount,
			sample: entryOf('sample'),
			profileAt: optional(isNumber),
			offHeap: arrayOf(offHeapSite),
			caches: arrayOf(entryOf('cache')),
			pools: arrayOf(entryOf('pool')),
			batches: arrayOf(entryOf('batch')),
			tensorDicts: arrayOf(entryOf('tensorDict')),
			spans: arrayOf(entryOf('span')),
		}),
	),
	levels: value => arrayOf(isWhole)(value) && (value as unknown[]).length <= 64,
});

/** What the columns hold is checked where they are decoded. */
function isColumns(value: unknown, names: readonly string[]): value is Record<string, unknown> {
	return isRecord(value) && isWhole(value.rows) && names.every(name => optional(isString)(value[name]));
}

const isSeriesPart = (value: unknown, names: readonly string[]): boolean =>
	isColumns(value, names) && isString(value.t) && (value.low === undefined || isColumns(value.low, names));

const lists: Record<Exclude<CheckpointField, EntryField | 'series'>, (value: unknown) => boolean> = {
	regions: shape({
		definition: entryOf('region'),
		stats: optional(entryOf('regionStats')),
		retainedBytes: optional(isNumber),
	}),
	// Frames and nodes are checked where they are made a call tree entry of.
	frames: isRecord,
	nodes: tuple(isCount, isCount, isCount),
	ledgerHeap: shape({
		from: isNumber,
		to: isNumber,
		born: arrayOf(tuple(isCount, isCount, isCount)),
		freed: arrayOf(tuple(isCount, isCount, isCount, isNumber)),
		unseenBytes: isCount,
		intervalBytes: isCount,
	}),
	ledgerOffHeap: shape({
		from: isNumber,
		to: isNumber,
		allocated: arrayOf(offHeapSite),
		freed: arrayOf(tuple(isCount, isCount, isCount, isCount, isCount, isNumber)),
		liveBytes: isCount,
		arrayBuffersBytes: isCount,
		intervalBytes: isCount,
	}),
	contexts: tuple(isCount, arrayOf(isCount)),
};

function isField(field: unknown, items: unknown[], seriesColumns: readonly string[]): boolean {
	if (typeof field !== 'string') return false;
	if (field === 'series') return items.every(item => isSeriesPart(item, seriesColumns));
	if (Object.hasOwn(ENTRY_FIELDS, field)) return items.every(entryOf(ENTRY_FIELDS[field as EntryField]));
	return Object.hasOwn(lists, field) && items.every(lists[field as keyof typeof lists]);
}

/** Whether a line is a part, with everything in it as strictly checked as entries are. */
export function isCheckpointPart(value: unknown, seriesColumns: readonly string[]): value is CheckpointPart {
	if (!isRecord(value) || value.type !== 'checkpoint' || !isWhole(value.part) || !isWhole(value.process)) return false;
	if (value.head !== undefined) return head(value.head);
	return Array.isArray(value.items) && isField(value.field, value.items, seriesColumns);
}

export const isCheckpointEnd = (value: unknown): value is CheckpointEnd =>
	isRecord(value) && value.type === 'checkpoint' && isWhole(value.parts) && isWhole(value.from);
