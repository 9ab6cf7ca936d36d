import { type HeapGraph, type IgnoredEdges, NO_NODE, ROOT } from './heapGraph.ts';

/** Who holds whom, by edges that keep alive; one entry for each edge. */
export interface Retainers {
	/** Holders of node `n` are `holder[first[n]]` up to `holder[first[n + 1]]`. */
	readonly first: Uint32Array;
	readonly holder: Uint32Array;
	/** Edges from the root on the shortest way; `NO_NODE` where none leads there. */
	readonly distance: Uint32Array;
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

function distances({ nodeCount, firstEdge, edgeTo }: HeapGraph, ignored: IgnoredEdges): Uint32Array {
	const distance = new Uint32Array(nodeCount).fill(NO_NODE);
	const queue = new Uint32Array(nodeCount);
	distance[ROOT] = 0;
	queue[0] = ROOT;
	let filled = 1;
	for (let read = 0; read < filled; read++) {
		const node = queue[read] as number;
		const far = (distance[node] as number) + 1;
		const end = firstEdge[node + 1] as number;
		for (let edge = firstEdge[node] as number; edge < end; edge++) {
			const to = edgeTo[edge] as number;
			if (distance[to] !== NO_NODE || ignored.has(edge)) continue;
			distance[to] = far;
			queue[filled++] = to;
		}
	}
	return distance;
}
