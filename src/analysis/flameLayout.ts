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
}

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
 * Boxes of the tree with the last of `along` (root first) taking the full width and its callers above it. Boxes narrower than
 * `minShare` of the width are left out together with what they called: they could not be seen.
 */
export function layoutFlame(along: readonly FlameNode[], minShare: number): FlameBox[] {
	const boxes: FlameBox[] = along.map((node, depth) => ({
		node,
		x0: 0,
		x1: 1,
		depth,
		parent: depth - 1,
		ancestor: depth < along.length - 1,
	}));
	const focus = along.at(-1);
	if (!focus || focus.totalBytes <= 0) return boxes;
	const perByte = 1 / focus.totalBytes;
	// Breadth first: a box is placed after its caller, without recursion (stacks can be very deep).
	for (let index = along.length - 1; index < boxes.length; index++) {
		const box = boxes[index];
		if (!box) break;
		let x0 = box.x0;
		for (const node of box.node.children) {
			const x1 = x0 + node.totalBytes * perByte;
			// Largest first: the ones that follow are narrower still.
			if (x1 - x0 < minShare) break;
			boxes.push({ node, x0, x1, depth: box.depth + 1, parent: index, ancestor: false });
			x0 = x1;
		}
	}
	return boxes;
}

/** The path that leads to a box. */
export function pathOf(boxes: readonly FlameBox[], index: number): number[] {
	const path: number[] = [];
	for (let box = boxes[index]; box && box.parent >= 0; box = boxes[box.parent]) path.push(box.node.frame.id);
	return path.reverse();
}

export type FlameMove = 'caller' | 'callee' | 'left' | 'right';

/** Where the keyboard goes from a box; the same box when there is nothing in that direction. */
export function moveFocus(boxes: readonly FlameBox[], from: number, move: FlameMove): number {
	const box = boxes[from];
	if (!box) return 0;
	if (move === 'caller') return Math.max(box.parent, 0);
	if (move === 'callee') {
		const first = boxes.findIndex(({ parent }, i) => i > from && parent === from);
		return first < 0 ? from : first;
	}
	let best = from;
	for (const [i, other] of boxes.entries()) {
		if (other.depth !== box.depth || i === from) continue;
		const beyond = move === 'right' ? other.x0 >= box.x1 - 1e-9 : other.x1 <= box.x0 + 1e-9;
		if (!beyond) continue;
		const nearer = move === 'right' ? other.x0 < (boxes[best]?.x0 ?? 0) : other.x0 > (boxes[best]?.x0 ?? 0);
		if (best === from || nearer) best = i;
	}
	return best;
}
