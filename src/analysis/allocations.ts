import type { Frame } from '../protocol/entries.ts';
import type { OffHeapSite } from '../protocol/offHeapEntries.ts';
import type { HeapSite } from './attribution.ts';
import { type Functions, functionsOf } from './functions.ts';
import type { CallTreeNode } from './sessionModel.ts';

/** Self values by call tree node: a profile, or what `attribution.ts` makes of a window or a region. */
export interface BytesByNode {
	/** On the heap. */
	readonly live: readonly HeapSite[];
	readonly offHeap?: readonly OffHeapSite[];
}

/** A node of the merged call tree: `total` includes what its callees hold. */
export interface FlameNode {
	frame: Frame;
	selfBytes: number;
	selfCount: number;
	totalBytes: number;
	/** Parts of `selfBytes` and `totalBytes` that lie outside the heap. */
	selfOffHeapBytes: number;
	totalOffHeapBytes: number;
	/** Largest first. */
	children: FlameNode[];
}

export interface AllocationRow {
	frame: Frame;
	selfBytes: number;
	/** Bytes held by this function and what it called; a recursive function counts once per stack. */
	totalBytes: number;
	selfCount: number;
	/** Parts of `selfBytes` and `totalBytes` that lie outside the heap. */
	selfOffHeapBytes: number;
	totalOffHeapBytes: number;
}

/** What the engine calls a frame that has neither name nor place. */
export const UNNAMED = '(unnamed)';

const ROOT_FRAME: Frame = { id: 0, functionName: '(all)', file: '', line: 0, column: 0, kind: 'native' };

interface Building extends FlameNode {
	byFrame: Map<number, Building>;
}

const building = (frame: Frame): Building => ({
	frame,
	selfBytes: 0,
	selfCount: 0,
	totalBytes: 0,
	selfOffHeapBytes: 0,
	totalOffHeapBytes: 0,
	children: [],
	byFrame: new Map(),
});

/**
 * The call tree of one profile, a node for each function under its caller. What lies outside the heap has a node for its line, too, below the
 * function that a person can change: the user's innermost. Frames of the profiler itself are taken out and their bytes go to their caller.
 * `root.totalBytes` is the sum of all samples.
 */
export function flameTree(nodes: ReadonlyMap<number, CallTreeNode>, profile: BytesByNode): FlameNode {
	const { functionOf, lineOf } = functionsOf(nodes);
	const root = building(ROOT_FRAME);
	const all = [root];
	const under = (at: Building, frame: Frame): Building => {
		let child = at.byFrame.get(frame.id);
		if (!child) {
			child = building(frame);
			at.byFrame.set(frame.id, child);
			at.children.push(child);
			all.push(child);
		}
		return child;
	};
	/** Where a call tree node stands when it called another. Each is looked for once, however many samples lie below it. */
	const callers = new Map<number, Building>([[0, root]]);
	const callerAt = (id: number): Building => {
		const missing: CallTreeNode[] = [];
		let node = nodes.get(id);
		while (node && !callers.has(node.id)) {
			missing.push(node);
			node = nodes.get(node.parent);
		}
		let at = (node && callers.get(node.id)) ?? root;
		for (const below of missing.reverse()) {
			if (isShown(below) && !isTransparent(nodes, below)) at = under(at, functionOf(below.frame));
			callers.set(below.id, at);
		}
		return at;
	};
	const leafAt = (id: number): Building => {
		const node = nodes.get(id);
		const isNameless = node !== undefined && isShown(node) && node.frame.functionName === UNNAMED;
		return isNameless ? under(callerAt(node.parent), node.frame) : callerAt(id);
	};
	const linedLeaves = new Map<number, Building>();
	const linedLeafAt = (id: number): Building => {
		const known = linedLeaves.get(id);
		if (known) return known;
		const lined = linedNode(nodes, id);
		const line = lined && lineOf(lined.frame);
		let at = lined && line ? under(callerAt(lined.id), line) : leafAt(id);
		if (line) for (const { frame } of stackOf(nodes, id, lined).reverse()) at = under(at, functionOf(frame));
		linedLeaves.set(id, at);
		return at;
	};
	const add = (at: Building, bytes: number, offHeapBytes: number, count: number) => {
		at.selfBytes += bytes;
		at.selfOffHeapBytes += offHeapBytes;
		at.selfCount += count;
	};
	for (const [id, bytes, count] of profile.live) add(leafAt(id), bytes, 0, count);
	for (const [id, , , bytes, count] of profile.offHeap ?? []) add(linedLeafAt(id), bytes, bytes, count);
	const parents = new Map<Building, Building>();
	for (const node of all) for (const child of node.byFrame.values()) parents.set(child, node);
	// A callee always came after its caller.
	for (const node of all.toReversed()) {
		node.totalBytes += node.selfBytes;
		node.totalOffHeapBytes += node.selfOffHeapBytes;
		const parent = parents.get(node);
		if (parent) {
			parent.totalBytes += node.totalBytes;
			parent.totalOffHeapBytes += node.totalOffHeapBytes;
		}
	}
	for (const node of all) node.children.sort((a, b) => b.totalBytes - a.totalBytes);
	return root;
}

/**
 * One row per function and, outside the heap, one per line, largest self bytes first: the nodes of the tree, those of one function or line
 * together. What a built-in like `Buffer.alloc` holds outside the heap counts as the own bytes of the line that called it.
 */
export function allocationRows(nodes: ReadonlyMap<number, CallTreeNode>, profile: BytesByNode): AllocationRow[] {
	const functions = functionsOf(nodes);
	const rows = new Map<number, AllocationRow>();
	const row = (frame: Frame): AllocationRow => {
		let found = rows.get(frame.id);
		if (!found) {
			found = { frame, selfBytes: 0, totalBytes: 0, selfCount: 0, selfOffHeapBytes: 0, totalOffHeapBytes: 0 };
			rows.set(frame.id, found);
		}
		return found;
	};
	const add = (stack: readonly Frame[], bytes: number, offHeapBytes: number, count: number) => {
		const leaf = row(stack[0] ?? ROOT_FRAME);
		leaf.selfBytes += bytes;
		leaf.selfOffHeapBytes += offHeapBytes;
		leaf.selfCount += count;
		const counted = new Set<number>();
		for (const frame of stack.length > 0 ? stack : [ROOT_FRAME]) {
			if (counted.has(frame.id)) continue;
			counted.add(frame.id);
			const at = row(frame);
			at.totalBytes += bytes;
			at.totalOffHeapBytes += offHeapBytes;
		}
	};
	for (const [id, bytes, count] of profile.live)
		add(
			stackOf(nodes, id).map(({ frame }) => functions.functionOf(frame)),
			bytes,
			0,
			count,
		);
	for (const [id, , , bytes, count] of profile.offHeap ?? [])
		add(linedStack(nodes, id, functions), bytes, bytes, count);
	return [...rows.values()].sort((a, b) => b.selfBytes - a.selfBytes || b.totalBytes - a.totalBytes);
}

/** From the innermost outwards, with the line right before the function that it is of; without the built-in that was called last. */
function linedStack(nodes: ReadonlyMap<number, CallTreeNode>, id: number, { functionOf, lineOf }: Functions): Frame[] {
	const stack = stackOf(nodes, id);
	if (stack.length > 1 && stack[0]?.frame.kind === 'native') stack.shift();
	const lined = linedNode(nodes, id);
	return stack.flatMap(node => {
		const line = node === lined ? lineOf(node.frame) : undefined;
		return line ? [line, functionOf(node.frame)] : [functionOf(node.frame)];
	});
}

/** The call whose line matters: the user's innermost, or where none is the user's the innermost. */
function linedNode(nodes: ReadonlyMap<number, CallTreeNode>, id: number): CallTreeNode | undefined {
	let innermost: CallTreeNode | undefined;
	for (let node = nodes.get(id); node; node = nodes.get(node.parent)) {
		const { functionLine, kind } = node.frame;
		if (functionLine === undefined || kind === 'profiler') continue;
		if (kind === 'user') return node;
		innermost ??= node;
	}
	return innermost;
}

/** Whether a node stands in a stack: neither the root nor ours. */
const isShown = ({ parent, frame }: CallTreeNode): boolean => parent !== 0 && frame.kind !== 'profiler';

/**
 * What tells nothing where it called something: V8's nameless entry into JavaScript, and Node's queue of promises below the function that
 * awaited one, which split what happened before and after an `await`.
 */
function isTransparent(nodes: ReadonlyMap<number, CallTreeNode>, { frame, parent }: CallTreeNode): boolean {
	if (frame.functionName === UNNAMED) return true;
	const isQueue = frame.kind === 'node' && frame.functionName === 'processTicksAndRejections';
	return isQueue && nodes.get(parent)?.frame.functionLine !== undefined;
}

/** From the innermost outwards, as far as before `end`; without the root, our own, and what tells nothing. */
function stackOf(nodes: ReadonlyMap<number, CallTreeNode>, id: number, end?: CallTreeNode): CallTreeNode[] {
	const stack: CallTreeNode[] = [];
	for (let node = nodes.get(id); node && node !== end; node = nodes.get(node.parent)) {
		if (isShown(node) && (node.id === id || !isTransparent(nodes, node))) stack.push(node);
	}
	return stack;
}
