import assert from 'node:assert/strict';
import type { LineFigure } from '../../../../src/analysis/attributionLines.ts';
import { lineTexts } from '../../../../src/extension/annotations/lineTexts.ts';

const MB = 1024 ** 2;
const figure = (more: Partial<LineFigure>): LineFigure => ({
	file: '/a.mjs',
	line: 3,
	heapBytes: 0,
	offHeapBytes: 0,
	share: 0.5,
	functionName: 'rows',
	...more,
});

describe('lineTexts', () => {
	it('tells heap and off-heap apart, with the share', () => {
		const figures = [figure({ heapBytes: 3 * MB, offHeapBytes: 12 * MB, share: 0.24 })];
		const [text] = lineTexts(figures, { process: 1 }).get('/a.mjs') ?? [];
		assert.equal(text?.text, 'ƒ heap 3.00 MB · outside 12.0 MB · 24 %');
		assert.deepEqual([text?.line, text?.heat], [3, 2]);
		assert.match(
			text?.meaning.join(' ') ?? '',
			/3\.00 MB on the heap, live when memory was highest.*whole function rows/,
		);
	});

	it('says which window its figures are of', () => {
		const selection = { process: 1, window: { min: 1_000, max: 2_500 } };
		const [text] = lineTexts([figure({ offHeapBytes: MB })], selection).get('/a.mjs') ?? [];
		assert.match(text?.meaning[0] ?? '', /allocated from 1\.00 s to 2\.50 s/);
	});

	it('leaves lines bare that hold next to nothing', () => {
		const figures = [figure({ heapBytes: 1_000 }), figure({ line: 4, heapBytes: 50 * MB, share: 0.001 })];
		assert.equal(lineTexts(figures, { process: 1 }).size, 0);
	});
});
