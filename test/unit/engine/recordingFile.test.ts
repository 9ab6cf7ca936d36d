import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRecording } from '../../../src/engine/recordingFile.ts';
import { MAX_LINE_LENGTH } from '../../../src/protocol/recording.ts';
import { recordingHeader } from '../../support/engineHeader.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
const header = line(recordingHeader);
const sample = (t: number) => ({ type: 'sample', t, rssBytes: 1_000 + t });

describe('readRecording', () => {
	let folder: TemporaryFolder;
	let number = 0;
	before(() => {
		folder = temporaryFolder('reading');
	});
	after(() => folder.remove());
	const file = (content: string | Buffer): string => {
		const path = join(folder.path, `${number++}.memrec`);
		writeFileSync(path, content);
		return path;
	};
	const read = (content: string | Buffer) => readRecording(file(content));

	it('gives a model of everything that is in it', async () => {
		const content = header + line(sample(1)) + line(sample(2)) + line({ type: 'state', t: 3, state: 'running' });
		const { model, bytes, ...rest } = await read(content);
		assert.deepEqual(model.header, recordingHeader);
		assert.deepEqual(model.peakRss, { t: 2, bytes: 1_002 });
		assert.equal(model.now, 3);
		assert.equal(bytes, content.length);
		assert.deepEqual(rest, { damagedLines: 0, unknownEntries: 0, cutLastLine: false, skippedBytes: 0 });
	});
	it('opens a file that ends inside its last line, or inside a character', async () => {
		const whole = Buffer.from(
			header + line(sample(1)) + line({ type: 'notice', t: 2, severity: 'info', message: 'é' }),
		);
		for (const cutBytes of [2, 5, 6, 30]) {
			const { model, cutLastLine, damagedLines } = await read(whole.subarray(0, -cutBytes));
			assert.deepEqual([model.now, cutLastLine, damagedLines], [1, true, 0]);
		}
	});
	it('takes a last line that only lacks its end', async () => {
		const { model, cutLastLine } = await read((header + line(sample(1))).trimEnd());
		assert.deepEqual([model.now, cutLastLine], [1, false]);
	});
	it('opens with the header alone', async () => assert.equal((await read(header)).model.latest, undefined));
	it('counts what is damaged and what it does not know, and goes on', async () => {
		const broken = ['{"type":"sample"', '[]', '7', '{"type":7}', line({ type: 'sample', t: 'x' }).trim(), '\0\0\0'];
		const future = [
			{ type: 'heatMap', t: 1 },
			{ type: 'constructor', t: 1 },
		];
		const content = `${header}${broken.join('\n')}\n\n${future.map(line).join('')}${line(sample(9))}`;
		const { model, damagedLines, unknownEntries } = await read(content);
		assert.deepEqual([model.now, damagedLines, unknownEntries], [9, broken.length, future.length]);
	});
	it('counts one line without an end as one damaged line and goes on behind it', async () => {
		const path = file(header);
		const piece = 'x'.repeat(MAX_LINE_LENGTH / 4);
		for (let i = 0; i < 9; i++) appendFileSync(path, piece);
		appendFileSync(path, `\n${line(sample(9))}`);
		const { model, damagedLines } = await readRecording(path);
		assert.deepEqual([model.now, damagedLines], [9, 1]);
	}).timeout(30_000);

	describe('refuses', () => {
		const refused: readonly (readonly [what: string, content: string | Buffer, code: string])[] = [
			['an empty file', '', 'emptyRecording'],
			['a newer format', line({ ...recordingHeader, format: 2, command: 'changed' }), 'newerRecording'],
			['some other JSON', '{"a":1}\n', 'notARecording'],
			['a header without its fields', '{"type":"header","format":1}\n', 'notARecording'],
			['a header that is cut', header.slice(0, 40), 'notARecording'],
			['blank lines', '\n\n', 'notARecording'],
			['text', 'hello\nworld\n', 'notARecording'],
			['a long text without a line end', 'x'.repeat(5 << 20), 'notARecording'],
			['bytes', readFileSync(process.execPath).subarray(0, 1 << 20), 'notARecording'],
			['zeros', Buffer.alloc(4 << 20), 'notARecording'],
		];
		for (const [what, content, code] of refused)
			it(what, () => assert.rejects(read(content), { name: 'UserError', code }));
		it('a file that is not there', () =>
			assert.rejects(readRecording(join(folder.path, 'nowhere.memrec')), { code: 'cannotRead' }));
		it('a folder', () => assert.rejects(readRecording(folder.path), { code: 'cannotRead' }));
	});

	it('tells how far it is and can be given up', async () => {
		const path = file(header + line(sample(1)).repeat(100_000));
		const abort = new AbortController();
		const seen: number[] = [];
		const onProgress = (bytesRead: number, totalBytes: number) => {
			seen.push(bytesRead / totalBytes);
			abort.abort(new Error('enough'));
		};
		await assert.rejects(readRecording(path, { signal: abort.signal, onProgress }), { message: 'enough' });
		assert.equal(seen.length, 1);
		seen.length = 0;
		await readRecording(path, { onProgress: (read, total) => seen.push(read / total) });
		assert.equal(seen.at(-1), 1);
	});
});
