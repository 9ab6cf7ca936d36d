import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { isEntry } from '../../../../src/protocol/entryGuards.ts';
import type { StreamEntry } from '../../../../src/protocol/runtimeEntries.ts';
import { BinaryReader } from '../../../../src/runtime/formats/binary/binaryReader.ts';
import type { ReadProgress } from '../../../../src/runtime/formats/formatReader.ts';
import { all, scratch } from '../files/files.ts';
import { recordingHub } from '../hub.ts';

/** What all readers have in common, shown with the simplest. */
describe('FormatReader', () => {
	const { file } = scratch();

	it('refuses options that cannot be, naming them', async () => {
		const cases: [string, object][] = [
			['name', { name: '' }],
			['signal', { signal: {} }],
			['timeoutMs', { timeoutMs: 0 }],
			['windowBytes', { windowBytes: 1000 }],
			['onProgress', { onProgress: 5 }],
			['windowByts', { windowByts: 65_536 }],
		];
		for (const [option, options] of cases) {
			const expected = { code: 'invalidOption', message: new RegExp(`"${option}"`) };
			await assert.rejects(BinaryReader.open(file('x'), options), expected);
		}
		await assert.rejects(BinaryReader.open(''), { code: 'invalidOption', message: /"path"/ });
		await assert.rejects(BinaryReader.open('x', null as never), { code: 'invalidOption' });
	});

	it('opens a path, a URL and a file that is open, which it leaves open', async () => {
		const path = file('content');
		const handle = await open(path);
		for (const input of [path, pathToFileURL(path), handle]) {
			await using reader = await BinaryReader.open(input);
			assert.equal((await reader.bytes(0, 7)).toString(), 'content');
		}
		assert.equal((await handle.stat()).size, 7);
		await handle.close();
	});

	it('tells progress, at least at the end, and survives a listener that throws', async () => {
		const told: ReadProgress[] = [];
		const onProgress = (progress: ReadProgress) => told.push(progress);
		const path = file(Buffer.alloc(300_000));
		await using reader = await BinaryReader.open(path, { onProgress, windowBytes: 65_536 });
		await all(reader);
		assert.deepEqual(told.at(-1), { readBytes: 300_000, totalBytes: 300_000, items: 5 });
		assert.deepEqual(reader.progress(), told.at(-1));
		const failing = () => {
			throw new Error('listener');
		};
		await using other = await BinaryReader.open(path, { onProgress: failing });
		assert.equal((await all(other)).length, 1);
	});

	it('ends with the reason of its signal, also between items', async () => {
		const stop = new AbortController();
		await using reader = await BinaryReader.open(file(Buffer.alloc(300_000)), {
			signal: stop.signal,
			windowBytes: 65_536,
		});
		let chunks = 0;
		const reading = async () => {
			for await (const { offset } of reader) {
				chunks++;
				if (offset > 0) stop.abort(new Error('enough'));
			}
		};
		await assert.rejects(reading, /enough/);
		assert.equal(chunks, 2);
		await assert.rejects(reader.bytes(0, 1), /enough/);
	});

	it('refuses to go on when it is closed', async () => {
		const reader = await BinaryReader.open(file(Buffer.alloc(300_000)), { windowBytes: 65_536 });
		const chunks = reader[Symbol.asyncIterator]();
		await chunks.next();
		await reader.close();
		await reader.close();
		await assert.rejects(chunks.next(), { code: 'disposed' });
		await assert.rejects(all(reader), { code: 'disposed' });
		await assert.rejects(reader.bytes(0, 1), { code: 'disposed' });
	});

	it('is read several times, also at once', async () => {
		const content = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251));
		await using reader = await BinaryReader.open(file(content), { windowBytes: 65_536 });
		const whole = async () => {
			const seen: Buffer[] = [];
			for await (const { bytes } of reader) seen.push(Buffer.from(bytes));
			return Buffer.concat(seen);
		};
		for (const read of await Promise.all([whole(), whole(), whole()])) assert.deepEqual(read, content);
	});

	it('appears in reports with its format, its bytes and where it was opened', async () => {
		const hub = recordingHub();
		const reader = await BinaryReader.open(file(Buffer.alloc(100_000), 'events.dat'), { windowBytes: 65_536 });
		await all(reader);
		const entries = hub.drain().entries.filter(isEntry);
		const entry = entries.find((each): each is StreamEntry => each.type === 'stream');
		assert.ok(entry, `no stream among ${entries.map(({ type }) => type).join(', ')}`);
		assert.equal(entry.kind, 'reader');
		assert.equal(entry.name, 'events.dat');
		assert.equal(entry.format, 'binary');
		assert.equal(entry.readBytes, 100_000);
		assert.equal(entry.totalBytes, 100_000);
		assert.equal(entry.items, 2);
		assert.match(JSON.stringify(entry), /formatReader\.test\.ts/);
		await reader.close();
		hub.leave();
	});

	it('counts as failed after an error', async () => {
		const hub = recordingHub();
		await using reader = await BinaryReader.open(file(Buffer.alloc(10)));
		await assert.rejects(all(reader.records({ value: 'float64' })), { code: 'truncated', offset: 8 });
		const entries = hub.drain().entries.filter(isEntry);
		const entry = entries.find((each): each is StreamEntry => each.type === 'stream');
		assert.equal(entry?.failed, true);
		hub.leave();
	});
});
