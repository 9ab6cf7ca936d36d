import type { StringTable } from './stringTable.ts';

/** A heap snapshot as typed arrays. A node is named by its ordinal; node 0 is the root. */
export interface HeapGraph {
	readonly nodeCount: number;
	readonly edgeCount: number;
	/** What the numbers in `nodeType` and `edgeType` mean: versions of V8 differ. */
	readonly nodeTypes: readonly string[];
	readonly edgeTypes: readonly string[];
	readonly nodeType: Uint8Array;
	/** Index into `strings`. */
	readonly nodeName: Uint32Array;
	/** Stays the same for an object as long as its process lives. */
	readonly nodeId: Uint32Array;
	readonly selfBytes: Float64Array;
	/** Edges of node `n` are those from `firstEdge[n]` up to `firstEdge[n + 1]`. */
	readonly firstEdge: Uint32Array;
	readonly edgeType: Uint8Array;
	/** An index into `strings`, or for elements and hidden edges the index itself. */
	readonly edgeName: Uint32Array;
	readonly edgeTo: Uint32Array;
	readonly strings: StringTable;
}

export const ROOT = 0;
/** Stands for "no node" in arrays of ordinals. */
export const NO_NODE = 0xffff_ffff;

/** The ordinals of types by their names; -1 where this version of V8 has none. */
export const typeIndex = (types: readonly string[], name: string): number => types.indexOf(name);

/** Whether the name of an edge is a number and not a string. */
export function hasIndexName(graph: HeapGraph, edge: number): boolean {
	const type = graph.edgeTypes[graph.edgeType[edge] as number];
	return type === 'element' || type === 'hidden';
}

/** The edge's name as V8 gives it, undecorated. */
export function edgeText(graph: HeapGraph, edge: number): string {
	const name = graph.edgeName[edge] as number;
	return hasIndexName(graph, edge) ? String(name) : graph.strings.text(name);
}

export const nodeText = (graph: HeapGraph, node: number): string => graph.strings.text(graph.nodeName[node] as number);

const WEAK_MAP_PAIR = /pair in WeakMap \(table @(\d+)\)/;

/**
 * Tells the edges that keep nothing alive, as V8's own tools do: weak ones, shortcuts anywhere but at the root, and of the two edges
 * to a value in a WeakMap the one from the map, since the value goes with its key.
 */
export class IgnoredEdges {
	readonly #bits: Uint8Array;

	constructor(graph: HeapGraph) {
		this.#bits = new Uint8Array((graph.edgeCount + 7) >>> 3);
		const { edgeTypes, firstEdge, edgeType, edgeName, nodeId, strings } = graph;
		const weak = typeIndex(edgeTypes, 'weak');
		const shortcut = typeIndex(edgeTypes, 'shortcut');
		const internal = typeIndex(edgeTypes, 'internal');
		const tables = new Map<number, number>();
		const tableOf = (name: number): number => {
			let table = tables.get(name);
			if (table === undefined) {
				table = Number(WEAK_MAP_PAIR.exec(strings.text(name))?.[1] ?? -1);
				tables.set(name, table);
			}
			return table;
		};
		for (let node = 0; node < graph.nodeCount; node++) {
			const end = firstEdge[node + 1] as number;
			for (let edge = firstEdge[node] as number; edge < end; edge++) {
				const type = edgeType[edge] as number;
				const ignored =
					type === weak ||
					(type === shortcut && node !== ROOT) ||
					(type === internal && tableOf(edgeName[edge] as number) === nodeId[node]);
				if (ignored) (this.#bits[edge >>> 3] as number) |= 1 << (edge & 7);
			}
		}
	}

	has(edge: number): boolean {
		return (((this.#bits[edge >>> 3] as number) >>> (edge & 7)) & 1) === 1;
	}
}
