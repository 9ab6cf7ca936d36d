import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RecordingWriter } from '../../../../src/engine/recording/recordingWriter.ts';
import { readRecording } from '../../../../src/engine/recordingFile.ts';
import type { Entry } from '../../../../src/protocol/entries.ts';
import { recordingHeader } from '../../../support/engineHeader.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';
import { waitFor } from '../../../support/waitFor.ts';

const sample = (t: number): Entry => ({ type: 'sample', t, rssBytes: 1_000 + t });
const failOnError = (error: Error) => assert.fail(error);

describe('RecordingWriter', () => {
	let folder: TemporaryFolder;
	beforeEach(() => {
		folder = temporaryFolder('writing');
	});
	afterEach(() => folder.remove());

	it('writes what readRecording reads', async () => {
		const path = join(folder.path, 'not', 'yet', 'there', 'a.memrec');
		const writer = await RecordingWriter.create(path, recordingHeader, failOnError);
		writer.write([sample(1), { type: 'notice', t: 2, severity: 'info', message: 'two\nlines \u2028 "é"' }]);
		writer.write([sample(3)]);
		await writer.close();
		const { model, bytes, damagedLines, cutLastLine } = await readRecording(path);
		assert.deepEqual([model.now, damagedLines, cutLastLine], [3, 0, false]);
		assert.equal(model.notices[0]?.message, 'two\nlines \u2028 "é"');
		assert.equal(bytes, writer.bytes);
		assert.equal(bytes, statSync(path).size);
	});
	it('has the header on disk from the beginning and entries without being closed', async () => {
		const path = join(folder.path, 'a.memrec');
		const writer = await RecordingWriter.create(path, recordingHeader, failOnError);
		assert.equal(readFileSync(path, 'utf8'), `${JSON.stringify(recordingHeader)}\n`);
		writer.write([sample(1)]);
		await waitFor(async () => (await readRecording(path)).model.now === 1, { what: 'the entry on disk' });
		await writer.close();
	});
	it('never overwrites a file', async () => {
		const path = join(folder.path, 'a.memrec');
		writeFileSync(path, 'precious');
		await assert.rejects(RecordingWriter.create(path, recordingHeader, failOnError), { code: 'cannotWrite' });
		assert.equal(readFileSync(path, 'utf8'), 'precious');
	});
	it('does not start where a file stands in the way of its folder', async () => {
		writeFileSync(join(folder.path, 'file'), '');
		const path = join(folder.path, 'file', 'a.memrec');
		await assert.rejects(RecordingWriter.create(path, recordingHeader, failOnError), { code: 'cannotWrite' });
	});

	if (process.platform === 'win32') return;
	it('says once that the disk is full, and what was written opens', async () => {
		const path = join(folder.path, 'a.memrec');
		const module = new URL('../../../../src/engine/recording/recordingWriter.ts', import.meta.url).href;
		const script = `
			const { RecordingWriter } = await import(${JSON.stringify(module)});
			const errors = [];
			const onError = error => errors.push(error.code);
			const writer = await RecordingWriter.create(${JSON.stringify(path)}, ${JSON.stringify(recordingHeader)}, onError);
			for (let round = 0; round < 4; round++) {
				writer.write(Array.from({ length: 2_000 }, (_, i) => ({ type: 'sample', t: i, rssBytes: 1 })));
				await new Promise(done => setTimeout(done, 120));
			}
			writer.write([{ type: 'sample', t: 1, rssBytes: 1 }]);
			await writer.close();
			console.log(JSON.stringify(errors));
		`;
		const limited = ['-c', 'ulimit -f 64; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script];
		assert.equal(execFileSync('/bin/sh', limited, { encoding: 'utf8' }), '["cannotWrite"]\n');
		assert.ok(existsSync(path));
		assert.equal((await readRecording(path)).damagedLines, 0);
	});
});
