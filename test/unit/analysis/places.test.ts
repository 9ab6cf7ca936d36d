import assert from 'node:assert/strict';
import { frameName, hasSource, placeText, shortPath } from '../../../src/analysis/places.ts';
import type { Frame } from '../../../src/protocol/entries.ts';

const frame = (file: string, line: number, functionName = 'f'): Frame => ({
	id: 1,
	functionName,
	file,
	line,
	column: 1,
	kind: 'user',
});

describe('places', () => {
	it('names files as people do', () => {
		assert.equal(shortPath('/home/ada/x/lib/a.js', '/home/ada/x'), 'lib/a.js');
		assert.equal(shortPath('/home/ada/xy/a.js', '/home/ada/x'), '/home/ada/xy/a.js');
		assert.equal(shortPath('/a/node_modules/b/node_modules/c/i.js', '/a'), 'node_modules/c/i.js');
		assert.equal(shortPath('file:///a/b.mjs', '/a'), 'b.mjs');
		assert.equal(shortPath('/a.js', ''), '/a.js');
		assert.equal(shortPath('/a.js', '/'), 'a.js');
		assert.equal(shortPath('C:\\x\\lib\\a.js', 'C:\\x'), 'lib/a.js');
	});

	it('writes a place with its line', () => {
		assert.equal(placeText(frame('/x/a.js', 4), '/x'), 'a.js:4');
		assert.equal(placeText(frame('node:fs', 0), '/x'), 'node:fs');
		assert.equal(placeText(frame('', 0), '/x'), '');
	});

	it('knows what an editor can show', () => {
		assert.equal(hasSource(frame('/a.js', 1)), true);
		assert.equal(hasSource(frame('/a.js', 0)), false);
		assert.equal(hasSource(frame('C:\\a\\b.js', 2)), true);
		assert.equal(hasSource(frame('file:///a.js', 2)), true);
		for (const file of ['node:fs', 'wasm://wasm/00ad', 'evalmachine.<anonymous>']) {
			assert.equal(hasSource(frame(file, 3)), false);
		}
		assert.equal(hasSource(frame('', 3)), false);
	});

	it('names functions without a name', () => {
		assert.equal(frameName(frame('/a.js', 1, '')), '(anonymous)');
	});
});
