/** Heap snapshots put together by hand, as V8 would write them. */
export interface WrittenNode {
	type?: string;
	name: string;
	id?: number;
	bytes: number;
	edges?: readonly { type?: string; name: string | number; to: number }[];
}

export const NODE_TYPES = [
	'hidden',
	'array',
	'string',
	'object',
	'code',
	'closure',
	'regexp',
	'number',
	'native',
	'synthetic',
];
export const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];

export interface WriteOptions {
	/** Order of the fields of a node, which differs between versions of V8. */
	nodeFields?: readonly string[];
	/** What stands between two numbers. */
	gap?: string;
	/** Instead of the head that belongs there. */
	head?: object;
	/** Further members, before the strings. */
	more?: string;
}

const FIELDS = ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'];

export function heapSnapshot(nodes: readonly WrittenNode[], options: WriteOptions = {}): string {
	const { nodeFields = FIELDS, gap = '' } = options;
	const strings: string[] = ['<dummy>'];
	const index = (text: string): number => {
		const found = strings.indexOf(text);
		return found >= 0 ? found : strings.push(text) - 1;
	};
	const nodeNumbers = nodes.flatMap(({ type = 'object', name, id, bytes, edges = [] }, ordinal) => {
		const values: Record<string, number> = {
			type: NODE_TYPES.indexOf(type),
			name: index(name),
			id: id ?? ordinal * 2 + 1,
			self_size: bytes,
			edge_count: edges.length,
		};
		return nodeFields.map(field => values[field] ?? 0);
	});
	const edgeNumbers = nodes.flatMap(({ edges = [] }) =>
		edges.flatMap(({ type = 'property', name, to }) => [
			EDGE_TYPES.indexOf(type),
			typeof name === 'number' ? name : index(name),
			to * nodeFields.length,
		]),
	);
	const meta = {
		node_fields: nodeFields,
		node_types: nodeFields.map(field => (field === 'type' ? NODE_TYPES : 'number')),
		edge_fields: ['type', 'name_or_index', 'to_node'],
		edge_types: [EDGE_TYPES, 'string_or_number', 'node'],
	};
	const head = options.head ?? { meta, node_count: nodes.length, edge_count: edgeNumbers.length / 3 };
	const list = (numbers: readonly number[]) => `[${numbers.join(`,${gap}`)}]`;
	return [
		`{"snapshot":${JSON.stringify(head)},`,
		`"nodes":${list(nodeNumbers)},`,
		`"edges":${list(edgeNumbers)},`,
		options.more ?? '"trace_function_infos":[],"trace_tree":[],"samples":[],"locations":[],',
		`"strings":[${strings.map(text => JSON.stringify(text)).join(',\n')}]}`,
	].join('\n');
}
