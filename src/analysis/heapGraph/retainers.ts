import { type HeapGraph, type IgnoredEdges, NO_NODE, ROOT, typeIndex } from './heapGraph.ts';

/** Who holds whom, by edges that keep alive; one entry for each edge. */
export interface Retainers {
	/** Holders of node `n` are `holder[first[n]]` up to `holder[first[n + 1]]`. */
	readonly first: Uint32Array;
	readonly holder: Uint32Array;
	/** Edges from the root on the preferred way (see {@link stepsOf}); `NO_NODE` where none leads there. */
	readonly distance: Uint32Array;
}

/** Added to the distance of what no global object leads to. */
export const SYSTEM_DISTANCE = 0x4000_0000;

/** A distance as a number of steps; undefined where no way leads there. */
export function stepsOf(distance: number): number | undefined {
	if (distance === NO_NODE) return undefined;
	return distance >= SYSTEM_DISTANCE ? distance - SYSTEM_DISTANCE : distance;
}

export function findRetainers(graph: HeapGraph, ignored: IgnoredEdges): Retainers {
	const { nodeCount, firstEdge, edgeTo } = graph;
	const first = new Uint32Array(nodeCount + 1);
	const each = (visit: (from: number, to: number) => void) => {
		for (let node = 0; node < nodeCount; node++) {
			const end = firstEdge[node + 1] as number;
			for (let edge = firstEdge[node] as number; edge < end; edge++) {
				if (!ignored.has(edge)) visit(node, edgeTo[edge] as number);
			}
		}
	};
	each((_, to) => (first[to + 1] as number)++);
	for (let node = 0; node < nodeCount; node++) (first[node + 1] as number) += first[node] as number;
	const holder = new Uint32Array(first[nodeCount] as number);
	const next = first.slice(0, nodeCount);
	each((from, to) => {
		holder[(next[to] as number)++] = from;
	});
	return { first, holder, distance: distances(graph, ignored) };
}

/**
 * First from the global objects, then from V8's own roots: a way that the program can read is the better one, however long. What only V8's
 * roots lead to counts from {@link SYSTEM_DISTANCE}.
 */
function distances(
	{ nodeCount, edgeTypes, firstEdge, edgeType, edgeTo }: HeapGraph,
	ignored: IgnoredEdges,
): Uint32Array {
	const distance = new Uint32Array(nodeCount).fill(NO_NODE);
	const queue = new Uint32Array(nodeCount);
	const shortcut = typeIndex(edgeTypes, 'shortcut');
	let filled = 0;
	let read = 0;
	const visit = (node: number, far: number, wanted: (edge: number) => boolean) => {
		const end = firstEdge[node + 1] as number;
		for (let edge = firstEdge[node] as number; edge < end; edge++) {
			const to = edgeTo[edge] as number;
			if (distance[to] !== NO_NODE || ignored.has(edge) || !wanted(edge)) continue;
			distance[to] = far;
			queue[filled++] = to;
		}
	};
	const all = () => true;
	const followAll = () => {
		for (; read < filled; read++) {
			const node = queue[read] as number;
			visit(node, (distance[node] as number) + 1, all);
		}
	};
	distance[ROOT] = 0;
	visit(ROOT, 1, edge => edgeType[edge] === shortcut);
	followAll();
	visit(ROOT, SYSTEM_DISTANCE + 1, all);
	followAll();
	return distance;
}
