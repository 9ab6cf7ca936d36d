import type { ObjectRow, RetainerRow } from '../../protocol/snapshotView.ts';
import type { Dominators } from './dominators.ts';
import type { HeapClasses } from './heapClasses.ts';
import { edgeText, type HeapGraph, type IgnoredEdges, NO_NODE, nodeText, ROOT } from './heapGraph.ts';
import { type Retainers, stepsOf } from './retainers.ts';

/** What is known of a snapshot once it has been looked through. */
export interface AnalysedHeap {
	readonly graph: HeapGraph;
	readonly ignored: IgnoredEdges;
	readonly retainers: Retainers;
	readonly dominators: Dominators;
	readonly classes: HeapClasses;
	readonly retainedByClass: Float64Array;
}

export function describeNode({ graph, classes, dominators, retainers }: AnalysedHeap, node: number): ObjectRow {
	const distance = stepsOf(retainers.distance[node] as number);
	return {
		node,
		id: graph.nodeId[node] as number,
		className: classes.names[classes.classOf[node] as number] as string,
		preview: preview(graph, node),
		selfBytes: graph.selfBytes[node] as number,
		retainedBytes: dominators.retainedBytes[node] as number,
		...(distance !== undefined && { distance }),
	};
}

/** What an object is called beside its class, where that says more. */
function preview(graph: HeapGraph, node: number): string {
	const type = graph.nodeTypes[graph.nodeType[node] as number];
	if (type === 'object' || type === 'native') return '';
	return nodeText(graph, node);
}

export function describeHolder(heap: AnalysedHeap, holder: number, held: number): RetainerRow {
	const { graph } = heap;
	const edge = edgeTo(heap, holder, held);
	return {
		...describeNode(heap, holder),
		edge: edge === undefined ? '' : edgeText(graph, edge),
		edgeKind: edge === undefined ? 'internal' : edgeKind(graph, edge),
		isRoot: holder === ROOT,
	};
}

/** The edge by which one node holds another: the best named, where there are several. */
export function edgeTo({ graph, ignored }: AnalysedHeap, holder: number, held: number): number | undefined {
	const end = graph.firstEdge[holder + 1] as number;
	let found: number | undefined;
	for (let edge = graph.firstEdge[holder] as number; edge < end; edge++) {
		if (graph.edgeTo[edge] !== held || ignored.has(edge)) continue;
		const kind = edgeKind(graph, edge);
		if (kind === 'property' || kind === 'variable') return edge;
		found ??= edge;
	}
	return found;
}

export function edgeKind(graph: HeapGraph, edge: number): RetainerRow['edgeKind'] {
	switch (graph.edgeTypes[graph.edgeType[edge] as number]) {
		case 'property':
		case 'shortcut':
			return 'property';
		case 'context':
			return 'variable';
		case 'element':
			return 'element';
		default:
			return 'internal';
	}
}

/** The holder through which the shortest way from the root leads; undefined at the root and where none leads. */
export function nearestHolder({ graph, retainers }: AnalysedHeap, node: number): number | undefined {
	const { first, holder, distance } = retainers;
	let best: number | undefined;
	for (let entry = first[node] as number; entry < (first[node + 1] as number); entry++) {
		const other = holder[entry] as number;
		if (other === node || distance[other] === NO_NODE) continue;
		const nearer = best === undefined ? -1 : (distance[other] as number) - (distance[best] as number);
		// Of two equally near, an object of the program says more than a table of V8.
		if (nearer < 0 || (nearer === 0 && best !== undefined && rank(graph, other) < rank(graph, best))) best = other;
	}
	return best;
}

function rank(graph: HeapGraph, node: number): number {
	const type = graph.nodeTypes[graph.nodeType[node] as number];
	return type === 'object' || type === 'closure' ? 0 : type === 'array' ? 1 : 2;
}
