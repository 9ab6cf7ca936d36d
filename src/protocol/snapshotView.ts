/** What is asked of an opened heap snapshot: between its viewer (a webview), the extension and the thread that holds it. */
import { isCount, isNumber, isRecord, isString, oneOf, optional, shape } from './guards.ts';

/** A part of a list: never is a whole one sent. */
export interface Page<T> {
	rows: T[];
	/** How many there are to be had. */
	total: number;
}

/** Rows of one page at most. */
export const MAX_PAGE = 500;

export interface Range {
	from: number;
	count: number;
}

export const CLASS_COLUMNS = ['name', 'count', 'selfBytes', 'retainedBytes'] as const;
export type ClassColumn = (typeof CLASS_COLUMNS)[number];
export const CHANGE_COLUMNS = ['name', 'countChange', 'bytesChange', 'newBytes', 'deletedBytes', 'grownBytes'] as const;
export type ChangeColumn = (typeof CHANGE_COLUMNS)[number];

export interface ListQuery<C extends string> extends Range {
	sort: C;
	descending: boolean;
	/** Part of a name, in any case; empty: all. */
	search: string;
}

export interface ClassRow {
	/** Names the class in other questions. */
	id: number;
	name: string;
	count: number;
	selfBytes: number;
	/** What would go with all of them. */
	retainedBytes: number;
}

export interface ObjectRow {
	/** Names the object in other questions. */
	node: number;
	/** V8's number of it, as other tools show it. */
	id: number;
	className: string;
	/** Of a string its text, of a function its name; otherwise empty. */
	preview: string;
	selfBytes: number;
	retainedBytes: number;
	/** Steps from the root; absent where only weak references lead to it. */
	distance?: number;
}

/** Someone who holds an object, by the name under which. */
export interface RetainerRow extends ObjectRow {
	edge: string;
	/** What the name is: of a property, a variable of a closure, an index, or of V8's own. */
	edgeKind: 'property' | 'variable' | 'element' | 'internal';
	/** No more holders: it is the root, or nothing but weak references lead there. */
	isRoot: boolean;
}

/** Array buffers by the code's own objects that hold them. */
export interface OwnerRow {
	id: number;
	/** Class of the owners. */
	className: string;
	/** The name under which they hold them. */
	edge: string;
	owners: number;
	buffers: number;
	bytes: number;
	/** The owner with the most bytes, and the way to it from the root. */
	largest: ObjectRow;
	path: string;
}

export interface SnapshotSummary {
	path: string;
	fileBytes: number;
	objects: number;
	references: number;
	/** All that V8 lists, array buffers and its own tables included. */
	totalBytes: number;
	/** Contents of array buffers, which lie outside the heap. */
	bufferBytes: number;
	stringBytes: number;
	classes: number;
}

export interface ChangeRow {
	name: string;
	countChange: number;
	bytesChange: number;
	/** Absent where objects cannot be told apart. */
	newCount?: number;
	newBytes?: number;
	deletedCount?: number;
	deletedBytes?: number;
	/** By how much objects that are in both grew or shrank. */
	grownBytes?: number;
}

export interface Comparison {
	/** The other snapshot: changes are from it to this one. */
	path: string;
	/** By the identity of each object (two snapshots of one process), else by the figures of each class only. */
	by: 'object' | 'class';
	countChange: number;
	bytesChange: number;
	classes: number;
}

/** Questions that the thread answers; the viewer's go through the extension. */
export type SnapshotQueries = {
	classes: [ListQuery<ClassColumn>, Page<ClassRow>];
	objects: [{ classId: number } & Range, Page<ObjectRow>];
	retainers: [{ node: number } & Range, Page<RetainerRow>];
	/** From the object up to the root, each step the holder of the one before. */
	path: [{ node: number }, RetainerRow[]];
	owners: [Range, Page<OwnerRow>];
	changes: [ListQuery<ChangeColumn>, Page<ChangeRow>];
};

export type SnapshotPhase = 'reading' | 'analysing' | 'comparing';

export type SnapshotState =
	/** `share` is of the file that is being read, 0 to 1. */
	| { phase: SnapshotPhase; share: number }
	| { phase: 'failed'; sentence: string }
	| { phase: 'ready'; summary: SnapshotSummary; comparison?: Comparison; comparing?: { share: number } };

/** Extension → viewer. */
export type ToSnapshotView = { state: [SnapshotState, void] };

/** Viewer → extension. */
export type FromSnapshotView = SnapshotQueries & {
	ready: [undefined, void];
	/** Stops the reading, of the snapshot or of the one to compare with. */
	cancel: [undefined, void];
	/** Reads again after a failure or a cancelled reading. */
	retry: [undefined, void];
	/** Lets a person choose the other snapshot, and compares with it. */
	compare: [undefined, void];
	endComparison: [undefined, void];
};

const isShare = (value: unknown) => isRecord(value) && isCount(value.share);
const isSummary = shape({
	path: isString,
	fileBytes: isCount,
	objects: isCount,
	references: isCount,
	totalBytes: isCount,
	bufferBytes: isCount,
	stringBytes: isCount,
	classes: isCount,
});
const isComparison = shape({
	path: isString,
	by: oneOf('object', 'class'),
	countChange: isNumber,
	bytesChange: isNumber,
	classes: isCount,
});

export function isSnapshotState(value: unknown): value is SnapshotState {
	if (!isRecord(value)) return false;
	switch (value.phase) {
		case 'reading':
		case 'analysing':
		case 'comparing':
			return isShare(value);
		case 'failed':
			return isString(value.sentence);
		case 'ready':
			return isSummary(value.summary) && optional(isComparison)(value.comparison) && optional(isShare)(value.comparing);
		default:
			return false;
	}
}

function refused(name: string): never {
	throw new Error(`The question "${name}" is not understood.`);
}

function checkedRange(value: Record<string, unknown>, name: string): Range {
	const { from, count } = value;
	if (!isIndex(from) || !isIndex(count)) return refused(name);
	return { from, count: Math.min(count, MAX_PAGE) };
}

const isIndex = (value: unknown): value is number => isCount(value) && Number.isInteger(value);

function checkedList<C extends string>(value: unknown, columns: readonly C[], name: string): ListQuery<C> {
	if (!isRecord(value) || !isString(value.search) || typeof value.descending !== 'boolean') return refused(name);
	const sort = columns.find(column => column === value.sort) ?? refused(name);
	return { ...checkedRange(value, name), sort, descending: value.descending, search: value.search.slice(0, 200) };
}

function checkedIndex(value: unknown, field: string, name: string): number {
	const index = isRecord(value) ? value[field] : undefined;
	return isIndex(index) ? index : refused(name);
}

const withRange = <T extends object>(value: unknown, name: string, rest: T): T & Range =>
	isRecord(value) ? { ...rest, ...checkedRange(value, name) } : refused(name);

/** Questions come from a page or from another thread: each is checked where it enters. */
export const queryChecks: { [K in keyof SnapshotQueries]: (value: unknown) => SnapshotQueries[K][0] } = {
	classes: value => checkedList(value, CLASS_COLUMNS, 'classes'),
	changes: value => checkedList(value, CHANGE_COLUMNS, 'changes'),
	objects: value => withRange(value, 'objects', { classId: checkedIndex(value, 'classId', 'objects') }),
	retainers: value => withRange(value, 'retainers', { node: checkedIndex(value, 'node', 'retainers') }),
	path: value => ({ node: checkedIndex(value, 'node', 'path') }),
	owners: value => withRange(value, 'owners', {}),
};
