import type { Frame } from '../protocol/entries.ts';
import type { OffHeapSite } from '../protocol/offHeapEntries.ts';
import type { HeapSite } from './attribution.ts';
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
 * The call tree of one profile. Frames of the profiler itself are taken out and their bytes go to their caller; nodes with the
 * same frame under the same parent are one. `root.totalBytes` is the sum of all samples.
 */
export function flameTree(nodes: ReadonlyMap<number, CallTreeNode>, profile: BytesByNode): FlameNode {
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
			if (isShown(below) && below.frame.functionName !== UNNAMED) at = under(at, below.frame);
			callers.set(below.id, at);
		}
		return at;
	};
	const add = (id: number, bytes: number, offHeapBytes: number, count: number) => {
		const node = nodes.get(id);
		const isNameless = node !== undefined && isShown(node) && node.frame.functionName === UNNAMED;
		const at = isNameless ? under(callerAt(node.parent), node.frame) : callerAt(id);
		at.selfBytes += bytes;
		at.selfOffHeapBytes += offHeapBytes;
		at.selfCount += count;
	};
	forEachSite(profile, add);
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
 * One row per frame (function and line), largest self bytes first. What a built-in like `Buffer.alloc` holds outside the heap counts as the
 * own bytes of the line that called it.
 */
export function allocationRows(nodes: ReadonlyMap<number, CallTreeNode>, profile: BytesByNode): AllocationRow[] {
	const rows = new Map<number, AllocationRow>();
	const row = (frame: Frame): AllocationRow => {
		let found = rows.get(frame.id);
		if (!found) {
			found = { frame, selfBytes: 0, totalBytes: 0, selfCount: 0, selfOffHeapBytes: 0, totalOffHeapBytes: 0 };
			rows.set(frame.id, found);
		}
		return found;
	};
	const add = (id: number, bytes: number, offHeapBytes: number, count: number) => {
		const stack = stackOf(nodes, id);
		const innermost = stack.at(-1);
		const caller = offHeapBytes > 0 && innermost?.kind === 'native' ? stack.at(-2) : undefined;
		if (caller) stack.pop();
		const leaf = row(caller ?? innermost ?? ROOT_FRAME);
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
	forEachSite(profile, add);
	return [...rows.values()].sort((a, b) => b.selfBytes - a.selfBytes || b.totalBytes - a.totalBytes);
}

function forEachSite(
	{ live, offHeap }: BytesByNode,
	add: (id: number, bytes: number, offHeapBytes: number, count: number) => void,
): void {
	for (const [id, bytes, count] of live) add(id, bytes, 0, count);
	for (const [id, , , bytes, count] of offHeap ?? []) add(id, bytes, bytes, count);
}

/** Whether a node stands in a stack: neither the root nor ours. */
const isShown = ({ parent, frame }: CallTreeNode): boolean => parent !== 0 && frame.kind !== 'profiler';

/**
 * Frames from the outermost to the innermost, without the root, our own, and V8's nameless entry into JavaScript, which tells
 * nothing where something was called from it.
 */
function stackOf(nodes: ReadonlyMap<number, CallTreeNode>, id: number): Frame[] {
	const stack: Frame[] = [];
	for (let node = nodes.get(id); node; node = nodes.get(node.parent)) {
		const { frame } = node;
		const isNamelessEntry = frame.functionName === UNNAMED && node.id !== id;
		if (isShown(node) && !isNamelessEntry) stack.push(frame);
	}
	return stack.reverse();
}
