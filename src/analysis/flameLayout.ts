import type { FlameNode } from './allocations.ts';

/** One box of a flame graph; `x0` and `x1` are shares of the width (0 to 1). */
export interface FlameBox {
	node: FlameNode;
	x0: number;
	x1: number;
	depth: number;
	/** Index of the caller's box; -1 for the root. */
	parent: number;
	/** A caller of the node that is zoomed into: drawn at full width, whatever its own share. */
	ancestor: boolean;
	/** How many callees of its caller this box stands for, each too narrow for one of its own; 0 for a box of one. */
	merged: number;
}

/** Id of the frame that a box of several has; no frame of a session has it. */
export const MERGED_ID = -1;

/** Frame ids from the outermost frame down, without the root: what a box is called across profiles of one session. */
export type FlamePath = readonly number[];

/** The nodes from the root to the end of `path`, as far as this tree has them. */
export function nodesAlong(root: FlameNode, path: FlamePath): FlameNode[] {
	const along = [root];
	let at: FlameNode | undefined = root;
	for (const id of path) {
		at = at.children.find(({ frame }) => frame.id === id);
		if (!at) break;
		along.push(at);
	}
	return along;
}

/**
 * Boxes of the tree with the last of `along` (root first) taking the full width and its callers above it, by depth and from left to right.
 * Callees narrower than `minShare` of the width are one box together, and what they called is left out: it could not be seen. So many boxes
 * as fit are all there are, however large the tree is.
 */
export function layoutFlame(along: readonly FlameNode[], minShare: number): FlameBox[] {
	const boxes: FlameBox[] = along.map((node, depth) => ({
		node,
		x0: 0,
		x1: 1,
		depth,
		parent: depth - 1,
		ancestor: depth < along.length - 1,
		merged: 0,
	}));
	const focus = along.at(-1);
	if (!focus || focus.totalBytes <= 0) return boxes;
	const perByte = 1 / focus.totalBytes;
	// Breadth first: a box is placed after its caller, without recursion (stacks can be very deep).
	for (let index = along.length - 1; index < boxes.length; index++) {
		const box = boxes[index];
		if (!box) break;
		let x0 = box.x0;
		const { children } = box.node;
		const place = (node: FlameNode, merged: number): boolean => {
			const x1 = x0 + node.totalBytes * perByte;
			if (x1 - x0 < minShare) return false;
			boxes.push({ node, x0, x1, depth: box.depth + 1, parent: index, ancestor: false, merged });
			x0 = x1;
			return true;
		};
		let placed = 0;
		// Largest first: the ones that follow are narrower still.
		for (const node of children) {
			if (!place(node, 0)) break;
			placed++;
		}
		if (children.length - placed > 1) place(mergedNode(children, placed), children.length - placed);
	}
	return boxes;
}

const sums = new WeakMap<readonly FlameNode[], Map<number, FlameNode>>();

/** The callees from the given one on as one; made once for a tree, as the layout comes again with each change of width. */
function mergedNode(children: readonly FlameNode[], from: number): FlameNode {
	const known = sums.get(children) ?? new Map<number, FlameNode>();
	sums.set(children, known);
	const made = known.get(from);
	if (made) return made;
	const count = children.length - from;
	const node: FlameNode = {
		frame: { id: MERGED_ID, functionName: `(${count} narrower ones)`, file: '', line: 0, column: 0, kind: 'native' },
		...{ selfBytes: 0, selfCount: 0, totalBytes: 0, selfOffHeapBytes: 0, totalOffHeapBytes: 0 },
		children: [],
	};
	for (let i = from; i < children.length; i++) {
		node.totalBytes += children[i]?.totalBytes ?? 0;
		node.totalOffHeapBytes += children[i]?.totalOffHeapBytes ?? 0;
	}
	known.set(from, node);
	return node;
}

/** The path that leads to a box; of a box of several the one to their caller. */
export function pathOf(boxes: readonly FlameBox[], index: number): number[] {
	const path: number[] = [];
	for (let box = boxes[index]; box && box.parent >= 0; box = boxes[box.parent])
		if (box.merged === 0) path.push(box.node.frame.id);
	return path.reverse();
}

/** Index of the box at a share of the width; -1 where there is none. */
export function boxAt(boxes: readonly FlameBox[], depth: number, x: number): number {
	const from = firstBox(boxes, box => box.depth >= depth);
	const index = firstBox(boxes, box => box.depth > depth || (box.depth === depth && box.x1 > x), from);
	const box = boxes[index];
	return box?.depth === depth && x >= box.x0 ? index : -1;
}

/** Index of the first box, in their order, for which `isThere` holds, as it does for all that follow; their number where it never does. */
function firstBox(boxes: readonly FlameBox[], isThere: (box: FlameBox) => boolean, from = 0): number {
	let [low, high] = [from, boxes.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		const box = boxes[middle];
		if (box && !isThere(box)) low = middle + 1;
		else high = middle;
	}
	return low;
}

export type FlameMove = 'caller' | 'callee' | 'left' | 'right';

/** Where the keyboard goes from a box; the same box when there is nothing in that direction. */
export function moveFocus(boxes: readonly FlameBox[], from: number, move: FlameMove): number {
	const box = boxes[from];
	if (!box) return 0;
	if (move === 'caller') return Math.max(box.parent, 0);
	if (move === 'callee') {
		const first = firstBox(boxes, ({ parent }) => parent >= from, from + 1);
		return boxes[first]?.parent === from ? first : from;
	}
	// Boxes of one depth follow each other from left to right.
	const next = from + (move === 'right' ? 1 : -1);
	return boxes[next]?.depth === box.depth ? next : from;
}
