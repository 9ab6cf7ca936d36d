import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
	allocationRows,
	type BytesByNode,
	type FlameNode,
	flameTree,
	UNNAMED,
} from '../../../src/analysis/allocations.ts';
import type { CallTreeNode } from '../../../src/analysis/sessionModel.ts';
import { onlyUserFrames } from '../../../src/analysis/userFrames.ts';
import type { AllocationsEntry, FrameKind } from '../../../src/protocol/entries.ts';

const node = (id: number, parent: number, frame: number, kind: FrameKind = 'user'): [number, CallTreeNode] => [
	id,
	{ id, parent, frame: { id: frame, functionName: `f${frame}`, file: '/a.js', line: frame, column: 1, kind } },
];
const profile = (live: AllocationsEntry['live']): AllocationsEntry => ({
	type: 'allocations',
	t: 0,
	cause: 'request',
	intervalBytes: 1,
	costMs: 0,
	live,
});

/** root → a → b → a (recursion), and a → ours → c */
const nodes = new Map([
	node(1, 0, 1, 'native'),
	node(2, 1, 2),
	node(3, 2, 3),
	node(4, 3, 2),
	node(5, 2, 5, 'profiler'),
	node(6, 5, 6, 'dependency'),
]);
const live = profile([
	[2, 10, 1],
	[3, 20, 2],
	[4, 40, 4],
	[5, 80, 8],
	[6, 160, 16],
]);

const selfSum = (tree: FlameNode): number =>
	tree.selfBytes + tree.children.reduce((sum, child) => sum + selfSum(child), 0);

describe('allocations', () => {
	it('builds a tree whose totals are self plus callees', () => {
		const tree = flameTree(nodes, live);
		assert.equal(tree.totalBytes, 310);
		const [a] = tree.children;
		assert.deepEqual([a?.frame.functionName, a?.totalBytes, a?.selfBytes, a?.selfCount], ['f2', 310, 90, 9]);
		assert.deepEqual(
			a?.children.map(({ frame, totalBytes }) => [frame.functionName, totalBytes]),
			[
				['f6', 160],
				['f3', 60],
			],
		);
	});

	it("leaves out V8's nameless entry into JavaScript unless it holds something itself", () => {
		const unnamed = { id: 2, functionName: UNNAMED, file: '', line: 0, column: 0, kind: 'native' as const };
		const entered = new Map([node(1, 0, 1), [2, { id: 2, parent: 1, frame: unnamed }] as const, node(3, 2, 3)]);
		assert.equal(flameTree(entered, profile([[3, 5, 1]])).children[0]?.frame.functionName, 'f3');
		assert.equal(flameTree(entered, profile([[2, 5, 1]])).children[0]?.frame.functionName, UNNAMED);
	});

	it('gives the bytes of our own frames to their caller', () => {
		const names = allocationRows(nodes, live).map(({ frame }) => frame.functionName);
		assert.equal(names.includes('f5'), false);
	});

	it('gives what a built-in holds outside the heap to the line that called it, in rows only', () => {
		const tree = new Map([node(1, 0, 1), node(2, 1, 2), node(3, 2, 3, 'native')]);
		const offHeap = { live: [], offHeap: [[3, 0, 0, 50, 2]] as [number, number, number, number, number][] };
		assert.deepEqual(
			allocationRows(tree, offHeap).map(row => [row.frame.id, row.selfBytes, row.selfOffHeapBytes, row.totalBytes]),
			[[2, 50, 50, 50]],
		);
		assert.equal(flameTree(tree, offHeap).children[0]?.children[0]?.frame.id, 3);
		assert.deepEqual(
			allocationRows(tree, { live: [[3, 50, 2]] }).map(({ frame, selfBytes }) => [frame.id, selfBytes]),
			[
				[3, 50],
				[2, 0],
			],
		);
	});

	describe('of memory on the heap and outside it', () => {
		const call = (id: number, parent: number, name: string, line: number, begins: number): [number, CallTreeNode] => [
			id,
			{
				id,
				parent,
				frame: {
					id: id + 100,
					functionName: name,
					file: '/a.js',
					line,
					column: 3,
					functionLine: begins,
					kind: 'user',
				},
			},
		];
		const onHeap = (id: number, parent: number, name: string, line: number): [number, CallTreeNode] => {
			const [, made] = node(id, parent, id);
			return [id, { ...made, frame: { ...made.frame, functionName: name, line } }];
		};
		// main (line 1) calls load (line 10) at lines 3 and 4; load asks for buffers at lines 12 and 13.
		const both = new Map([
			node(1, 0, 1, 'native'),
			onHeap(2, 1, 'main', 1),
			onHeap(3, 2, 'load', 10),
			call(12, 1, 'main', 3, 1),
			call(13, 12, 'load', 12, 10),
			node(14, 13, 900, 'native'),
			call(15, 1, 'main', 4, 1),
			call(16, 15, 'load', 13, 10),
			node(17, 16, 900, 'native'),
			// Another call on line 12.
			call(18, 15, 'load', 12, 10),
		]);
		const held = {
			live: [
				[2, 1, 1],
				[3, 2, 1],
			] as [number, number, number][],
			offHeap: [14, 17, 18].map((id, i): [number, number, number, number, number] => [id, 0, 0, 10 * (i + 1), 1]),
		};
		const shape = (tree: FlameNode): unknown[] => [
			`${tree.frame.functionName}:${tree.frame.line} ${tree.totalBytes}`,
			...tree.children.map(shape),
		];

		it('has one box for a function, and one for each of its lines below it', () => {
			for (const shown of [both, onlyUserFrames(both)]) {
				const tree = flameTree(shown, held);
				const builtIn = (bytes: number) => (shown === both ? [[`f900:900 ${bytes}`]] : []);
				assert.deepEqual(shape(tree), [
					'(all):0 63',
					['main:1 63', ['load:10 62', ['load:12 40', ...builtIn(10)], ['load:13 20', ...builtIn(20)]]],
				]);
				assert.deepEqual([tree.totalOffHeapBytes, selfSum(tree)], [60, 63]);
			}
		});

		it('has a row for a function and one for each of its lines, which add up', () => {
			const rows = allocationRows(both, held);
			assert.deepEqual(
				rows.map(({ frame, selfBytes, selfOffHeapBytes, totalBytes }) => [
					`${frame.functionName}:${frame.line}`,
					selfBytes,
					selfOffHeapBytes,
					totalBytes,
				]),
				[
					['load:12', 40, 40, 40],
					['load:13', 20, 20, 20],
					['load:10', 2, 0, 62],
					['main:1', 1, 0, 63],
				],
			);
			assert.equal(new Set(rows.map(({ frame }) => frame.id)).size, rows.length);
		});

		it('keeps the id of a function when more of it becomes known', () => {
			const known = (nodes: ReadonlyMap<number, CallTreeNode>) =>
				flameTree(nodes, { live: [], offHeap: held.offHeap }).children.map(({ frame }) => frame.id);
			const without = new Map([...both].filter(([id]) => id !== 2 && id !== 3));
			const later = new Map([...without, onHeap(202, 1, 'main', 1), onHeap(203, 202, 'load', 10)]);
			assert.deepEqual(known(without), known(later));
		});

		it('names the line of the user where a package or Node asked for the bytes', () => {
			const read = new Map([...both, node(20, 13, 20, 'dependency'), node(21, 20, 900, 'native')]);
			const offHeap = { live: [], offHeap: [[21, 0, 0, 8, 1]] as [number, number, number, number, number][] };
			assert.deepEqual(shape(flameTree(read, offHeap)), [
				'(all):0 8',
				['main:1 8', ['load:10 8', ['load:12 8', ['f20:20 8', ['f900:900 8']]]]],
			]);
			assert.deepEqual(
				allocationRows(read, offHeap).map(({ frame, selfBytes, totalBytes }) => [frame.line, selfBytes, totalBytes]),
				[
					[20, 8, 8],
					[12, 0, 8],
					[10, 0, 8],
					[1, 0, 8],
				],
			);
		});

		it('does not tell functions of one name on one line apart by guessing', () => {
			const several = new Map([...both, onHeap(30, 1, 'load', 10)]);
			const { children } = flameTree(several, { ...held, live: [...held.live, [30, 7, 1]] });
			assert.deepEqual(
				children.map(({ frame, totalBytes }) => [frame.functionName, totalBytes]),
				[
					['main', 63],
					['load', 7],
				],
			);
			assert.deepEqual(
				children[0]?.children.map(({ totalBytes }) => totalBytes),
				[60, 2],
			);
		});

		it('does not split at an await', () => {
			const queue = node(40, 12, 40, 'node');
			queue[1].frame.functionName = 'processTicksAndRejections';
			const awaited = new Map([...both, queue, call(41, 40, 'load', 12, 10)]);
			const offHeap = [...held.offHeap, [41, 0, 0, 5, 1] as [number, number, number, number, number]];
			assert.deepEqual(shape(flameTree(onlyUserFrames(awaited), { live: [], offHeap })), [
				'(all):0 65',
				['main:1 65', ['load:10 65', ['load:12 45'], ['load:13 20']]],
			]);
			assert.equal(flameTree(awaited, { live: [], offHeap }).children[0]?.children.length, 1);
		});
	});

	it('counts a recursive function once per stack', () => {
		const rows = allocationRows(nodes, live);
		const a = rows.find(({ frame }) => frame.id === 2);
		assert.deepEqual([a?.selfBytes, a?.totalBytes, a?.selfCount], [130, 310, 13]);
	});

	it('keeps bytes of nodes that nobody described', () => {
		const unknown = profile([[77, 5, 1]]);
		assert.equal(flameTree(nodes, unknown).selfBytes, 5);
		assert.deepEqual(
			allocationRows(nodes, unknown).map(({ frame, selfBytes, totalBytes }) => [frame.id, selfBytes, totalBytes]),
			[[0, 5, 5]],
		);
	});

	it('adds up: rows, tree and profile have the same sum, with and without foreign frames', () => {
		const kinds: FrameKind[] = ['user', 'dependency', 'node', 'native', 'profiler'];
		const anyTree = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 9 }), fc.constantFrom(...kinds)), {
			minLength: 1,
			maxLength: 40,
		});
		fc.assert(
			fc.property(anyTree, fc.array(fc.nat(1_000), { minLength: 40, maxLength: 40 }), (shape, bytes) => {
				const tree = new Map(
					shape.map(([parent, frame, kind], i) => node(i + 1, i === 0 ? 0 : (parent % i) + 1, frame, kind)),
				);
				const entry = profile(shape.map((_, i) => [i + 1, bytes[i] ?? 0, 1]));
				const sum = entry.live.reduce((total, [, own]) => total + own, 0);
				for (const shown of [tree, onlyUserFrames(tree)]) {
					assert.equal(flameTree(shown, entry).totalBytes, sum);
					assert.equal(selfSum(flameTree(shown, entry)), sum);
					assert.equal(
						allocationRows(shown, entry).reduce((total, { selfBytes }) => total + selfBytes, 0),
						sum,
					);
				}
			}),
		);
	});

	it('adds up with call lines of any tree', () => {
		const step = fc.record({
			parent: fc.nat(),
			frame: fc.integer({ min: 1, max: 9 }),
			begins: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
			kind: fc.constantFrom<FrameKind>('user', 'dependency', 'node', 'native', 'profiler'),
			bytes: fc.nat(1_000),
		});
		fc.assert(
			fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), steps => {
				const tree = new Map<number, CallTreeNode>();
				for (const [i, { parent, frame, begins, kind }] of steps.entries()) {
					const [id, made] = node(i + 1, i === 0 ? 0 : (parent % i) + 1, frame, kind);
					const call =
						begins === undefined ? {} : { id: frame * 10 + begins, functionLine: begins, functionName: 'f1' };
					tree.set(id, { ...made, frame: { ...made.frame, ...call } });
				}
				const held: BytesByNode = {
					live: steps.map(({ bytes }, i) => [i + 1, bytes, 1]),
					offHeap: steps.map(({ bytes }, i) => [i + 1, 0, 0, 2 * bytes, 1]),
				};
				const sum = steps.reduce((total, { bytes }) => total + bytes, 0);
				for (const shown of [tree, onlyUserFrames(tree)]) {
					const flame = flameTree(shown, held);
					assert.deepEqual([flame.totalBytes, selfSum(flame), flame.totalOffHeapBytes], [3 * sum, 3 * sum, 2 * sum]);
					const rows = allocationRows(shown, held);
					assert.equal(
						rows.reduce((total, { selfBytes }) => total + selfBytes, 0),
						3 * sum,
					);
					assert.equal(
						rows.reduce((total, { selfOffHeapBytes }) => total + selfOffHeapBytes, 0),
						2 * sum,
					);
				}
			}),
		);
	});

	it('shows only the user’s functions when asked, with what they called', () => {
		const rows = allocationRows(onlyUserFrames(nodes), live);
		assert.deepEqual(
			rows.map(({ frame, selfBytes }) => [frame.id, selfBytes]),
			[
				[2, 290],
				[3, 20],
			],
		);
	});

	it('stands a call tree of any depth', () => {
		const deep = new Map(Array.from({ length: 20_000 }, (_, i) => node(i + 1, i, i + 1)));
		assert.equal(flameTree(deep, profile([[20_000, 7, 1]])).totalBytes, 7);
	});
});
