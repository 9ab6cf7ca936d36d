import { type HeapGraph, type IgnoredEdges, ROOT } from './heapGraph.ts';
import type { Retainers } from './retainers.ts';

export interface Dominators {
	/** The one node through which every way from the root to this one leads; the root is its own. */
	readonly dominator: Uint32Array;
	/** What goes when this node goes: its own bytes and those of all it dominates. */
	readonly retainedBytes: Float64Array;
}

interface DepthFirst {
	/** Node by its number, from 1; nodes are numbered in the order in which they are reached. */
	readonly node: Uint32Array;
	readonly number: Uint32Array;
	/** Number of the node it was reached from, by number. */
	readonly parent: Uint32Array;
	/** Nodes numbered up to here can be reached from the root; the others keep none of these alive. */
	readonly reached: number;
}

/**
 * The dominator tree by semi-dominators and nearest common ancestors (Georgiadis, "Linear-Time Algorithms for Dominators and Related
 * Problems", 2005, chapter 2: SNCA). Nothing recurses: a linked list of a million objects is a path of a million nodes.
 * What only weak edges reach hangs at the root.
 */
export function findDominators(graph: HeapGraph, ignored: IgnoredEdges, { first, holder }: Retainers): Dominators {
	const { nodeCount, selfBytes } = graph;
	const { node, number, parent, reached } = depthFirst(graph, ignored, first);
	const immediate = parent.slice();
	const semi = new Uint32Array(nodeCount + 1);
	const label = new Uint32Array(nodeCount + 1);
	for (let i = 0; i <= nodeCount; i++) semi[i] = label[i] = i;
	const stack = new Uint32Array(nodeCount);

	/** The number with the smallest semi-dominator on the way up from `v`, among those numbered `linked` and above. */
	const best = (v: number, linked: number): number => {
		if ((parent[v] as number) < linked) return label[v] as number;
		let depth = 0;
		let at = v;
		do {
			stack[depth++] = at;
			at = parent[at] as number;
		} while ((parent[at] as number) >= linked);
		let above = at;
		let smallest = label[above] as number;
		do {
			at = stack[--depth] as number;
			parent[at] = parent[above] as number;
			const own = label[at] as number;
			if ((semi[smallest] as number) < (semi[own] as number)) label[at] = label[above] as number;
			else smallest = own;
			above = at;
		} while (depth > 0);
		return label[at] as number;
	};

	for (let i = nodeCount; i >= 2; i--) {
		let smallest = parent[i] as number;
		const at = node[i] as number;
		const end = first[at + 1] as number;
		for (let entry = first[at] as number; entry < end; entry++) {
			const by = number[holder[entry] as number] as number;
			if (by > reached && i <= reached) continue;
			const found = semi[best(by, i + 1)] as number;
			if (found < smallest) smallest = found;
		}
		semi[i] = smallest;
	}
	for (let i = 2; i <= nodeCount; i++) {
		let up = immediate[i] as number;
		while (up > (semi[i] as number)) up = immediate[up] as number;
		immediate[i] = up;
	}

	const dominator = new Uint32Array(nodeCount);
	const retainedBytes = selfBytes.slice();
	for (let i = nodeCount; i >= 2; i--) {
		const at = node[i] as number;
		const by = node[immediate[i] as number] as number;
		dominator[at] = by;
		(retainedBytes[by] as number) += retainedBytes[at] as number;
	}
	dominator[ROOT] = ROOT;
	return { dominator, retainedBytes };
}

function depthFirst(graph: HeapGraph, ignored: IgnoredEdges, firstRetainer: Uint32Array): DepthFirst {
	const { nodeCount, firstEdge, edgeTo } = graph;
	const node = new Uint32Array(nodeCount + 1);
	const number = new Uint32Array(nodeCount);
	const parent = new Uint32Array(nodeCount + 1);
	const stack = new Uint32Array(nodeCount);
	const nextEdge = new Uint32Array(nodeCount);
	let count = 0;
	const from = (start: number, above: number) => {
		let depth = 0;
		const enter = (entered: number, parentNumber: number) => {
			number[entered] = ++count;
			node[count] = entered;
			parent[count] = parentNumber;
			nextEdge[entered] = firstEdge[entered] as number;
			stack[depth++] = entered;
		};
		enter(start, above);
		while (depth > 0) {
			const at = stack[depth - 1] as number;
			const edge = nextEdge[at] as number;
			if (edge >= (firstEdge[at + 1] as number)) {
				depth--;
				continue;
			}
			nextEdge[at] = edge + 1;
			const to = edgeTo[edge] as number;
			if (number[to] === 0 && !ignored.has(edge)) enter(to, number[at] as number);
		}
	};
	from(ROOT, 0);
	const reached = count;
	// What nothing holds first, so that what hangs on it stays below it; then circles that nothing holds.
	for (const heldByNone of [true, false]) {
		for (let other = 0; other < nodeCount && count < nodeCount; other++) {
			if (number[other] !== 0) continue;
			if (!heldByNone || firstRetainer[other] === firstRetainer[other + 1]) from(other, 1);
		}
	}
	return { node, number, parent, reached };
}
