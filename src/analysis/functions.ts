import type { Frame } from '../protocol/entries.ts';
import type { CallTreeNode } from './sessionModel.ts';

/**
 * V8 names a frame on the heap by where its function begins, and one outside the heap by its call. Both stand in one function, and several
 * calls on one line are one line.
 */
export interface Functions {
	/** The function that a frame stands in; the frame itself where nothing else is known. */
	functionOf(frame: Frame): Frame;
	/** The line of a call outside the heap, with its `functionLine`; `undefined` of other frames. */
	lineOf(frame: Frame): Frame | undefined;
}

/** Lines have ids of their own, above those of all frames. */
const LINE_IDS = 2 ** 40;

/** The frames of functions that begin on one line of a file. */
interface Beginning {
	calls: Map<number, Frame>;
	onHeap: Map<number, Frame>;
}

const known = new WeakMap<ReadonlyMap<number, CallTreeNode>, { size: number; functions: Functions }>();

/** Ids stay while more frames become known: each is that of the first frame of its function or line. */
export function functionsOf(nodes: ReadonlyMap<number, CallTreeNode>): Functions {
	const before = known.get(nodes);
	// A call tree only grows.
	if (before?.size === nodes.size) return before.functions;
	const functions = findFunctions(nodes);
	known.set(nodes, { size: nodes.size, functions });
	return functions;
}

function findFunctions(nodes: ReadonlyMap<number, CallTreeNode>): Functions {
	const functions = new Map<number, Frame>();
	const lines = new Map<number, Frame>();
	for (const beginning of beginnings(nodes)) {
		const byName = grouped(beginning.calls.values(), ({ functionName }) => functionName);
		for (const [name, calls] of byName) {
			const alike = [...beginning.onHeap.values()].filter(({ functionName }) => functionName === name);
			// Which of several functions of one name and line it is cannot be told.
			const onHeap = alike.length === 1 ? alike : [];
			const members = [...onHeap, ...calls];
			const first = firstOf(members);
			const made = functionFrame(onHeap[0] ?? first, first.id);
			for (const { id } of members) functions.set(id, made);
			for (const onLine of grouped(calls, ({ line }) => line).values()) {
				const call = firstOf(onLine);
				const line = { ...call, id: LINE_IDS + call.id };
				for (const { id } of onLine) lines.set(id, line);
			}
		}
	}
	return {
		functionOf: frame => functions.get(frame.id) ?? frame,
		lineOf: ({ id }) => lines.get(id),
	};
}

const firstOf = (frames: readonly Frame[]): Frame =>
	frames.reduce((least, frame) => (frame.id < least.id ? frame : least));

/** Of a function that has nothing on the heap only the line is known where it begins. */
function functionFrame({ functionLine, ...call }: Frame, id: number): Frame {
	return { ...call, id, ...(functionLine !== undefined && { line: functionLine, column: 1 }) };
}

function beginnings(nodes: ReadonlyMap<number, CallTreeNode>): Beginning[] {
	const files = new Map<string, Map<number, Beginning>>();
	const all: Beginning[] = [];
	for (const { frame } of nodes.values()) {
		const { id, file, functionLine, kind } = frame;
		if (functionLine === undefined || kind === 'profiler') continue;
		const lines = files.get(file) ?? new Map<number, Beginning>();
		files.set(file, lines);
		let beginning = lines.get(functionLine);
		if (!beginning) {
			beginning = { calls: new Map(), onHeap: new Map() };
			lines.set(functionLine, beginning);
			all.push(beginning);
		}
		beginning.calls.set(id, frame);
	}
	if (all.length === 0) return all;
	for (const { frame } of nodes.values())
		if (frame.functionLine === undefined && frame.kind !== 'profiler')
			files.get(frame.file)?.get(frame.line)?.onHeap.set(frame.id, frame);
	return all;
}

/** `Map.groupBy` is not there before Node 21, on which the command line runs too. */
function grouped<K, T>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
	const groups = new Map<K, T[]>();
	for (const item of items) {
		const key = keyOf(item);
		const group = groups.get(key);
		if (group) group.push(item);
		else groups.set(key, [item]);
	}
	return groups;
}
