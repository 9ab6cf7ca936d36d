import assert from 'node:assert/strict';
import { HeapAnalysis } from '../../../../src/analysis/heapGraph/heapAnalysis.ts';
import type { WrittenNode } from '../../../support/heapFiles.ts';
import { heapGraph } from '../../../support/heapGraphs.ts';

const DATA = 'system / JSArrayBufferData';

/** A global object with a cache whose rows have buffers, V8's own roots, and something that only a weak reference reaches. */
const nodes: WrittenNode[] = [
	{
		type: 'synthetic',
		name: '',
		bytes: 0,
		edges: [
			{ type: 'shortcut', name: 'global', to: 1 },
			{ type: 'element', name: 1, to: 9 },
		],
	},
	{ name: 'global', bytes: 8, edges: [{ name: 'cache', to: 2 }] },
	{
		name: 'Cache',
		bytes: 16,
		edges: [
			{ type: 'internal', name: 'elements', to: 3 },
			{ type: 'weak', name: 'seen', to: 8 },
		],
	},
	{
		type: 'array',
		name: '',
		bytes: 24,
		edges: [
			{ type: 'element', name: 0, to: 4 },
			{ type: 'element', name: 1, to: 5 },
		],
	},
	{ name: 'Row', bytes: 32, edges: [{ name: 'pixels', to: 6 }] },
	{ name: 'Row', bytes: 32, edges: [{ name: 'pixels', to: 6 }] },
	{ name: 'Uint8Array', bytes: 40, edges: [{ type: 'internal', name: 'backing_store', to: 7 }] },
	{ type: 'native', name: DATA, bytes: 1_000 },
	{ name: 'Seen', bytes: 64 },
	{ type: 'synthetic', name: '(GC roots)', bytes: 0, edges: [{ type: 'element', name: 0, to: 4 }] },
];
const all = { search: '', from: 0, count: 100, sort: 'retainedBytes', descending: true } as const;

describe('A heap that was looked through', () => {
	const heap = new HeapAnalysis(heapGraph(nodes));
	const classNamed = (name: string) => heap.classes(all).rows.find(row => row.name === name);

	it('lists classes by any column, in pages, and finds them by a part of the name', () => {
		const { rows, total } = heap.classes(all);
		assert.equal(total, rows.length);
		assert.ok(rows.every((row, i) => i === 0 || row.retainedBytes <= (rows[i - 1]?.retainedBytes ?? 0)));
		assert.deepEqual(heap.classes({ ...all, from: 1, count: 2 }), { rows: rows.slice(1, 3), total });
		assert.deepEqual(
			heap.classes({ ...all, search: ' ROW ' }).rows.map(({ name, count }) => [name, count]),
			[['Row', 2]],
		);
		const byName = heap.classes({ ...all, sort: 'name', descending: false }).rows.map(({ name }) => name);
		assert.deepEqual(byName, [...byName].sort());
	});

	it('gives a buffer that two rows share to neither, but to what holds both', () => {
		assert.equal(classNamed('Row')?.retainedBytes, 64);
		assert.equal(classNamed('Cache')?.retainedBytes, 16 + 24 + 32);
		const { rows } = heap.objects({ classId: classNamed('Row')?.id ?? -1, from: 0, count: 9 });
		assert.deepEqual(
			rows.map(({ retainedBytes }) => retainedBytes),
			[32, 32],
		);
	});

	it('prefers the way from a global object', () => {
		const path = heap.path({ node: 4 });
		assert.deepEqual(
			path.map(({ edge, className }) => `${edge} in ${className}`),
			['0 in (array)', 'elements in Cache', 'cache in global', 'global in (synthetic)'],
		);
		const holders = heap.retainers({ node: 4, from: 0, count: 10 });
		assert.deepEqual(
			holders.rows.map(({ node }) => node),
			[3, 9],
		);
		assert.equal(holders.rows[0]?.edgeKind, 'element');
	});

	it('says that nothing holds what only weak references reach', () => {
		assert.deepEqual(heap.path({ node: 8 }), []);
		assert.deepEqual(heap.retainers({ node: 8, from: 0, count: 10 }), { rows: [], total: 0 });
		const seen = heap.objects({ classId: classNamed('Seen')?.id ?? -1, from: 0, count: 1 }).rows[0];
		assert.equal(seen?.distance, undefined);
	});

	it('counts each array buffer once, with the nearest object of the program', () => {
		const { rows } = heap.owners({ from: 0, count: 10 });
		assert.equal(rows.length, 1);
		const [row] = rows;
		assert.equal(`${row?.className} ${row?.edge}`, 'Row pixels');
		assert.deepEqual([row?.bytes, row?.buffers, row?.owners], [1_000, 1, 1]);
		assert.equal(row?.path, 'global.cache[]');
		assert.equal(heap.summary('x', 1).bufferBytes, 1_000);
	});

	it('refuses an object that is not there', () => {
		assert.throws(() => heap.path({ node: nodes.length }), /no such object/);
		assert.throws(() => heap.retainers({ node: 1e9, from: 0, count: 1 }), /no such object/);
	});

	it('is compared by identity where names agree, and lists only what changed', () => {
		const grown = nodes.map((node, i) => (i === 2 ? { ...node, bytes: 48 } : i === 5 ? { ...node, id: 1_001 } : node));
		const after = new HeapAnalysis(heapGraph(grown));
		assert.equal(after.compare(heap.contents).by, 'object');
		const { rows } = after.changes({ ...all, sort: 'bytesChange' });
		assert.deepEqual(
			rows.map(({ name, newCount, deletedCount, grownBytes }) => [name, newCount, deletedCount, grownBytes]),
			[
				['Cache', 0, 0, 32],
				['Row', 1, 1, 0],
			],
		);
	});

	it('is compared by class where the same numbers are other objects', () => {
		const shifted = nodes.map((node, i) => ({ ...node, id: ((i + 3) % nodes.length) * 2 + 1 }));
		const after = new HeapAnalysis(heapGraph([...shifted, { name: 'Row', bytes: 32 }]));
		assert.equal(after.compare(heap.contents).by, 'class');
		assert.deepEqual(after.changes({ ...all, sort: 'countChange' }).rows, [
			{ name: 'Row', countChange: 1, bytesChange: 32 },
		]);
	});

	it('tells plain objects apart by their properties where there are enough, but not dictionaries', () => {
		const shaped = (names: string[], shape: number): WrittenNode => ({
			name: 'Object',
			bytes: 8,
			edges: [
				...names.map(name => ({ name, to: 0 })),
				{ name: '__proto__', to: 0 },
				{ type: 'internal', name: 'map', to: shape },
			],
		});
		const graph = heapGraph([
			{ name: 'global', bytes: 0 },
			{ type: 'hidden', name: 'map', bytes: 0 },
			{ type: 'hidden', name: 'map', bytes: 0 },
			{ type: 'hidden', name: 'map', bytes: 0 },
			...Array.from({ length: 20 }, () => shaped(['id', 'tags'], 1)),
			...Array.from({ length: 19 }, () => shaped(['few'], 2)),
			...Array.from({ length: 50 }, (_, i) => shaped([`key ${i}`], 3)),
		]);
		const counts = new HeapAnalysis(graph).classes({ ...all, sort: 'count' }).rows.map(row => [row.name, row.count]);
		assert.deepEqual(counts.slice(0, 2), [
			['Object', 69],
			['{id, tags}', 20],
		]);
	});
});
