import assert from 'node:assert/strict';
import type { Frame } from '../../../src/protocol/entries.ts';
import { isHit, isLine, nameOf } from '../../../webview/flame/frames.ts';

const frame: Frame = { id: 3, functionName: 'blocksOf', file: '/work/Buffers.mjs', line: 61, column: 1, kind: 'user' };

describe('frames', () => {
	it('are found by function, file and line', () => {
		for (const search of ['blocks', 'buffers.mjs', 'buffers.mjs:61']) assert.ok(isHit(frame, search), search);
		for (const search of ['main', 'buffers.mjs:7']) assert.ok(!isHit(frame, search), search);
	});

	it('are lines where they are of a call', () => {
		assert.deepEqual([isLine(frame), isLine({ ...frame, functionLine: 57 })], [false, true]);
	});

	it('have a name for what is under no function that is shown', () => {
		assert.deepEqual(
			[nameOf({ ...frame, id: 0 }, true), nameOf({ ...frame, id: 0 }, false), nameOf(frame, true)],
			['(outside your code)', '(no function)', 'blocksOf'],
		);
	});
});
