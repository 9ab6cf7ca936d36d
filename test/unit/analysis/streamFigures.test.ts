import assert from 'node:assert/strict';
import { streamFiguresOf, streamFigureText, streamFormat, streamShare } from '../../../src/analysis/streamFigures.ts';
import type { StreamEntry } from '../../../src/protocol/runtimeEntries.ts';

const MB = 1024 * 1024;
const stream = (more: Partial<StreamEntry>): StreamEntry => ({
	type: 'stream',
	t: 1,
	id: 1,
	name: 'x',
	kind: 'chunks',
	path: '/x',
	readBytes: 0,
	chunks: 3,
	chunkBytes: MB,
	failed: false,
	...more,
});
const dicom = stream({ kind: 'reader', format: 'DICOM', items: 1_823, bufferBytes: 65_536, totalBytes: 629 * MB });

describe('figures of files', () => {
	it('names the format where there is one', () => {
		assert.equal(streamFormat(dicom), 'DICOM');
		assert.equal(streamFormat({ ...dicom, format: 'wav' }), 'WAV');
		assert.equal(streamFormat({ ...dicom, format: 'webm' }), 'WebM');
		assert.equal(streamFormat({ ...dicom, format: 'constructor' }), 'constructor');
		assert.equal(streamFormat({ ...dicom, format: 'binary' }), 'binary');
		assert.equal(streamFormat(stream({ kind: 'random' })), 'random access');
	});

	it('tells how much is done of a file that is read in its order', () => {
		assert.deepEqual(streamShare(stream({ totalBytes: 4 * MB, readBytes: MB })), { share: 0.25, text: '25 %' });
		assert.equal(streamShare(stream({ readBytes: MB })), undefined);
	});

	it('claims no progress where a reader passes over what it needs not', () => {
		assert.equal(streamShare({ ...dicom, readBytes: 1.2 * MB })?.text, '0.2 % read');
		assert.equal(streamShare({ ...dicom, readBytes: 20_000 })?.text, 'under 0.1 % read');
		assert.deepEqual(streamShare({ ...dicom, readBytes: 1_510 * MB }), { share: 1, text: 'read 2.4 ×' });
		assert.equal(streamShare(dicom), undefined, 'items without a byte: a library reads the file itself');
		assert.equal(streamShare({ ...dicom, items: 0 })?.text, '0 % read');
	});

	it('has the figures that somebody fills', () => {
		assert.deepEqual([...streamFiguresOf([dicom])], ['items', 'buffers']);
		assert.deepEqual([...streamFiguresOf([dicom, stream({ kind: 'lines', lines: 4 })])].sort(), [
			...['buffers', 'chunks', 'items'],
		]);
		const encoder = stream({ kind: 'encoder', format: 'MP4 video', items: 48, writtenBytes: 2 * MB });
		assert.deepEqual(streamFigureText(encoder, 'items'), { text: '48' });
		assert.deepEqual(streamFigureText(encoder, 'written'), { text: '2.00 MB' });
		assert.deepEqual(streamFigureText(encoder, 'chunks'), { text: '–' });
		assert.deepEqual(streamFigureText(stream({ kind: 'lines', lines: 4 }), 'items'), { text: '4', of: 'lines' });
		assert.deepEqual(streamFigureText(stream({}), 'chunks'), { text: '3', of: 'of 1.00 MB' });
	});
});
