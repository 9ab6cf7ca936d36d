import type { OwnerRow } from '../../protocol/snapshotView.ts';
import { type AnalysedHeap, describeNode, edgeKind, edgeTo, nearestHolder } from './describeNode.ts';
import { edgeText, nodeText, ROOT, typeIndex } from './heapGraph.ts';
import { MAX_PATH, pathText } from './pathText.ts';

/** What V8 calls the contents of an array buffer. */
export const BUFFER_DATA = 'system / JSArrayBufferData';
/** Views and wrappers: they hold the bytes, and somebody else holds them. */
const VIEWS: ReadonlySet<string> = new Set([
	'ArrayBuffer',
	'SharedArrayBuffer',
	'Buffer',
	'FastBuffer',
	'DataView',
	'Int8Array',
	'Uint8Array',
	'Uint8ClampedArray',
	'Int16Array',
	'Uint16Array',
	'Float16Array',
	'Int32Array',
	'Uint32Array',
	'Float32Array',
	'Float64Array',
	'BigInt64Array',
	'BigUint64Array',
]);
const MAX_OWNERS = 10_000;

interface Group {
	readonly className: string;
	readonly edge: string;
	readonly bytes: Map<number, number>;
	buffers: number;
	total: number;
}

/** Ordinals of the contents of all array buffers. */
export function bufferNodes({ graph }: Pick<AnalysedHeap, 'graph'>): number[] {
	const native = typeIndex(graph.nodeTypes, 'native');
	const named = new Map<number, boolean>();
	const found: number[] = [];
	for (let node = 0; node < graph.nodeCount; node++) {
		if (graph.nodeType[node] !== native) continue;
		const name = graph.nodeName[node] as number;
		let isData = named.get(name);
		if (isData === undefined) {
			isData = nodeText(graph, node) === BUFFER_DATA;
			named.set(name, isData);
		}
		if (isData) found.push(node);
	}
	return found;
}

/** Array buffers by who of the program's own objects holds them, those with the most bytes first. Each buffer counts once. */
export function findBufferOwners(heap: AnalysedHeap): OwnerRow[] {
	const groups = new Map<string, Group>();
	for (const data of bufferNodes(heap)) {
		const bytes = heap.graph.selfBytes[data] as number;
		const { owner, edge, className } = ownerOf(heap, data);
		const key = `${className}\n${edge}`;
		let group = groups.get(key);
		if (!group) {
			group = { className, edge, bytes: new Map(), buffers: 0, total: 0 };
			groups.set(key, group);
		}
		group.bytes.set(owner, (group.bytes.get(owner) ?? 0) + bytes);
		group.buffers++;
		group.total += bytes;
	}
	return [...groups.values()]
		.sort((a, b) => b.total - a.total)
		.slice(0, MAX_OWNERS)
		.map((group, id) => ownerRow(heap, group, id));
}

function ownerRow(heap: AnalysedHeap, { className, edge, bytes, buffers, total }: Group, id: number): OwnerRow {
	let largest = ROOT;
	let most = -1;
	for (const [owner, held] of bytes) {
		if (held > most) [largest, most] = [owner, held];
	}
	return {
		id,
		className,
		edge,
		owners: bytes.size,
		buffers,
		bytes: total,
		largest: describeNode(heap, largest),
		path: pathText(heap, largest),
	};
}

/** Up the shortest way, past views and V8's tables, to an object, a function or a variable of the program. */
function ownerOf(heap: AnalysedHeap, data: number): { owner: number; edge: string; className: string } {
	const { graph, classes } = heap;
	let held = data;
	let name = '';
	for (let step = 0; step < MAX_PATH; step++) {
		const holder = nearestHolder(heap, held);
		if (holder === undefined || holder === ROOT) break;
		const edge = edgeTo(heap, holder, held);
		const kind = edge === undefined ? 'internal' : edgeKind(graph, edge);
		const type = graph.nodeTypes[graph.nodeType[holder] as number];
		const className = classes.names[classes.classOf[holder] as number] as string;
		const isView = VIEWS.has(className);
		if (edge !== undefined && !isView) {
			if (kind === 'property') name = edgeText(graph, edge);
			else if (kind === 'element') name = '[]';
			else if (kind === 'variable') {
				// A variable that functions share: it is no object, and its name is all there is to say.
				return { owner: holder, edge: edgeText(graph, edge), className: 'variable' };
			}
		}
		if (!isView && (type === 'object' || type === 'closure')) return { owner: holder, edge: name || '[]', className };
		if (type === 'synthetic') return { owner: held, edge: '', className: nodeText(graph, holder) };
		held = holder;
	}
	return { owner: held, edge: '', className: 'nobody' };
}
