import assert from 'node:assert/strict';
import { focusedFrames } from '../../../src/analysis/focusedFrames.ts';
import type { Frame } from '../../../src/protocol/entries.ts';

const frame = (id: number, line: number, file = '/a.mjs'): Frame => ({
	id,
	functionName: 'f',
	file,
	line,
	column: 1,
	kind: 'user',
});
const frames = [frame(1, 3), frame(2, 10), frame(3, 10), frame(4, 20), frame(5, 10, '/b.mjs'), frame(6, 0)];
const ids = (line: number, file = '/a.mjs') => [...focusedFrames(frames, { file, line })];

describe('focusedFrames', () => {
	it('are those of the line', () => assert.deepEqual(ids(10), [2, 3]));
	it('are those of the function that begins nearest above where the line has none', () => {
		assert.deepEqual(ids(19), [2, 3]);
		assert.deepEqual(ids(9), [1]);
	});
	it('are not those of another call of that function', () => {
		const call = { ...frame(7, 12), functionLine: 10 };
		const at = (line: number) => [...focusedFrames([...frames, call], { file: '/a.mjs', line })];
		assert.deepEqual([at(12), at(13)], [[7], [2, 3]]);
	});
	it('are none above the first, and none of other files', () => {
		assert.deepEqual(ids(2), []);
		assert.deepEqual(ids(10, '/c.mjs'), []);
	});
});
