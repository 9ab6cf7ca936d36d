import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mediaFacts } from '../../../../src/runtime/media/organizer/mediaFacts.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const MODIFIED = Date.UTC(2020, 1, 3, 4, 5, 6);

/** A TIFF directory of little-endian entries, with what does not fit behind it; EXIF in a directory of its own. */
function tiff(date: string | undefined, width = 320, height = 200): Buffer {
	const bytes = Buffer.alloc(256);
	bytes.write('II*\0\x08\0\0\0', 0, 'latin1');
	const entry = (at: number, tag: number, type: number, count: number, value: number) => {
		bytes.writeUInt16LE(tag, at);
		bytes.writeUInt16LE(type, at + 2);
		bytes.writeUInt32LE(count, at + 4);
		if (type === 3) bytes.writeUInt16LE(value, at + 8);
		else bytes.writeUInt32LE(value, at + 8);
	};
	bytes.writeUInt16LE(4, 8);
	entry(10, 0x100, 3, 1, width);
	entry(22, 0x101, 4, 1, height);
	entry(34, 0x110, 2, 8, 160);
	entry(46, 0x8769, 4, 1, 100);
	bytes.write('Model X\0', 160, 'latin1');
	bytes.writeUInt16LE(date === undefined ? 0 : 1, 100);
	if (date !== undefined) entry(102, 0x9003, 2, 20, 180);
	bytes.write(`${date ?? ''}\0`, 180, 'latin1');
	return bytes;
}

const box = (type: string, ...parts: Buffer[]): Buffer => {
	const body = Buffer.concat(parts);
	const head = Buffer.alloc(8);
	head.writeUInt32BE(8 + body.length);
	head.write(type, 4, 'latin1');
	return Buffer.concat([head, body]);
};
const words = (...values: number[]): Buffer => {
	const bytes = Buffer.alloc(values.length * 4);
	for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4);
	return bytes;
};
const segment = (marker: number, body: Buffer): Buffer => {
	const head = Buffer.from([0xff, marker, 0, 0]);
	head.writeUInt16BE(body.length + 2, 2);
	return Buffer.concat([head, body]);
};
const text = (value: string): Buffer => Buffer.from(value, 'latin1');

function jpeg(date: string | undefined): Buffer {
	const frame = Buffer.from([8, 0x0b, 0xb8, 0x0f, 0xa0, 3]);
	const exif = segment(0xe1, Buffer.concat([text('Exif\0\0'), tiff(date)]));
	return Buffer.concat([
		text('\xff\xd8'),
		exif,
		segment(0xdb, Buffer.alloc(65)),
		segment(0xc2, frame),
		text('\xff\xd9'),
	]);
}

function film(seconds: number): Buffer {
	const tkhd = box('tkhd', Buffer.alloc(76), words(1280 << 16, 720 << 16));
	const mvhd = box('mvhd', words(0, seconds, seconds, 1000, 5000));
	const media = box('mdat', Buffer.alloc(50_000));
	return Buffer.concat([box('ftyp', text('isomiso2')), media, box('moov', mvhd, box('trak', tkhd))]);
}

function heic(): Buffer {
	const exif = Buffer.concat([words(6), text('Exif\0\0'), tiff('2023:12:31 23:59:58')]);
	const infe = box('infe', Buffer.concat([text('\x02\0\0\0\0\x01\0\0'), text('Exif\0')]));
	const iinf = box('iinf', words(0), Buffer.from([0, 1]), infe);
	const size = (width: number, height: number) => box('ispe', words(0, width, height));
	const iprp = box('iprp', box('ipco', size(160, 120), size(4032, 3024)));
	const ftyp = box('ftyp', text('heicmif1'));
	const ilocBytes = 8 + 8 + 14;
	const at = ftyp.length + 8 + 4 + iinf.length + ilocBytes + iprp.length;
	const iloc = box('iloc', Buffer.from([0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1]), words(at, exif.length));
	return Buffer.concat([ftyp, box('meta', words(0), iinf, iloc, iprp), exif]);
}

function png(): Buffer {
	const chunk = (type: string, body: Buffer) => Buffer.concat([words(body.length), text(type), body, words(0)]);
	const header = chunk('IHDR', Buffer.concat([words(640, 480), Buffer.alloc(5)]));
	return Buffer.concat([
		text('\x89PNG\r\n\x1a\n'),
		header,
		chunk('eXIf', tiff('2022:02:03 04:05:06')),
		chunk('IEND', words()),
	]);
}

describe('what organised files are', () => {
	const { path: folder, remove } = temporaryFolder('facts');
	after(remove);
	const buffer = Buffer.alloc(256 * 1024);

	async function factsOf(bytes: Buffer) {
		const path = join(folder, `file-${(await readdir(folder)).length}`);
		await writeFile(path, bytes);
		return mediaFacts(path, MODIFIED, buffer);
	}

	it('has size and date of pictures', async () => {
		const exif = { type: 'image', dateFrom: 'exif', camera: 'Model X' };
		assert.deepEqual(await factsOf(jpeg('2024:05:01 13:22:11')), {
			...{ ...exif, format: 'jpeg', width: 4_000, height: 3_000, taken: '2024-05-01T13:22:11' },
		});
		assert.deepEqual(await factsOf(tiff('2021:01:02 03:04:05')), {
			...{ ...exif, format: 'tiff', width: 320, height: 200, taken: '2021-01-02T03:04:05' },
		});
		assert.deepEqual(await factsOf(png()), {
			...{ ...exif, format: 'png', width: 640, height: 480, taken: '2022-02-03T04:05:06' },
		});
		assert.deepEqual(await factsOf(heic()), {
			...{ ...exif, format: 'heic', width: 4_032, height: 3_024, taken: '2023-12-31T23:59:58' },
		});
	});

	it('has size and date of films, whose header may be at the end', async () => {
		const made = Date.UTC(2019, 6, 8, 9, 10, 11) / 1_000 + 2_082_844_800;
		const { mediaType: _mediaType, ...facts } = { mediaType: '', ...(await factsOf(film(made))) };
		assert.deepEqual(facts, {
			...{
				type: 'video',
				format: 'mp4',
				width: 1280,
				height: 720,
				taken: '2019-07-08T09:10:11',
				dateFrom: 'container',
			},
		});
	});

	it('has the date of observations by their readers', async () => {
		const cards = [
			'SIMPLE  =                    T',
			'BITPIX  =                    8',
			'NAXIS   =                    0',
		];
		const fits = [...cards, "DATE-OBS= '2018-03-04T05:06:07.5'", 'END']
			.map(card => card.padEnd(80))
			.join('')
			.padEnd(2880);
		const { type, format, taken, dateFrom } = await factsOf(text(fits));
		assert.deepEqual([type, format, taken, dateFrom], ['science', 'fits', '2018-03-04T05:06:07', 'fits']);
	});

	it('goes by the modification where nothing else is said', async () => {
		for (const bytes of [jpeg(undefined), jpeg('0000:00:00 00:00:00'), jpeg('    :  :     :  :  '), film(0)]) {
			const { taken, dateFrom } = await factsOf(bytes);
			assert.deepEqual([taken, dateFrom], ['2020-02-03T04:05:06', 'modified']);
		}
		assert.equal((await factsOf(text('some words\n'))).type, 'other');
		assert.equal((await factsOf(Buffer.alloc(0))).type, 'other');
	});

	it('bears what is cut off or makes no sense', async () => {
		let seed = 7;
		const next = (below: number) => {
			seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
			return (seed >>> 8) % below;
		};
		const path = join(folder, 'broken');
		for (const whole of [jpeg('2024:05:01 13:22:11'), tiff('2021:01:02 03:04:05'), png(), heic(), film(3e9)]) {
			for (let i = 0; i < 30; i++) {
				const bytes = Buffer.from(i % 2 ? whole : whole.subarray(0, next(whole.length)));
				for (let flips = 0; i % 2 && flips < 4; flips++) bytes[next(Math.min(400, bytes.length))] = next(256);
				await writeFile(path, bytes);
				const { taken } = await mediaFacts(path, MODIFIED, buffer);
				assert.match(taken, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
			}
		}
	});
});
