import { strict as assert } from 'node:assert';
import { open, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FitsReader } from '../../../../src/runtime/formats/fits/fitsReader.ts';
import { imageHdu, mixedFile, writeFitsFiles } from '../../../support/fitsFiles.ts';
import { hostileRun } from '../../../support/hostile.ts';
import { hostileCase } from '../../../support/hostileCases/fits.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';
import { recordingHub } from '../hub.ts';

describe('FitsReader', () => {
	let folder: TemporaryFolder;
	let mixed: string;
	let tiles: string;
	before(async () => {
		folder = temporaryFolder('fits');
		({ mixed, tiles } = await writeFitsFiles(folder.path));
	});
	after(() => folder.remove());

	async function written(name: string, bytes: Buffer): Promise<string> {
		const path = join(folder.path, name);
		await writeFile(path, bytes);
		return path;
	}

	it('gives the HDUs in their order, again and side by side', async () => {
		await using reader = await FitsReader.open(mixed);
		const [first, second] = [reader[Symbol.asyncIterator](), reader[Symbol.asyncIterator]()];
		for (const [kind, shape, rows] of [
			['image', [20, 30], 0],
			['image', [2, 3, 4], 0],
			['table', [], 4],
			['asciiTable', [], 3],
		]) {
			for (const hdus of [first, second]) {
				const { value } = await hdus.next();
				assert.deepEqual([value?.kind, value?.shape, value?.rows], [kind, shape, rows]);
			}
		}
		assert.equal((await first.next()).done, true);
		assert.equal((await reader.hdu('cube')).index, 1);
		assert.equal((await reader.hdu(3)).columns[1]?.name, 'B');
		await assert.rejects(reader.hdu('nebula'), { code: 'invalidOption', message: /from 0 to 3/ });
		const headers: unknown[] = [];
		for await (const header of reader.headers()) headers.push(header.get('NAXIS'));
		assert.deepEqual(headers, [2, 3, 2, 2]);
	});

	it('reads from a handle and leaves it open', async () => {
		const handle = await open(mixed);
		await using reader = await FitsReader.open(handle);
		assert.equal((await reader.section(1, [1, 2, 3], [1, 1, 1])).data[0], 23 / 8);
		await reader.close();
		assert.ok((await handle.stat()).isFile());
		await handle.close();
	});

	it('refuses what is not FITS', async () => {
		for (const [name, text] of [
			['text.fits', 'SIMPLETON'],
			['extension.fits', "XTENSION= 'IMAGE'"],
			['empty.fits', ''],
		] as const) {
			await assert.rejects(FitsReader.open(await written(name, Buffer.from(text))), { code: 'wrongFormat', offset: 0 });
		}
		await assert.rejects(FitsReader.open(mixed, { windowBites: 1 } as never), { code: 'invalidOption' });
	});

	it('reads what is left of a file that is cut off, and then says where it ends', async () => {
		const pixels = Buffer.alloc(4 * 2880);
		const whole = imageHdu(8, [2880, 4], pixels);
		await using reader = await FitsReader.open(await written('cut.fits', whole.subarray(0, 2880 * 3 + 100)));
		let bands = 0;
		const reading = async () => {
			for await (const { data } of reader.bands(0, { rows: 1 })) bands += Math.sign(data.length);
		};
		await assert.rejects(reading(), { code: 'truncated', offset: 2880 * 3 });
		assert.equal(bands, 2);
		const hdus: number[] = [];
		const listing = async () => {
			for await (const { index } of reader) hdus.push(index);
		};
		await assert.rejects(listing(), { code: 'truncated', offset: 2880 });
		assert.deepEqual(hdus, [0]);
	});

	it('says what stands behind the last HDU, unless it is padding', async () => {
		const list = async (tail: Buffer) => {
			await using reader = await FitsReader.open(await written('tail.fits', Buffer.concat([mixedFile(), tail])));
			let count = 0;
			for await (const _ of reader) count++;
			return count;
		};
		assert.equal(await list(Buffer.alloc(5760)), 4);
		await assert.rejects(list(Buffer.from('something else')), { code: 'damaged', offset: mixedFile().length });
	});

	it('unpacks gzip to a file that goes with the reader, within a bound', async () => {
		const path = await written('mixed.fits.gz', gzipSync(mixedFile()));
		const begin = `memory-manager-unpacked-${process.pid}-`;
		const left = async () => (await readdir(tmpdir())).filter(name => name.startsWith(begin));
		const before = await left();
		await using reader = await FitsReader.open(path);
		let count = 0;
		for await (const hdu of reader) count += hdu.rows;
		assert.equal(count, 7);
		const { readBytes, totalBytes } = reader.progress();
		assert.ok(readBytes <= totalBytes, `${readBytes} of ${totalBytes}`);
		await reader.close();
		assert.deepEqual(await left(), before);
		const hub = recordingHub();
		const streams = JSON.stringify(hub.drain().entries.filter(entry => entry.type === 'stream'));
		assert.doesNotMatch(streams, /mixed\.fits\.gz/, 'no reader of it is left in reports');
		hub.leave();
		await assert.rejects(FitsReader.open(path, { maxUnpackedBytes: 10_000 }), { code: 'tooLarge' });
		const bomb = await written('bomb.fits.gz', gzipSync(Buffer.alloc(4 * 1024 * 1024)));
		await assert.rejects(FitsReader.open(bomb, { maxUnpackedBytes: 1024 * 1024 }), { code: 'tooLarge' });
		const cut = await written('cut.fits.gz', gzipSync(mixedFile()).subarray(0, 300));
		await assert.rejects(FitsReader.open(cut), { code: 'truncated' });
	});

	it('compares checksums', async () => {
		await using reader = await FitsReader.open(tiles);
		const states = new Set<string>();
		for await (const { data, whole } of reader.verify()) states.add(`${data} ${whole}`);
		assert.deepEqual([...states], ['absent absent']);
		const sum = (bytes: Buffer) => {
			let all = 0;
			for (let i = 0; i < bytes.length; i += 4) all = (all + bytes.readUInt32BE(i)) % (2 ** 32 - 1);
			return all;
		};
		const data = Buffer.from(Array.from({ length: 2880 }, (_, i) => i % 251));
		const path = await written('sum.fits', imageHdu(8, [2880], data, [['DATASUM', `'${sum(data)}'`]]));
		const damaged = Buffer.from(data);
		damaged[7] = 1;
		const other = await written('sum2.fits', imageHdu(8, [2880], damaged, [['DATASUM', `'${sum(data)}'`]]));
		for (const [file, state] of [
			[path, 'valid'],
			[other, 'invalid'],
		] as const) {
			await using summed = await FitsReader.open(file);
			for await (const verification of summed.verify()) assert.equal(verification.data, state);
		}
	});

	it('ends when its signal does, and gives nothing after it is closed', async () => {
		const controller = new AbortController();
		const reader = await FitsReader.open(mixed, { signal: controller.signal });
		const bands = reader.bands(0, { rows: 1 });
		await bands.next();
		controller.abort(new Error('enough'));
		await assert.rejects(bands.next(), /enough/);
		await reader.close();
		const closed = await FitsReader.open(mixed);
		await closed.close();
		await assert.rejects(closed.bands(0).next(), { code: 'disposed' });
	});

	it('is a reader in reports: its format, what it read and holds', async () => {
		const hub = recordingHub();
		try {
			await using reader = await FitsReader.open(mixed, { name: 'sky' });
			const bands = reader.bands(0, { rows: 5 });
			await bands.next();
			const stream = hub.drain().entries.findLast(entry => entry.type === 'stream');
			assert.ok(stream?.type === 'stream');
			assert.deepEqual([stream.name, stream.format, stream.totalBytes], ['sky', 'FITS', reader.size]);
			assert.ok((stream.bufferBytes ?? 0) >= 300, `${stream.bufferBytes} bytes`);
			await bands.return();
			assert.equal(reader.progress().items, 1);
		} finally {
			hub.leave();
		}
	});

	it('stands hostile files', async () => {
		const hostile = await hostileCase();
		try {
			const { problems } = await hostileRun(hostile, { truncations: 6, flips: 80 });
			assert.deepEqual(problems, []);
		} finally {
			await hostile.dispose?.();
		}
	});
});
