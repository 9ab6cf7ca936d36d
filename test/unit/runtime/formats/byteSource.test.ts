import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { truncateSync } from 'node:fs';
import { open } from 'node:fs/promises';
import fc from 'fast-check';
import { StreamTrack } from '../../../../src/runtime/files/streamTrack.ts';
import { ByteSource } from '../../../../src/runtime/formats/byteSource.ts';
import { openDescriptors, scratch } from '../files/files.ts';
import { recordingHub } from '../hub.ts';

const WINDOW = 64;

describe('ByteSource', () => {
	const { file, path } = scratch();
	const opened = (input: string, signal?: AbortSignal) =>
		ByteSource.open({
			path: input,
			signal,
			timeoutMs: undefined,
			track: new StreamTrack({ kind: 'reader', name: 'test', path: input, site: undefined, format: 'test' }),
		});

	it('gives the bytes of the file, whatever is read in whatever order', async () => {
		const read = fc.record({ window: fc.nat(2), offset: fc.nat(400), length: fc.nat(WINDOW), exact: fc.boolean() });
		await fc.assert(
			fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.array(read, { maxLength: 40 }), async (content, reads) => {
				await using source = await opened(file(content));
				const windows = [source.window(WINDOW), source.window(WINDOW), source.window(2 * WINDOW)];
				for (const { window, offset, length, exact } of reads) {
					const there = Buffer.from(content.subarray(offset, offset + length));
					const reading = exact ? windows[window]?.bytes(offset, length) : windows[window]?.upTo(offset, length);
					if (exact && there.length < length) await assert.rejects(async () => reading, { code: 'truncated', offset });
					else assert.deepEqual(await reading, there);
					assert.ok(source.heldBytes <= 4 * WINDOW, `${source.heldBytes} bytes held`);
				}
				for (const window of windows) window.release();
				assert.equal(source.heldBytes, 0);
			}),
			{ numRuns: 150 },
		);
	});

	it('gives a part in pieces that each fit the window', async () => {
		const content = Buffer.from(Array.from({ length: 5000 }, (_, i) => i & 0xff));
		await using source = await opened(file(content));
		const pieces: Buffer[] = [];
		for await (const piece of source.window(700).pieces(100, 4321)) {
			assert.ok(piece.length <= 700);
			pieces.push(Buffer.from(piece));
		}
		assert.deepEqual(Buffer.concat(pieces), content.subarray(100, 4321));
		assert.equal(source.track.record.totalBytes, 5000);
		assert.ok(source.track.record.readBytes <= 5000, 'nothing is read twice');
	});

	it('says where the file ends and what is missing', async () => {
		await using source = await opened(file(Buffer.alloc(100)));
		const error = await source.readExactly(Buffer.alloc(30), 90, 'the table').catch((caught: Error) => caught);
		assert.match(
			String(error),
			/ends at byte 100, but the table at byte 90 needs 20 bytes more than the 10 that are there/,
		);
		const pieces = async () => {
			for await (const piece of source.window(64).pieces(50, 200)) assert.ok(piece.length > 0);
		};
		await assert.rejects(pieces, { code: 'truncated', offset: 100 });
		await assert.rejects(source.window(64).bytes(2 ** 52, 8), { code: 'truncated', offset: 2 ** 52 });
		await assert.rejects(source.window(64).bytes(0, 65), RangeError);
	});

	it('takes no memory for what is not there', async () => {
		await using source = await opened(file(Buffer.alloc(100)));
		const window = source.window(1024 * 1024 * 1024);
		await assert.rejects(window.bytes(0, 1024 * 1024 * 1024), { code: 'truncated' });
		assert.ok(source.heldBytes <= 100);
	});

	it('ends reading with the reason of its signal', async () => {
		const stop = new AbortController();
		await using source = await opened(file(Buffer.alloc(1000)), stop.signal);
		await source.window(64).bytes(0, 10);
		stop.abort(new Error('enough'));
		await assert.rejects(source.window(64).bytes(500, 10), /enough/);
		await assert.rejects(opened(file('x'), stop.signal), /enough/);
	});

	it('closes what it opened, and leaves open what it was given', async () => {
		const name = file(Buffer.from('abcdef'));
		const handle = await open(name);
		const track = new StreamTrack({ kind: 'reader', name, path: name, site: undefined, format: 'test' });
		await (await opened(name)).close();
		const before = process.platform === 'linux' ? openDescriptors(name) : 0;
		const source = await ByteSource.open({ path: name, handle, signal: undefined, timeoutMs: undefined, track });
		assert.equal((await source.window().bytes(2, 3)).toString(), 'cde');
		await source.close();
		await source.close();
		assert.equal((await handle.read(Buffer.alloc(6), 0, 6, 0)).bytesRead, 6);
		if (process.platform === 'linux') assert.equal(openDescriptors(name), before);
		await handle.close();
	});

	it('refuses what has no places', async function () {
		await assert.rejects(opened(path('missing')), { code: 'fileUnreadable' });
		await assert.rejects(opened(path('')), { code: 'fileUnreadable' });
		if (process.platform === 'win32') {
			console.log('There are no named pipes in the file system of Windows.');
			this.skip();
		}
		execFileSync('mkfifo', [path('pipe')]);
		await assert.rejects(opened(path('pipe')), { code: 'fileUnreadable', message: /a pipe or a device/ });
	});

	it('refuses a file that has bytes and no size', async function () {
		if (process.platform !== 'linux') {
			console.log('There is no /proc here.');
			this.skip();
		}
		await assert.rejects(opened('/proc/self/status'), { code: 'fileUnreadable', message: /it has no size/ });
	});

	it('says where a file ends that became shorter meanwhile', async () => {
		const name = file(Buffer.alloc(100_000));
		await using source = await opened(name);
		truncateSync(name, 40_000);
		await assert.rejects(source.readExactly(Buffer.alloc(50_000), 10_000), {
			code: 'truncated',
			message: /ends at byte 40000, but the data at byte 10000 needs 20000 bytes more than the 30000 that are there/,
		});
		await assert.rejects(source.window().bytes(39_000, 3000), { message: /ends at byte 40000,/ });
	});

	it('does not touch its descriptor again when it is closed while it is read', async () => {
		const source = await opened(file(Buffer.alloc(1_000_000)));
		const reading = (async () => {
			for await (const piece of source.window(65_536).pieces(0, 1_000_000)) assert.ok(piece.length > 0);
		})();
		await Promise.all([assert.rejects(reading, { code: 'disposed' }), source.close()]);
		await assert.rejects(source.readInto(Buffer.alloc(1), 0), { code: 'disposed', message: /"test"/ });
	});

	it('is seen by reports from its opening to its closing, with what it holds', async () => {
		const hub = recordingHub();
		const source = await opened(file(Buffer.alloc(50_000)));
		const window = source.window(32_768);
		await window.bytes(0, 10);
		const { record } = source.track;
		assert.equal(record.totalBytes, 50_000);
		assert.equal(record.bufferBytes, 16_384);
		assert.equal(record.readBytes, 16_384);
		window.release();
		assert.equal(record.bufferBytes, 0);
		await source.close();
		hub.leave();
	});
});
