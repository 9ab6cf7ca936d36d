import type { Dominators } from './dominators.ts';
import { edgeText, type HeapGraph, nodeText, ROOT, typeIndex } from './heapGraph.ts';

/** Objects grouped as a person thinks of them: by constructor, plain objects by their properties, V8's own by kind. */
export interface HeapClasses {
	readonly names: readonly string[];
	readonly classOf: Uint32Array;
	readonly count: Uint32Array;
	readonly selfBytes: Float64Array;
}

/** A shape with fewer objects is listed under `Object`. */
const SHAPE_OBJECTS = 20;
/** Objects of one hidden class that are looked at for the names of their properties. */
const LOOKED_AT = 16;
const SHAPE_NAMES = 6;
/** With more properties an object is used as a dictionary, and its keys are no shape. */
const MANY_PROPERTIES = 40;

const KIND_NAMES: Readonly<Record<string, string>> = {
	hidden: '(system)',
	code: '(compiled code)',
	closure: 'Function',
	regexp: 'RegExp',
	'concatenated string': '(string)',
	'sliced string': '(string)',
};

export function groupClasses(graph: HeapGraph): HeapClasses {
	const { nodeCount, nodeType, nodeName, nodeTypes, selfBytes } = graph;
	const names: string[] = [];
	const byText = new Map<string, number>();
	const classNamed = (text: string): number => {
		let found = byText.get(text);
		if (found === undefined) {
			found = names.length;
			names.push(text);
			byText.set(text, found);
		}
		return found;
	};
	const object = typeIndex(nodeTypes, 'object');
	const native = typeIndex(nodeTypes, 'native');
	const kinds = nodeTypes.map(type => classNamed(KIND_NAMES[type] ?? `(${type})`));
	// Names repeat: each string is decoded once.
	const byString = new Map<number, number>();
	const classOf = new Uint32Array(nodeCount);
	for (let node = 0; node < nodeCount; node++) {
		const type = nodeType[node] as number;
		if (type !== object && type !== native) {
			classOf[node] = kinds[type] as number;
			continue;
		}
		const name = nodeName[node] as number;
		let found = byString.get(name);
		if (found === undefined) {
			found = classNamed(nodeText(graph, node));
			byString.set(name, found);
		}
		classOf[node] = found;
	}
	nameShapes(graph, classOf, byText.get('Object'), classNamed);
	const count = new Uint32Array(names.length);
	const bytes = new Float64Array(names.length);
	for (let node = 0; node < nodeCount; node++) {
		const at = classOf[node] as number;
		(count[at] as number)++;
		(bytes[at] as number) += selfBytes[node] as number;
	}
	return { names, classOf, count, selfBytes: bytes };
}

interface Shape {
	count: number;
	names: Set<string>;
	/** Most names that one object has. */
	own: number;
	dictionary: boolean;
}

/** Plain objects are all called `Object`; those with one hidden class are told apart by their properties: `{id, name}`. */
function nameShapes(
	graph: HeapGraph,
	classOf: Uint32Array,
	plain: number | undefined,
	classNamed: (text: string) => number,
): void {
	if (plain === undefined) return;
	const hiddenClassOf = findsHiddenClass(graph);
	const shapes = new Map<number, Shape>();
	for (let node = 0; node < graph.nodeCount; node++) {
		if (classOf[node] !== plain) continue;
		const hiddenClass = hiddenClassOf(node);
		let shape = shapes.get(hiddenClass);
		if (!shape) {
			shape = { count: 0, names: new Set(), own: 0, dictionary: hiddenClass === ROOT };
			shapes.set(hiddenClass, shape);
		}
		if (shape.count++ < LOOKED_AT && !shape.dictionary) addProperties(graph, node, shape);
	}
	const texts = new Map<number, string>();
	const counts = new Map<string, number>();
	for (const [hiddenClass, { names, count, dictionary }] of shapes) {
		if (dictionary || names.size === 0) continue;
		const shown = [...names].slice(0, SHAPE_NAMES);
		const text = `{${shown.join(', ')}${names.size > SHAPE_NAMES ? ', …' : ''}}`;
		texts.set(hiddenClass, text);
		counts.set(text, (counts.get(text) ?? 0) + count);
	}
	for (let node = 0; node < graph.nodeCount; node++) {
		if (classOf[node] !== plain) continue;
		const text = texts.get(hiddenClassOf(node));
		if (text !== undefined && (counts.get(text) ?? 0) >= SHAPE_OBJECTS) classOf[node] = classNamed(text);
	}
}

function addProperties(graph: HeapGraph, node: number, shape: Shape): void {
	const property = typeIndex(graph.edgeTypes, 'property');
	const first = graph.firstEdge[node] as number;
	const end = graph.firstEdge[node + 1] as number;
	if (end - first > MANY_PROPERTIES) {
		shape.dictionary = true;
		return;
	}
	let own = 0;
	for (let edge = first; edge < end; edge++) {
		if (graph.edgeType[edge] !== property) continue;
		const name = edgeText(graph, edge);
		if (name === '__proto__') continue;
		shape.names.add(name);
		own++;
	}
	shape.own = Math.max(shape.own, own);
	// Objects of one shape have the same names (small numbers are no edges); dictionaries share a hidden class, not their keys.
	if (shape.names.size > shape.own + 3) shape.dictionary = true;
}

/** Gives the node of V8's hidden class of an object, or the root where the snapshot names none. */
function findsHiddenClass({ edgeTypes, edgeType, edgeName, edgeTo, firstEdge, strings }: HeapGraph) {
	const internal = typeIndex(edgeTypes, 'internal');
	// By string, 1 or 2: whether it is the name that is looked for; 0: not asked yet.
	const isMap = new Uint8Array(strings.count);
	return (node: number): number => {
		for (let edge = (firstEdge[node + 1] as number) - 1; edge >= (firstEdge[node] as number); edge--) {
			if (edgeType[edge] !== internal) continue;
			const name = edgeName[edge] as number;
			if (isMap[name] === 0) isMap[name] = strings.text(name) === 'map' ? 1 : 2;
			if (isMap[name] === 1) return edgeTo[edge] as number;
		}
		return ROOT;
	};
}

/** What would go with all objects of a class: what an object retains counts once, not again for one of its class inside it. */
export function retainedByClass(
	{ names, classOf }: HeapClasses,
	{ dominator, retainedBytes }: Dominators,
): Float64Array {
	const nodeCount = classOf.length;
	const firstChild = new Uint32Array(nodeCount + 1);
	for (let node = 1; node < nodeCount; node++) (firstChild[(dominator[node] as number) + 1] as number)++;
	for (let node = 0; node < nodeCount; node++) (firstChild[node + 1] as number) += firstChild[node] as number;
	const child = new Uint32Array(nodeCount);
	const next = firstChild.slice(0, nodeCount);
	for (let node = 1; node < nodeCount; node++) child[(next[dominator[node] as number] as number)++] = node;
	next.set(firstChild.subarray(0, nodeCount));

	const sums = new Float64Array(names.length);
	const above = new Uint32Array(names.length);
	const stack = new Uint32Array(nodeCount);
	let depth = 0;
	const enter = (node: number) => {
		const at = classOf[node] as number;
		if (above[at] === 0) (sums[at] as number) += retainedBytes[node] as number;
		(above[at] as number)++;
		stack[depth++] = node;
	};
	enter(ROOT);
	while (depth > 0) {
		const node = stack[depth - 1] as number;
		const entry = next[node] as number;
		if (entry < (firstChild[node + 1] as number)) {
			next[node] = entry + 1;
			enter(child[entry] as number);
		} else {
			(above[classOf[node] as number] as number)--;
			depth--;
		}
	}
	return sums;
}
