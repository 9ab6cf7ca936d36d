import assert from 'node:assert/strict';
import type { FlameNode } from '../../../src/analysis/allocations.ts';
import { boxAt, layoutFlame, MERGED_ID, moveFocus, nodesAlong, pathOf } from '../../../src/analysis/flameLayout.ts';

const node = (id: number, selfBytes: number, ...children: FlameNode[]): FlameNode => ({
	frame: { id, functionName: `f${id}`, file: '', line: 0, column: 0, kind: 'user' },
	selfBytes,
	selfCount: 1,
	totalBytes: selfBytes + children.reduce((sum, { totalBytes }) => sum + totalBytes, 0),
	selfOffHeapBytes: 0,
	totalOffHeapBytes: 0,
	children,
});
/** Widths: f1 60 (f3 40, f4 20), f2 30, f5 10. */
const root = node(0, 0, node(1, 0, node(3, 40), node(4, 20)), node(2, 30), node(5, 10));
const ids = (boxes: readonly { node: FlameNode }[]) => boxes.map(({ node: { frame } }) => frame.id);

describe('flameLayout', () => {
	it('gives each box the width of its bytes, under its caller', () => {
		const boxes = layoutFlame([root], 0);
		assert.deepEqual(ids(boxes), [0, 1, 2, 5, 3, 4]);
		assert.deepEqual(
			boxes.map(({ x0, x1, depth }) => [Math.round(x0 * 100), Math.round(x1 * 100), depth]),
			[
				[0, 100, 0],
				[0, 60, 1],
				[60, 90, 1],
				[90, 100, 1],
				[0, 40, 2],
				[40, 60, 2],
			],
		);
	});

	it('leaves out what could not be seen', () => {
		assert.deepEqual(ids(layoutFlame([root], 0.25)), [0, 1, 2, 3]);
	});

	it('makes one box of callees that are too narrow for their own, and takes it for their caller', () => {
		const narrow = Array.from({ length: 10 }, (_, i) => node(10 + i, 4));
		const boxes = layoutFlame([node(0, 0, node(1, 60), ...narrow)], 0.1);
		assert.deepEqual(ids(boxes), [0, 1, MERGED_ID]);
		const [, , merged] = boxes;
		assert.deepEqual([merged?.merged, merged?.node.totalBytes, merged?.x1], [10, 40, 1]);
		assert.deepEqual(pathOf(boxes, 2), []);
	});

	it('places no more boxes than fit, however large the tree', () => {
		let next = 1;
		const grown = (depth: number, bytes: number): FlameNode =>
			depth === 0
				? node(next++, bytes)
				: node(next++, 0, ...Array.from({ length: 10 }, (_, i) => grown(depth - 1, bytes + i)));
		const boxes = layoutFlame([grown(4, 5)], 1 / 500);
		assert.ok(next > 11_000 && boxes.length <= 500 * 5);
		for (const [i, box] of boxes.entries()) {
			const middle = (box.x0 + box.x1) / 2;
			assert.equal(boxAt(boxes, box.depth, middle), i);
			if (i > 0) assert.ok(box.depth > (boxes[i - 1]?.depth ?? 0) || box.x0 >= (boxes[i - 1]?.x1 ?? 0) - 1e-9);
		}
		assert.equal(boxAt(boxes, 99, 0.5), -1);
		assert.equal(boxAt(boxes, 1, 1.5), -1);
	});

	it('zooms: the callers stay above at full width', () => {
		const boxes = layoutFlame(nodesAlong(root, [1, 3]), 0);
		assert.deepEqual(ids(boxes), [0, 1, 3]);
		assert.ok(boxes.every(({ x0, x1 }) => x0 === 0 && x1 === 1));
		assert.deepEqual(
			boxes.map(({ ancestor }) => ancestor),
			[true, true, false],
		);
	});

	it('follows a path as far as another profile has it', () => {
		assert.deepEqual(
			nodesAlong(root, [1, 99, 3]).map(({ frame }) => frame.id),
			[0, 1],
		);
		const boxes = layoutFlame([root], 0);
		assert.deepEqual(
			boxes.map((_, i) => pathOf(boxes, i)),
			[[], [1], [2], [5], [1, 3], [1, 4]],
		);
	});

	it('moves the keyboard focus to what lies in that direction', () => {
		const boxes = layoutFlame([root], 0);
		const move = (id: number, direction: 'caller' | 'callee' | 'left' | 'right') =>
			ids(boxes)[moveFocus(boxes, ids(boxes).indexOf(id), direction)];
		assert.equal(move(0, 'callee'), 1);
		assert.equal(move(1, 'callee'), 3);
		assert.equal(move(3, 'callee'), 3);
		assert.equal(move(4, 'caller'), 1);
		assert.equal(move(0, 'caller'), 0);
		assert.equal(move(1, 'right'), 2);
		assert.equal(move(5, 'left'), 2);
		assert.equal(move(1, 'left'), 1);
	});

	it('lays out an empty profile and a very deep one', () => {
		assert.deepEqual(ids(layoutFlame([node(0, 0)], 0)), [0]);
		let deep = node(20_000, 1);
		for (let i = 19_999; i >= 0; i--)
			deep = { ...deep, frame: { ...deep.frame, id: i }, selfBytes: 0, children: [deep] };
		assert.equal(layoutFlame([deep], 0).length, 20_001);
	});
});
