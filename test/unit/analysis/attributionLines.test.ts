import assert from 'node:assert/strict';
import { lineFigures } from '../../../src/analysis/attributionLines.ts';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import type { Entry, Frame } from '../../../src/protocol/entries.ts';
import { sampleHeader } from '../../support/sampleSession.ts';

const frame = (id: number, functionName: string, file: string, line: number, kind: Frame['kind']): Frame => ({
	id,
	functionName,
	file,
	line,
	column: 1,
	kind,
});
const entries: Entry[] = [
	{
		type: 'callTree',
		t: 0,
		frames: [
			frame(1, '(root)', '', 0, 'native'),
			frame(2, 'load', '/a.mjs', 3, 'user'),
			frame(3, 'parse', '/node_modules/p/p.js', 9, 'dependency'),
			frame(4, 'load', '/a.mjs', 7, 'user'),
		],
		nodes: [
			[1, 0, 1],
			[2, 1, 2],
			[3, 2, 3],
			[4, 1, 4],
		],
	},
	{
		type: 'allocations',
		t: 1_000,
		cause: 'schedule',
		intervalBytes: 1,
		costMs: 0,
		live: [
			[1, 100, 1],
			[2, 200, 1],
			[3, 300, 1],
		],
	},
	{
		type: 'offHeap',
		t: 2_000,
		intervalBytes: 1,
		allocated: [[4, 0, 0, 400, 1]],
		freed: [],
		liveBytes: 400,
		arrayBuffersBytes: 400,
	},
];

describe('lineFigures', () => {
	const model = new SessionModel(sampleHeader);
	for (const entry of entries) {
		model.apply(entry);
		model.apply({ ...entry, process: 2 });
	}

	it('gives packages to the line that called them, and tells the beginning of a function from a call', () => {
		assert.deepEqual(lineFigures(model, { process: 1 }), [
			{ file: '/a.mjs', line: 3, heapBytes: 500, offHeapBytes: 0, share: 0.5, functionName: 'load' },
			{ file: '/a.mjs', line: 7, heapBytes: 0, offHeapBytes: 400, share: 0.4, functionName: 'load' },
		]);
	});

	it('counts what was allocated in a window', () => {
		const window = { min: 1_500, max: 1_900 };
		assert.deepEqual(
			lineFigures(model, { process: 1, window }).map(({ line, offHeapBytes, share }) => [line, offHeapBytes, share]),
			[[7, 400, 1]],
		);
	});

	it('looks at one process at a time', () => {
		assert.equal(lineFigures(model, { process: 2 }).length, 2);
		assert.deepEqual(lineFigures(model, { process: 9 }), []);
	});
});
