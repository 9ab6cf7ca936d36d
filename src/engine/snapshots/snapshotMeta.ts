import { arrayOf, isCount, isRecord, isString } from '../../protocol/guards.ts';
import { SnapshotFault } from './byteSource.ts';

/** What the head of a snapshot says of the numbers that follow. Fields are found by name: their order differs between versions. */
export interface SnapshotMeta {
	readonly nodeCount: number;
	readonly edgeCount: number;
	readonly nodeTypes: readonly string[];
	readonly edgeTypes: readonly string[];
	readonly node: {
		readonly width: number;
		readonly type: number;
		readonly name: number;
		readonly id: number;
		readonly selfSize: number;
		readonly edgeCount: number;
	};
	readonly edge: { readonly width: number; readonly type: number; readonly name: number; readonly to: number };
}

/** The file can have no more numbers than this many bytes allow: one digit and one comma each. */
const BYTES_PER_NUMBER = 2;
/** Longest head that is believed; real ones have 3 KB. */
export const MAX_HEAD_BYTES = 1 << 20;

export function parseMeta(text: string, fileBytes: number): SnapshotMeta {
	const head = parsed(text);
	const meta = isRecord(head) ? head.meta : undefined;
	if (!isRecord(head) || !isRecord(meta)) throw new SnapshotFault('its head has no "meta".');
	const nodeFields = names(meta.node_fields, 'node_fields');
	const edgeFields = names(meta.edge_fields, 'edge_fields');
	const node = {
		width: nodeFields.length,
		type: place(nodeFields, 'type'),
		name: place(nodeFields, 'name'),
		id: place(nodeFields, 'id'),
		selfSize: place(nodeFields, 'self_size'),
		edgeCount: place(nodeFields, 'edge_count'),
	};
	const edge = {
		width: edgeFields.length,
		type: place(edgeFields, 'type'),
		name: place(edgeFields, 'name_or_index'),
		to: place(edgeFields, 'to_node'),
	};
	const nodeCount = count(head.node_count, 'node_count');
	const edgeCount = count(head.edge_count, 'edge_count');
	if ((nodeCount * node.width + edgeCount * edge.width) * BYTES_PER_NUMBER > fileBytes) {
		throw new SnapshotFault(
			`its head speaks of ${nodeCount} nodes and ${edgeCount} edges, which ${fileBytes} bytes cannot hold.`,
		);
	}
	return {
		nodeCount,
		edgeCount,
		nodeTypes: types(meta.node_types, node.type, 'node_types'),
		edgeTypes: types(meta.edge_types, edge.type, 'edge_types'),
		node,
		edge,
	};
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new SnapshotFault('its head is damaged.', { cause });
	}
}

function names(value: unknown, name: string): string[] {
	if (!arrayOf(isString)(value)) throw new SnapshotFault(`its head has no "${name}".`);
	return value as string[];
}

function place(fields: readonly string[], name: string): number {
	const found = fields.indexOf(name);
	if (found < 0) throw new SnapshotFault(`its head has no field "${name}".`);
	return found;
}

function count(value: unknown, name: string): number {
	if (!isCount(value) || !Number.isInteger(value) || value > 0xffff_fffe) {
		throw new SnapshotFault(`its head has no "${name}" that is a count.`);
	}
	return value;
}

function types(value: unknown, field: number, name: string): string[] {
	const list = Array.isArray(value) ? value[field] : undefined;
	if (!arrayOf(isString)(list) || (list as string[]).length > 256)
		throw new SnapshotFault(`its head has no "${name}".`);
	return list as string[];
}
