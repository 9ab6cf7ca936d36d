import type { HeapGraph } from '../../src/analysis/heapGraph/heapGraph.ts';
import { StringTable } from '../../src/analysis/heapGraph/stringTable.ts';
import { EDGE_TYPES, NODE_TYPES, type WrittenNode } from './heapFiles.ts';

/** The graph that reading these nodes gives. */
export function heapGraph(nodes: readonly WrittenNode[]): HeapGraph {
	const strings = new StringTable();
	const indices = new Map<string, number>();
	const index = (text: string): number => {
		let found = indices.get(text);
		if (found === undefined) {
			found = strings.count;
			indices.set(text, found);
			const bytes = Buffer.from(JSON.stringify(text).slice(1, -1));
			strings.add(bytes, 0, bytes.length);
		}
		return found;
	};
	const edges = nodes.flatMap(({ edges = [] }) => edges);
	const firstEdge = new Uint32Array(nodes.length + 1);
	nodes.forEach(({ edges = [] }, node) => {
		firstEdge[node + 1] = (firstEdge[node] as number) + edges.length;
	});
	return {
		nodeCount: nodes.length,
		edgeCount: edges.length,
		nodeTypes: NODE_TYPES,
		edgeTypes: EDGE_TYPES,
		nodeType: Uint8Array.from(nodes, ({ type = 'object' }) => NODE_TYPES.indexOf(type)),
		nodeName: Uint32Array.from(nodes, ({ name }) => index(name)),
		nodeId: Uint32Array.from(nodes, ({ id }, node) => id ?? node * 2 + 1),
		selfBytes: Float64Array.from(nodes, ({ bytes }) => bytes),
		firstEdge,
		edgeType: Uint8Array.from(edges, ({ type = 'property' }) => EDGE_TYPES.indexOf(type)),
		edgeName: Uint32Array.from(edges, ({ name }) => (typeof name === 'number' ? name : index(name))),
		edgeTo: Uint32Array.from(edges, ({ to }) => to),
		strings,
	};
}
