import type { HeapGraph } from '../../analysis/heapGraph/heapGraph.ts';
import { KEPT_STRING_BYTES, StringTable } from '../../analysis/heapGraph/stringTable.ts';
import { formatBytes } from '../../protocol/units.ts';
import { errors } from '../errors.ts';
import { ByteSource, SnapshotFault } from './byteSource.ts';
import { readKey, readNumbers, readStrings, readValue } from './jsonPieces.ts';
import { MAX_HEAD_BYTES, parseMeta, type SnapshotMeta } from './snapshotMeta.ts';

export interface ReadOptions {
	onProgress?: (bytes: number, total: number) => void;
	/** What may be allocated; more is refused before it is tried. */
	availableBytes?: number;
}

/** Bytes for each node and edge, those of the analysis that follows included. */
const NODE_BYTES = 90;
const EDGE_BYTES = 14;

/**
 * Reads a `.heapsnapshot` of V8 from Node 20 to 26 into typed arrays, chunk by chunk: about 90 bytes for a node and 14 for an edge,
 * and of each string the first 512 bytes. Throws `badSnapshot`, `snapshotTooLarge` or `cannotRead`.
 */
export function readSnapshot(path: string, options: ReadOptions = {}): HeapGraph {
	let source: ByteSource | undefined;
	try {
		source = new ByteSource(path, options.onProgress);
		return new Reader(source, path, options).read();
	} catch (error) {
		if (error instanceof SnapshotFault) throw errors.badSnapshot(path, error.message);
		if (error instanceof Error && 'code' in error && 'syscall' in error) throw errors.cannotRead(path, error);
		throw error;
	} finally {
		source?.close();
	}
}

type Arrays = Omit<
	{ -readonly [K in keyof HeapGraph]: HeapGraph[K] },
	'strings' | 'nodeCount' | 'edgeCount' | 'nodeTypes' | 'edgeTypes'
>;

class Reader {
	readonly #source: ByteSource;
	readonly #path: string;
	readonly #options: ReadOptions;
	readonly #strings = new StringTable();
	#meta: SnapshotMeta | undefined;
	#arrays: Arrays | undefined;
	#nodes = false;
	#edges = false;
	#hasStrings = false;

	constructor(source: ByteSource, path: string, options: ReadOptions) {
		this.#source = source;
		this.#path = path;
		this.#options = options;
	}

	read(): HeapGraph {
		const source = this.#source;
		source.expect('{', 'its beginning');
		if (!source.accept('}')) {
			do {
				const key = readKey(source);
				source.expect(':', `"${key.slice(0, 40)}"`);
				this.#member(key);
			} while (source.accept(','));
			source.expect('}', 'its end');
		}
		return this.#checked();
	}

	#member(key: string): void {
		const source = this.#source;
		switch (key) {
			case 'snapshot':
				this.#meta = parseMeta(readValue(source, 'its head', MAX_HEAD_BYTES), source.sizeBytes);
				this.#arrays = this.#allocate(this.#meta);
				return;
			case 'nodes':
				this.#readNodes();
				return;
			case 'edges':
				this.#readEdges();
				return;
			case 'strings':
				readStrings(source, 'its strings', KEPT_STRING_BYTES, (bytes, start, end) =>
					this.#strings.add(bytes, start, end),
				);
				this.#hasStrings = true;
				return;
			default:
				// Allocation traces and code positions: only tools that record them fill these in.
				readValue(source, `"${key.slice(0, 40)}"`);
		}
	}

	#allocate({ nodeCount, edgeCount }: SnapshotMeta): Arrays {
		const needed = nodeCount * NODE_BYTES + edgeCount * EDGE_BYTES;
		const { availableBytes } = this.#options;
		if (availableBytes !== undefined && needed > availableBytes) {
			throw errors.snapshotTooLarge(this.#path, formatBytes(needed), formatBytes(availableBytes));
		}
		return {
			nodeType: new Uint8Array(nodeCount),
			nodeName: new Uint32Array(nodeCount),
			nodeId: new Uint32Array(nodeCount),
			selfBytes: new Float64Array(nodeCount),
			firstEdge: new Uint32Array(nodeCount + 1),
			edgeType: new Uint8Array(edgeCount),
			edgeName: new Uint32Array(edgeCount),
			edgeTo: new Uint32Array(edgeCount),
		};
	}

	#prepared(name: string): { meta: SnapshotMeta; arrays: Arrays } {
		if (!this.#meta || !this.#arrays) throw new SnapshotFault(`its ${name} stand before its head.`);
		return { meta: this.#meta, arrays: this.#arrays };
	}

	#readNodes(): void {
		const { meta, arrays } = this.#prepared('nodes');
		const { nodeType, nodeName, nodeId, selfBytes, firstEdge } = arrays;
		const { width, type, name, id, selfSize, edgeCount } = meta.node;
		const { nodeCount } = meta;
		const record = new Float64Array(width);
		let filled = 0;
		let node = 0;
		let edges = 0;
		const read = readNumbers(this.#source, 'its nodes', value => {
			record[filled++] = value;
			if (filled < width) return;
			filled = 0;
			if (node >= nodeCount) throw this.#fault('its nodes', `are more than the ${nodeCount} that its head announces`);
			if ((record[type] as number) >= meta.nodeTypes.length) throw this.#fault('its nodes', 'have an unknown type');
			nodeType[node] = record[type] as number;
			nodeName[node] = record[name] as number;
			nodeId[node] = record[id] as number;
			selfBytes[node] = record[selfSize] as number;
			edges += record[edgeCount] as number;
			if (edges > meta.edgeCount) throw this.#fault('its nodes', `speak of more than ${meta.edgeCount} edges`);
			firstEdge[++node] = edges;
		});
		this.#complete('nodes', read, nodeCount * width);
		if (edges !== meta.edgeCount) {
			throw this.#fault('its nodes', `speak of ${edges} edges, its head of ${meta.edgeCount}`);
		}
		this.#nodes = true;
	}

	#readEdges(): void {
		const { meta, arrays } = this.#prepared('edges');
		const { edgeType, edgeName, edgeTo } = arrays;
		const { width, type, name, to } = meta.edge;
		const { edgeCount, nodeCount } = meta;
		const nodeWidth = meta.node.width;
		const record = new Float64Array(width);
		let filled = 0;
		let edge = 0;
		const read = readNumbers(this.#source, 'its edges', value => {
			record[filled++] = value;
			if (filled < width) return;
			filled = 0;
			if (edge >= edgeCount) throw this.#fault('its edges', `are more than the ${edgeCount} that its head announces`);
			const target = (record[to] as number) / nodeWidth;
			if (target >= nodeCount || !Number.isInteger(target)) throw this.#fault('its edges', 'lead to no node');
			if ((record[type] as number) >= meta.edgeTypes.length) throw this.#fault('its edges', 'have an unknown type');
			edgeType[edge] = record[type] as number;
			edgeName[edge] = record[name] as number;
			edgeTo[edge++] = target;
		});
		this.#complete('edges', read, edgeCount * width);
		this.#edges = true;
	}

	#complete(what: string, read: number, announced: number): void {
		if (read !== announced) {
			throw this.#fault(`its ${what}`, `are ${read} numbers where its head announces ${announced}`);
		}
	}

	#fault(what: string, problem: string): SnapshotFault {
		return new SnapshotFault(`${what}, before byte ${this.#source.offset}, ${problem}.`);
	}

	#checked(): HeapGraph {
		if (!this.#meta) throw new SnapshotFault('it has no "snapshot" that describes one, so it is another kind of file.');
		const { meta, arrays } = this.#prepared('nodes');
		const missing = [!this.#nodes && 'nodes', !this.#edges && 'edges', !this.#hasStrings && 'strings'].filter(Boolean);
		if (missing.length > 0) throw new SnapshotFault(`it has no ${missing.join(' and no ')}.`);
		if (meta.nodeCount === 0) throw new SnapshotFault('it has no objects.');
		const { nodeCount, edgeCount, nodeTypes, edgeTypes } = meta;
		return { ...arrays, nodeCount, edgeCount, nodeTypes, edgeTypes, strings: this.#strings };
	}
}
