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
	const add = (id: number, bytes: number, offHeapBytes: number, count: number) => {
		let at = root;
		root.totalBytes += bytes;
		root.totalOffHeapBytes += offHeapBytes;
		for (const frame of stackOf(nodes, id)) {
			let child = at.byFrame.get(frame.id);
			if (!child) {
				child = building(frame);
				at.byFrame.set(frame.id, child);
				at.children.push(child);
				all.push(child);
			}
			child.totalBytes += bytes;
			child.totalOffHeapBytes += offHeapBytes;
			at = child;
		}
		at.selfBytes += bytes;
		at.selfOffHeapBytes += offHeapBytes;
		at.selfCount += count;
	};
	forEachSite(profile, add);
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

/**
 * Frames from the outermost to the innermost, without the root, our own, and V8's nameless entry into JavaScript, which tells
 * nothing where something was called from it.
 */
function stackOf(nodes: ReadonlyMap<number, CallTreeNode>, id: number): Frame[] {
	const stack: Frame[] = [];
	for (let node = nodes.get(id); node; node = nodes.get(node.parent)) {
		const { frame } = node;
		const isNamelessEntry = frame.functionName === UNNAMED && node.id !== id;
		if (node.parent !== 0 && frame.kind !== 'profiler' && !isNamelessEntry) stack.push(frame);
	}
	return stack.reverse();
}
