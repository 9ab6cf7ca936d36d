import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import {
	chromaticCoordinates,
	ImageLoader,
	ImageProcessor,
	type Region,
	type RegionStatistics,
} from '../../../../src/runtime/images/index.ts';
import { generator } from '../../../support/hostile.ts';
import { waitFor } from '../../../support/waitFor.ts';
import { recordingHub } from '../hub.ts';
import { Pictures, withCode } from './pictures.ts';

const near = (a: number | undefined, b: number) =>
	assert.ok(Math.abs((a ?? Number.NaN) - b) <= 1e-9 * Math.max(1, Math.abs(b)), `${a} instead of ${b}`);

/** By the definitions, from a list of samples. */
function plainly(samples: number[]) {
	const sorted = [...samples].sort((a, b) => a - b);
	const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
	const squares = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0);
	const percentile = (percent: number) => {
		const place = ((sorted.length - 1) * percent) / 100;
		const low = sorted[Math.floor(place)] ?? Number.NaN;
		return low + ((sorted[Math.ceil(place)] ?? low) - low) * (place % 1);
	};
	return { mean, std: Math.sqrt(squares / samples.length), min: sorted[0], max: sorted.at(-1), percentile };
}

describe('ImageProcessor', () => {
	const pictures = new Pictures();
	const { width, height } = pictures;
	const temporaryFolder = pictures.folder.path;
	const inMemory = new ImageProcessor();
	const spooled = new ImageProcessor({ spoolBytes: 1, temporaryFolder });
	const spools = () => readdirSync(temporaryFolder).filter(name => name.startsWith('memory-manager-spill'));
	after(() => pictures.folder.remove());

	/** Compares with the definitions, for the pixels that `inside` names. */
	function check(
		found: RegionStatistics | undefined,
		data: ArrayLike<number>,
		inside: (x: number, y: number) => boolean,
	) {
		const samples: number[][] = [[], [], []];
		for (let y = 0; y < height; y++) {
			for (let x = 0; x < width; x++) {
				if (!inside(x, y)) continue;
				for (const [band, values] of samples.entries()) values.push(data[(y * width + x) * 3 + band] ?? 0);
			}
		}
		assert.equal(found?.pixels, samples[0]?.length);
		for (const [index, band] of ['red', 'green', 'blue'].entries()) {
			const expected = plainly(samples[index] ?? []);
			const actual = found?.bands[band];
			near(actual?.mean, expected.mean);
			near(actual?.std, expected.std);
			assert.equal(actual?.min, expected.min);
			assert.equal(actual?.max, expected.max);
			for (const percent of [5, 25, 50, 75, 95]) near(actual?.percentiles[percent], expected.percentile(percent));
			assert.equal(actual?.percentileError, 0);
		}
	}

	const rois: Region[] = [
		{ name: 'rectangle', rectangle: { x: 5, y: -3, width: 100, height: 20 } },
		{
			name: 'triangle',
			polygon: [
				[3.1, 4.2],
				[50.3, 10.4],
				[20.7, 44.6],
			],
		},
		{
			name: 'ring',
			polygon: [
				[
					[2, 2],
					[40, 2],
					[40, 40],
					[2, 40],
				],
				[
					[10, 10],
					[30, 10],
					[30, 30],
					[10, 30],
				],
			],
		},
	];
	// No edge goes through the centre of a pixel.
	const insideTriangle = (x: number, y: number) => {
		const edges = [
			[3.1, 4.2, 50.3, 10.4],
			[50.3, 10.4, 20.7, 44.6],
			[20.7, 44.6, 3.1, 4.2],
		];
		const side = ([ax = 0, ay = 0, bx = 0, by = 0]: number[]) =>
			(bx - ax) * (y + 0.5 - ay) - (by - ay) * (x + 0.5 - ax);
		return edges.every(edge => side(edge) >= 0);
	};

	for (const [way, processor] of Object.entries({ 'in memory': inMemory, 'through a file': spooled })) {
		it(`measures the image and its regions by the definitions, ${way}`, async () => {
			for (const [path, data] of [
				[await pictures.png(), pictures.bytes],
				[await pictures.deepPng(), pictures.words],
			] as const) {
				const [image, rectangle, triangle, ring] = await processor.statistics(path, { rois });
				check(image, data, () => true);
				check(rectangle, data, (x, y) => x >= 5 && y < 17);
				check(triangle, data, insideTriangle);
				const within = (x: number, y: number, low: number, high: number) =>
					x >= low && x < high && y >= low && y < high;
				check(ring, data, (x, y) => within(x, y, 2, 40) && !within(x, y, 10, 30));
			}
			assert.deepEqual(spools(), []);
		});
	}

	it('gives means alone, the same as with all figures', async () => {
		const deep = await pictures.deepPng();
		for (const path of [await pictures.png(), deep]) {
			const whole = await inMemory.statistics(path, { rois });
			const means = await inMemory.statistics(path, { rois, onlyMeans: true });
			for (const [index, { bands, pixels, chromatic }] of means.entries()) {
				assert.equal(pixels, whole[index]?.pixels);
				assert.deepEqual(chromatic, whole[index]?.chromatic);
				assert.deepEqual(Object.keys(bands), ['red', 'green', 'blue']);
				for (const [name, band] of Object.entries(bands)) {
					assert.deepEqual([band.count, band.mean], [pixels, whole[index]?.bands[name]?.mean]);
					assert.deepEqual([band.std, band.min, band.max, band.percentiles], [NaN, NaN, NaN, {}]);
				}
			}
		}
		const floats = await pictures.floats(Float32Array.of(1, NaN, 2, 6), 2, 'some.tif');
		const [grey] = await inMemory.statistics(floats, { onlyMeans: true });
		assert.deepEqual([grey?.bands.grey?.count, grey?.bands.grey?.mean], [3, 3]);
		const both = inMemory.statistics(deep, { onlyMeans: true, percentiles: [50] });
		await assert.rejects(both, withCode('invalidOption'));
	});

	it('gives chromatic coordinates of the means, and means of those of pixels', async () => {
		const [image] = await inMemory.statistics(await pictures.png(), { perPixel: true });
		const { red, green, blue } = image?.bands ?? {};
		const means = [red?.mean ?? 0, green?.mean ?? 0, blue?.mean ?? 0] as const;
		assert.deepEqual(image?.chromatic, chromaticCoordinates(...means));
		const sum = means[0] + means[1] + means[2];
		near(image?.chromatic?.gcc, means[1] / sum);
		near(image?.chromatic?.exg, 2 * means[1] - means[0] - means[2]);
		const shares: number[] = [];
		const excesses: number[] = [];
		for (let i = 0; i < pictures.bytes.length; i += 3) {
			const [r = 0, g = 0, b = 0] = pictures.bytes.subarray(i, i + 3);
			if (r + g + b > 0) shares.push(g / (r + g + b));
			excesses.push(2 * g - r - b);
		}
		near(image?.perPixel?.gcc.mean, plainly(shares).mean);
		near(image?.perPixel?.gcc.std, plainly(shares).std);
		near(image?.perPixel?.exg.mean, plainly(excesses).mean);
		assert.equal(image?.perPixel?.blackPixels, excesses.length - shares.length);
	});

	it('takes masks from memory and from files, for what is not zero or what is', async () => {
		const mask = Uint8Array.from({ length: width * height }, (_, index) => (index % 7 < 3 ? 255 : 0));
		const file = pictures.path('mask.png');
		await sharp(mask, { raw: { width, height, channels: 1 } })
			.png()
			.toFile(file);
		const masks: Region[] = [
			{ name: 'memory', mask },
			{ name: 'file', mask: file },
			{ name: 'black', mask: file, inside: 'zero' },
		];
		for (const processor of [inMemory, spooled]) {
			const [, memory, fromFile, black] = await processor.statistics(await pictures.png(), { rois: masks });
			check(memory, pictures.bytes, (x, y) => (y * width + x) % 7 < 3);
			assert.deepEqual({ ...fromFile, region: 'memory' }, memory);
			check(black, pictures.bytes, (x, y) => (y * width + x) % 7 >= 3);
		}
		assert.deepEqual(spools(), []);
	});

	it('refuses a mask of another size', async () => {
		const path = await pictures.png();
		const small = pictures.path('small.png');
		await sharp({ create: { width: 9, height: 9, channels: 3, background: '#fff' } })
			.png()
			.toFile(small);
		for (const mask of [new Uint8Array(9), small]) {
			await assert.rejects(spooled.statistics(path, { rois: [{ name: 'm', mask }] }), withCode('invalidInput'));
		}
		await waitFor(() => spools().length === 0);
	});

	it('has no figures for a region without pixels', async () => {
		const far: Region = { name: 'far', rectangle: { x: 900, y: 900, width: 5, height: 5 } };
		const [, found] = await inMemory.statistics(await pictures.png(), { rois: [far] });
		assert.equal(found?.pixels, 0);
		assert.ok(Number.isNaN(found?.bands.red?.mean));
		assert.ok(Number.isNaN(found?.chromatic?.gcc));
	});

	it('counts floats without those that are no number; many percentiles within a bound that it tells', async () => {
		const random = generator(9);
		for (const [count, exact] of [
			[2_000, true],
			[90_000, false],
		] as const) {
			const values = Float32Array.from({ length: count }, () => (random() / 2 ** 32 - 0.3) * 1_000);
			const finite = [...values].slice(2);
			values[0] = Number.NaN;
			values[1] = Number.POSITIVE_INFINITY;
			const [image] = await spooled.statistics(await pictures.floats(values, 100, `floats${count}.tif`));
			const grey = image?.bands.grey;
			const expected = plainly(finite);
			assert.equal(image?.pixels, count);
			assert.equal(grey?.count, count - 2);
			near(grey?.mean, expected.mean);
			near(grey?.std, expected.std);
			assert.equal(grey?.min, expected.min);
			assert.equal(grey?.percentileError === 0, exact);
			for (const percent of [5, 25, 50, 75, 95]) {
				const [ours, theirs] = [grey?.percentiles[percent] ?? Number.NaN, expected.percentile(percent)];
				const bound = exact ? 1e-9 : (grey?.percentileError ?? 0) * 1.01;
				assert.ok(Math.abs(ours - theirs) <= bound * Math.abs(theirs), `${percent} %: ${ours} instead of ${theirs}`);
			}
			assert.equal(image?.chromatic, undefined);
		}
	});

	it('keeps the sign of grey samples of 16 bits', async () => {
		const heights = Int16Array.from({ length: 900 }, (_, index) => index * 70 - 32_000);
		const path = await pictures.floats(heights, 30, 'heights.tif');
		const mean = heights.reduce((sum, value) => sum + value, 0) / heights.length;
		for (const processor of [inMemory, spooled]) {
			const grey = (await processor.statistics(path))[0]?.bands.grey;
			near(grey?.mean, mean);
			assert.deepEqual([grey?.min, grey?.max], [heights[0], heights.at(-1)]);
		}
		const image = await new ImageLoader().load(path);
		assert.equal(image.dtype, 'int16');
		assert.deepEqual([...image.data], [...heights]);
	});

	it('names samples that the library cannot read', async () => {
		const path = await pictures.floats(Float64Array.of(1, 2, 3, 4), 2, 'double.tif');
		await assert.rejects(inMemory.statistics(path), { code: 'unsupported', message: /more than 32 bits/ });
	});

	it('gives bands and coordinates by pixel', async () => {
		for (const processor of [inMemory, spooled]) {
			const image = await processor.open(await pictures.deepPng());
			const { red, blue } = await image.rgbBands();
			assert.ok(red instanceof Uint16Array);
			assert.equal(red[100], pictures.words[300]);
			assert.equal(blue.at(-1), pictures.words.at(-1));
			const { gcc, exg } = await image.chromaticCoordinates();
			const [r = 0, g = 0, b = 0] = pictures.words.subarray(300, 303);
			assert.equal(gcc[100], Math.fround(g / (r + g + b)));
			assert.equal(exg[100], 2 * g - r - b);
			assert.equal((await image.rgbBands()).red, red);
			await image.close();
			await assert.rejects(image.rgbBands(), withCode('disposed'));
		}
	});

	it('answers from its cache after the original was released, even after the file is gone', async () => {
		const path = await pictures.png('gone.png');
		const image = await spooled.open(path);
		const first = await image.statistics({ rois });
		assert.equal(spools().length, 1);
		await image.releaseOriginal();
		assert.deepEqual(spools(), []);
		await rm(path);
		assert.deepEqual(await image.statistics({ rois }), first);
		const [, renamed] = await image.statistics({ rois: [{ ...rois[1], name: 'another' } as Region] });
		assert.deepEqual(renamed, { ...first[2], region: 'another' });
		await assert.rejects(image.statistics({ percentiles: [1] }), { name: 'FileError' });
		await image.close();
	});

	it('measures anew when the file has changed', async () => {
		const path = await pictures.png('changing.png');
		const [before] = await inMemory.statistics(path);
		await sharp({ create: { width: 20, height: 10, channels: 3, background: '#123456' } })
			.png()
			.toFile(path);
		const [after] = await inMemory.statistics(path);
		assert.equal(before?.pixels, width * height);
		assert.equal(after?.pixels, 200);
		assert.equal(after?.bands.green?.mean, 0x34);
	});

	it('gives rows for work of one’s own', async () => {
		const image = await spooled.open(await pictures.png());
		const rows: number[] = [];
		for await (const band of image.rows()) rows.push(...band.data);
		assert.deepEqual(Uint8Array.from(rows), pictures.bytes);
		await image.close();
		assert.deepEqual(spools(), []);
	});

	it('is seen as a reader: how much of the file, how much is held', async () => {
		const hub = recordingHub();
		const path = await pictures.png('seen.png');
		const image = await inMemory.open(path);
		await image.statistics();
		const entries = hub.drain().entries.filter(entry => entry.type === 'stream' && entry.name === 'seen.png');
		const entry = entries.at(-1) as unknown as Record<string, unknown>;
		const { length } = await readFile(path);
		assert.deepEqual([entry.kind, entry.format, entry.totalBytes, entry.readBytes], ['reader', 'PNG', length, length]);
		assert.equal(entry.bufferBytes, width * height * 3);
		await image.close();
	});

	it('refuses what is larger than its bounds before it decodes, and what is cut off while it does', async () => {
		const bounded = new ImageProcessor({ maxSpoolBytes: 1_000_000_000, maxImageBytes: 1_000, temporaryFolder });
		const bomb = await pictures.claiming(50_000, 50_000);
		await assert.rejects(bounded.statistics(bomb), withCode('tooLarge'));
		const image = await bounded.open(await pictures.png());
		await assert.rejects(image.rgbBands(), withCode('tooLarge'));
		await image.close();
		const whole = await readFile(await pictures.png());
		await writeFile(pictures.path('cut.png'), whole.subarray(0, whole.length - 3_000));
		for (const processor of [inMemory, spooled]) {
			await assert.rejects(processor.statistics(pictures.path('cut.png')), error =>
				/truncated|damaged/.test((error as { code: string }).code),
			);
		}
		await waitFor(() => spools().length === 0);
	});

	it('ends with the reason of its signal, and leaves no file behind', async () => {
		const path = pictures.path('large.png');
		await sharp({ create: { width: 3_000, height: 2_000, channels: 3, background: '#456' } })
			.png()
			.toFile(path);
		const reason = new Error('enough');
		const early = AbortSignal.abort(reason);
		await assert.rejects(spooled.statistics(path, { signal: early }), error => error === reason);
		const controller = new AbortController();
		const image = await spooled.open(path);
		const reading = (async () => {
			for await (const _ of image.rows({ signal: controller.signal })) controller.abort(reason);
		})();
		await assert.rejects(reading, error => error === reason);
		await image.close();
		assert.deepEqual(spools(), []);
	});

	it('refuses regions and options that cannot be', async () => {
		const path = await pictures.png();
		const wrong: unknown[] = [
			[{ name: 'image', rectangle: { x: 0, y: 0, width: 1, height: 1 } }],
			[{ name: 'a', rectangle: { x: 0.5, y: 0, width: 1, height: 1 } }],
			[
				{
					name: 'a',
					polygon: [
						[0, 0],
						[1, 1],
					],
				},
			],
			[
				{
					name: 'a',
					polygon: [
						[0, 0],
						[1, 1],
						[Number.NaN, 2],
					],
				},
			],
			[{ name: 'a', rectangle: { x: 0, y: 0, width: 1, height: 1 }, mask: 'b.png' }],
			[{ name: 'a', mask: 'b.png', inside: 'black' }],
			[{ name: 'a' }],
			'none',
		];
		for (const each of wrong) {
			await assert.rejects(inMemory.statistics(path, { rois: each as Region[] }), withCode('invalidOption'));
		}
		await assert.rejects(inMemory.statistics(path, { percentiles: [101] }), withCode('invalidOption'));
		assert.throws(() => new ImageProcessor({ spoolBytes: -1 }), withCode('invalidOption'));
		const gone = new ImageProcessor();
		gone.dispose();
		await assert.rejects(gone.open(path), withCode('disposed'));
	});
});
