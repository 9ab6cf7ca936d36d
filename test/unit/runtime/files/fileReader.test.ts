import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, truncateSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { isEntry } from '../../../../src/protocol/entryGuards.ts';
import type { StreamEntry } from '../../../../src/protocol/runtimeEntries.ts';
import type { FileError } from '../../../../src/runtime/files/fileErrors.ts';
import { FileReader } from '../../../../src/runtime/files/fileReader.ts';
import { waitFor } from '../../../support/waitFor.ts';
import { recordingHub } from '../hub.ts';
import { all, openDescriptors, scratch } from './files.ts';

const onLinux = process.platform === 'linux';

describe('FileReader', () => {
	const { file, path } = scratch();

	it('refuses options that cannot be, naming them', () => {
		const cases: [string, object][] = [
			['chunkBytes', { chunkBytes: 0 }],
			['chunkBytes', { chunkBytes: Number.NaN }],
			['chunkBytes', { chunkBytes: 'large' }],
			['minChunkBytes', { minChunkBytes: -1 }],
			['maxBytes', { minChunkBytes: 10, maxChunkBytes: 5 }],
			['start', { start: -1 }],
			['end', { start: 5, end: 4 }],
			['timeoutMs', { timeoutMs: 0 }],
			['timeoutMs', { timeoutMs: Number.NaN }],
			['signal', { signal: {} }],
			['encoding', { encoding: 'ebcdic' }],
			['maxLineBytes', { maxLineBytes: 1.5 }],
			['maxLineBytes', { maxLineBytes: Number.MAX_SAFE_INTEGER }],
			['reuse', { reuse: 1 }],
			['name', { name: '' }],
		];
		for (const [option, options] of cases) {
			assert.throws(() => new FileReader('x', options), { code: 'invalidOption', message: new RegExp(`"${option}"`) });
		}
		for (const bad of ['', 5, new URL('http://x.org/'), 'a\0b']) {
			assert.throws(() => new FileReader(bad as string), { code: 'invalidOption', message: /"path"/ });
		}
		assert.throws(() => new FileReader('x', null as never), { code: 'invalidOption' });
	});

	it('gives chunks that together are the part of the file that was asked for', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.uint8Array({ maxLength: 400 }),
				fc.integer({ min: 1, max: 150 }),
				fc.nat(420),
				fc.nat(420),
				fc.boolean(),
				async (content, chunkBytes, start, length, reuse) => {
					const reader = new FileReader(file(content), { chunkBytes, start, end: start + length, reuse });
					const seen: Buffer[] = [];
					for await (const chunk of reader.chunks()) {
						assert.ok(chunk.length > 0 && chunk.length <= chunkBytes);
						seen.push(reuse ? Buffer.from(chunk) : chunk);
					}
					assert.deepEqual(Buffer.concat(seen), Buffer.from(content.subarray(start, start + length)));
				},
			),
			{ numRuns: 100 },
		);
	});

	it('empties a chunk that was kept, unless each has its own memory', async () => {
		const reader = new FileReader(pathToFileURL(file('abcdef')), { chunkBytes: 4 });
		const kept = await all(reader.chunks());
		assert.deepEqual(
			kept.map(chunk => chunk.length),
			[0, 0],
		);
		const own = await all(new FileReader(reader.path, { chunkBytes: 4, reuse: false }).chunks());
		assert.equal(Buffer.concat(own).toString(), 'abcdef');
	});

	it('leaves a chunk to a consumer that transferred it', async () => {
		const moved: Buffer[] = [];
		for await (const chunk of new FileReader(file('abcdef'), { chunkBytes: 4 }).chunks()) {
			const { length } = chunk;
			const memory = structuredClone(chunk.buffer as ArrayBuffer, { transfer: [chunk.buffer as ArrayBuffer] });
			moved.push(Buffer.from(memory, 0, length));
		}
		assert.equal(Buffer.concat(moved).toString(), 'abcdef');
	});

	it('tells where a file cannot be read, and why', async () => {
		await assert.rejects(all(new FileReader(path('missing')).chunks()), (error: FileError) => {
			assert.deepEqual([error.code, error.path, error.offset], ['fileUnreadable', path('missing'), 0]);
			return (error.cause as NodeJS.ErrnoException).code === 'ENOENT';
		});
		await assert.rejects(all(new FileReader(path('.')).lines()), { code: 'fileUnreadable', message: /EISDIR/ });
		await assert.rejects(new FileReader(path('missing')).open(), { code: 'fileUnreadable' });
		await assert.rejects(
			new FileReader(path('.')).process(() => 1),
			{ code: 'fileUnreadable' },
		);
	});

	it('closes the file when a loop is left, on errors and when it is aborted', async function () {
		if (!onLinux) return this.skip();
		const big = file(Buffer.alloc(100_000, 'line\n'), 'big');
		const options = { chunkBytes: 1000 };
		for await (const _ of new FileReader(big, options).chunks()) break;
		for await (const _ of new FileReader(big, options).lines()) break;
		for await (const _ of new FileReader(big, options).lineBatches()) break;
		await assert.rejects(
			new FileReader(big, options).process(() => Promise.reject(new Error('mine'))),
			/mine/,
		);
		await assert.rejects(all(new FileReader(big, { ...options, maxLineBytes: 2 }).lines()), { code: 'lineTooLong' });
		const controller = new AbortController();
		const seen: string[] = [];
		await assert.rejects(async () => {
			for await (const line of new FileReader(big, { ...options, signal: controller.signal }).lines()) {
				if (seen.push(line) === 500) controller.abort(new Error('enough'));
			}
		}, /enough/);
		assert.ok(seen.length < 1500);
		await assert.rejects(all(new FileReader(big, { signal: controller.signal }).chunks()), /enough/);
		await waitFor(() => openDescriptors(big) === 0, { what: 'no open descriptor' });
	});

	it('reads what was added meanwhile and ends where a file was cut off', async () => {
		const growing = file('0123456789', 'growing');
		let seen = '';
		for await (const chunk of new FileReader(growing, { chunkBytes: 5 }).chunks()) {
			if (seen === '') appendFileSync(growing, 'abcdefghij');
			seen += chunk;
		}
		assert.equal(seen, '0123456789abcdefghij');
		const cut = file(Buffer.alloc(500, '.'), 'cut');
		let bytes = 0;
		for await (const chunk of new FileReader(cut, { chunkBytes: 10 }).chunks()) {
			if (bytes === 0) truncateSync(cut, 100);
			bytes += chunk.length;
		}
		assert.equal(bytes, 100);
	});

	it('reads what has no size', async function () {
		if (!onLinux) return this.skip();
		assert.match((await all(new FileReader('/proc/self/status').lines()))[0] ?? '', /^Name:/);
		const zeros = new FileReader('/dev/zero', { chunkBytes: 64, start: 5, end: 105 });
		assert.equal((await zeros.process(chunk => chunk.length)).readBytes, 100);
		await assert.rejects(new FileReader('/dev/zero').open(), { code: 'fileUnreadable' });
	});

	it('waits for a pipe no longer than it may', async function () {
		if (process.platform === 'win32') return this.skip();
		const pipe = path('pipe');
		execFileSync('mkfifo', [pipe]);
		await assert.rejects(all(new FileReader(pipe, { timeoutMs: 20 }).chunks()), {
			code: 'chunkTimeout',
			path: pipe,
			offset: 0,
		});
		const controller = new AbortController();
		const waiting = assert.rejects(all(new FileReader(pipe, { signal: controller.signal }).lines()), /stop/);
		controller.abort(new Error('stop'));
		await waiting;
		if (onLinux) await waitFor(() => openDescriptors(pipe) === 0, { what: 'no open descriptor' });
		// Another pipe: an open that was given up may come late and let a writer through that nobody reads.
		const other = path('otherPipe');
		execFileSync('mkfifo', [other]);
		const writer = spawn('sh', ['-c', `printf 'a\\nb' > '${other}'`]);
		const lines = await all(new FileReader(other).lines());
		assert.deepEqual(lines, ['a', 'b']);
		if (writer.exitCode === null) await once(writer, 'close');
	});

	it('reports what it reads while it does', async () => {
		const hub = recordingHub();
		const entries = () => hub.drain().entries.filter((entry): entry is StreamEntry => entry.type === 'stream');
		const input = file('one\ntwo\nthree\n');
		for await (const line of new FileReader(input, { chunkBytes: 8, name: 'numbers' }).lines()) {
			if (line !== 'three') continue;
			const [entry] = entries();
			assert.ok(entry && isEntry(entry));
			const { kind, name, totalBytes, readBytes, chunks, chunkBytes, failed } = entry;
			assert.deepEqual(
				{ kind, name, totalBytes, readBytes, chunks, chunkBytes, failed },
				{ kind: 'lines', name: 'numbers', totalBytes: 14, readBytes: 14, chunks: 2, chunkBytes: 8, failed: false },
			);
			assert.equal(entry.site?.file, import.meta.filename);
		}
		const [last] = entries();
		assert.deepEqual([last?.disposed, last?.lines, last?.failed], [true, 3, false]);
		await assert.rejects(
			new FileReader(input).process(() => {
				entries();
				throw new Error('mine');
			}),
		);
		const [failed] = entries();
		assert.deepEqual([failed?.kind, failed?.disposed], ['process', true]);
		hub.leave();
	});
});
