import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { type BandExport, ImageLoader, ImageProcessor } from '../../../../src/runtime/images/index.ts';
import { Pictures, withCode } from './pictures.ts';

describe('exported bands', () => {
	// Several strips, and more than one band of rows.
	const pictures = new Pictures(1_001, 720);
	const loader = new ImageLoader();
	const processor = new ImageProcessor({ spoolBytes: 1, temporaryFolder: pictures.folder.path });
	after(() => pictures.folder.remove());

	async function exported(path: string, wanted: Omit<BandExport, 'folder'>): Promise<ArrayLike<number>[]> {
		const image = await processor.open(path);
		const files = await image.exportBands({ ...wanted, folder: pictures.path('bands'), overwrite: true });
		await image.close();
		const samples: ArrayLike<number>[] = [];
		for (const file of files) {
			const band = await loader.load(file.path);
			assert.deepEqual([band.width, band.height, band.channels], [pictures.width, pictures.height, 1]);
			assert.equal(band.info.fileBytes, file.bytes);
			samples.push(band.data.slice());
			band.dispose();
		}
		return samples;
	}

	/** What a pixel ought to be, for some of them. */
	function check(
		found: ArrayLike<number> | undefined,
		data: ArrayLike<number>,
		value: (r: number, g: number, b: number) => number,
	) {
		assert.equal(found?.length, data.length / 3);
		for (let i = 0; i < data.length / 3; i += 37) {
			const expected = value(data[3 * i] ?? 0, data[3 * i + 1] ?? 0, data[3 * i + 2] ?? 0);
			assert.equal(found?.[i], Math.round(expected), `pixel ${i}`);
		}
	}

	for (const format of ['png', 'tiff'] as const) {
		it(`are ${format.toUpperCase()} files of 8 and 16 bits with the samples of the image`, async () => {
			const [red, blue] = await exported(await pictures.png(), { format, bands: ['red', 'blue'] });
			check(red, pictures.bytes, r => r);
			check(blue, pictures.bytes, (_r, _g, b) => b);
			const [green] = await exported(await pictures.deepPng(), { format, bands: ['green'] });
			assert.ok(green instanceof Uint16Array);
			check(green, pictures.words, (_, g) => g);
			const [wider] = await exported(await pictures.png(), { format, bands: ['red'], bits: 16 });
			check(wider, pictures.bytes, r => r * 257);
		});
	}

	it('hold coordinates as shares of the largest number', async () => {
		const path = await pictures.png();
		const [gcc, exg] = await exported(path, { bands: ['gcc', 'exg'], bits: 16 });
		check(gcc, pictures.bytes, (r, g, b) => (r + g + b === 0 ? 0 : (g / (r + g + b)) * 65_535));
		check(exg, pictures.bytes, (r, g, b) => ((2 * g - r - b + 510) / 1_020) * 65_535);
	});

	it('replace nothing unless told to, and leave nothing half-written', async () => {
		const folder = pictures.path('kept');
		const image = await processor.open(await pictures.png());
		await image.exportBands({ folder, bands: ['red'] });
		await assert.rejects(image.exportBands({ folder, bands: ['green', 'red'] }), withCode('fileUnwritable'));
		assert.deepEqual(readdirSync(folder), ['bytes_red.png']);
		await image.close();
		const cut = pictures.path('cut.jpg');
		const { width, height } = pictures;
		const jpeg = await sharp(pictures.bytes, { raw: { width, height, channels: 3 } })
			.jpeg()
			.toBuffer();
		await writeFile(cut, jpeg.subarray(0, jpeg.length / 2));
		const broken = await processor.open(cut);
		await assert.rejects(broken.exportBands({ folder }), withCode('truncated'));
		assert.deepEqual(readdirSync(folder), ['bytes_red.png']);
		await broken.close();
	});

	it('are refused for what has no colours, and for options that cannot be', async () => {
		const grey = await processor.open(await pictures.floats(new Float32Array(100), 10));
		await assert.rejects(grey.exportBands({ folder: pictures.path('grey') }), withCode('unsupported'));
		const wrong: object[] = [{ bands: ['nir'] }, { bits: 12 }, { format: 'gif' }, { stem: join('a', 'b') }];
		for (const options of wrong) {
			await assert.rejects(grey.exportBands({ folder: 'f', ...options }), withCode('invalidOption'));
		}
		await grey.close();
	});
});
