import assert from 'node:assert/strict';
import fc from 'fast-check';
import { allocationRows, type FlameNode, flameTree, UNNAMED } from '../../../src/analysis/allocations.ts';
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
