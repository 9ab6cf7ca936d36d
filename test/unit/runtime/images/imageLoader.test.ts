import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { ImageLoader } from '../../../../src/runtime/images/index.ts';
import { pressure } from '../../../../src/runtime/monitor/pressure.ts';
import { forceComprehensiveCleanup } from '../../../../src/runtime/scopes/comprehensiveCleanup.ts';
import { recordingHub } from '../hub.ts';
import { Pictures, withCode } from './pictures.ts';

describe('ImageLoader', () => {
	const pictures = new Pictures();
	const { width, height } = pictures;
	after(() => pictures.folder.remove());

	it('tells what a file holds without decoding it', async () => {
		const path = await pictures.claiming(30_000, 20_000);
		const info = await new ImageLoader().inspect(path);
		assert.equal(info.format, 'PNG');
		assert.deepEqual([info.width, info.height, info.channels, info.dtype], [30_000, 20_000, 3, 'uint8']);
		assert.equal(info.decodedBytes, 30_000 * 20_000 * 3);
		assert.equal(info.decoding, 'rows');
	});

	it('tells what has to be decoded whole', async () => {
		const path = pictures.path('progressive.jpg');
		const image = () => sharp(pictures.bytes, { raw: { width, height, channels: 3 } });
		await image().jpeg({ progressive: true }).toFile(path);
		assert.equal((await new ImageLoader().inspect(path)).decoding, 'whole');
		await image().webp().toFile(pictures.path('any.webp'));
		assert.equal((await new ImageLoader().inspect(pictures.path('any.webp'))).decoding, 'whole');
	});

	it('gives samples as they are stored: 8 bits, 16 bits, floats', async () => {
		const loader = new ImageLoader();
		const bytes = await loader.load(await pictures.png());
		assert.deepEqual(bytes.data, pictures.bytes);
		assert.equal(bytes.scale, 1);
		assert.equal(bytes.scaleReason, undefined);
		const words = await loader.load(await pictures.deepPng());
		assert.equal(words.dtype, 'uint16');
		assert.deepEqual(words.data, pictures.words);
		const values = Float32Array.from({ length: 200 }, (_, index) => Math.sin(index) * 1e6);
		const floats = await loader.load(await pictures.floats(values, 20));
		assert.equal(floats.dtype, 'float32');
		assert.deepEqual(floats.data, values);
		for (const image of [bytes, words, floats]) image.dispose();
	});

	it('makes an image smaller that is larger than its bound, and tells by how much and why', async () => {
		const maxImageBytes = (width * height * 3) / 4;
		for (const path of [await pictures.png(), await pictures.deepPng()]) {
			const image = await new ImageLoader({ maxImageBytes: Math.floor(maxImageBytes) }).load(path);
			assert.ok(image.bytes <= maxImageBytes, `${image.bytes} bytes`);
			assert.ok(image.scale < 1 && image.scale > 0.3, `${image.scale}`);
			assert.equal(image.width, Math.floor(width * image.scale));
			assert.equal(image.data.length, image.width * image.height * 3);
			assert.match(image.scaleReason ?? '', /"maxImageBytes"/);
			assert.equal(image.dtype, image.info.dtype);
			image.dispose();
		}
	});

	it('keeps to the longest side', async () => {
		const image = await new ImageLoader({ maxDimension: 30 }).load(await pictures.png());
		assert.deepEqual([image.width, image.height], [30, Math.floor((height * 30) / width)]);
		assert.match(image.scaleReason ?? '', /"maxDimension"/);
		image.dispose();
	});

	it('takes less while memory is short', async () => {
		const path = await pictures.png();
		const loader = new ImageLoader({ maxImageBytes: width * height * 3 });
		pressure.set('critical', 'for the test', true);
		try {
			const image = await loader.load(path);
			assert.ok(image.bytes <= (width * height * 3) / 4);
			assert.match(image.scaleReason ?? '', /critical/);
			image.dispose();
		} finally {
			pressure.set('normal', 'for the test', true);
		}
	});

	it('refuses instead where it must not make anything smaller', async () => {
		const loader = new ImageLoader({ maxImageBytes: 100, onDownscale: 'error' });
		await assert.rejects(loader.load(await pictures.png()), withCode('tooLarge'));
	});

	it('turns an image when asked to', async () => {
		const path = pictures.path('turned.jpg');
		const image = sharp(pictures.bytes, { raw: { width, height, channels: 3 } });
		await image.withMetadata({ orientation: 6 }).jpeg().toFile(path);
		const stored = await new ImageLoader().load(path);
		assert.deepEqual([stored.width, stored.height, stored.info.orientation], [width, height, 6]);
		const turned = await new ImageLoader({ autoOrient: true }).load(path);
		assert.deepEqual([turned.width, turned.height], [height, width]);
		const small = await new ImageLoader({ autoOrient: true, maxDimension: 30 }).load(path);
		assert.deepEqual([small.width, small.height], [Math.floor((height * 30) / width), 30]);
		for (const each of [stored, turned, small]) each.dispose();
	});

	it('refuses an image bomb before it decodes it', async () => {
		const path = await pictures.claiming(60_000, 60_000);
		await assert.rejects(new ImageLoader().load(path), withCode('tooLarge'));
	});

	it('refuses what is cut off, what is no image, and what is not there', async () => {
		const loader = new ImageLoader();
		const png = await readFile(await pictures.png());
		await writeFile(pictures.path('cut.png'), png.subarray(0, png.length / 2));
		await assert.rejects(loader.load(pictures.path('cut.png')), (error: { code?: string; path?: string }) => {
			assert.match(error.code ?? '', /truncated|damaged/);
			return error.path === pictures.path('cut.png');
		});
		await writeFile(pictures.path('text.jpg'), 'no image');
		await assert.rejects(loader.load(pictures.path('text.jpg')), withCode('wrongFormat'));
		await writeFile(pictures.path('drawing.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
		await assert.rejects(loader.load(pictures.path('drawing.svg')), withCode('unsupported'));
		await assert.rejects(loader.load(pictures.path('none.jpg')), withCode('fileUnreadable'));
		await assert.rejects(loader.load(pictures.folder.path), withCode('fileUnreadable'));
	});

	it('ends with the reason of its signal', async () => {
		const reason = new Error('enough');
		await assert.rejects(
			new ImageLoader().load(await pictures.png(), { signal: AbortSignal.abort(reason) }),
			error => error === reason,
		);
		const late = new AbortController();
		const loading = new ImageLoader().load(await pictures.png(), { signal: late.signal });
		late.abort(reason);
		await assert.rejects(loading, error => error === reason);
	});

	it('is seen as a reader while its pixels are held, and lets them go when asked', async () => {
		const hub = recordingHub();
		const image = await new ImageLoader({ name: 'the canopy' }).load(await pictures.png());
		const shown = () => hub.drain().entries.filter(entry => entry.type === 'stream' && entry.name === 'the canopy');
		const entry = shown().at(-1) as unknown as Record<string, unknown>;
		assert.equal(entry.kind, 'reader');
		assert.equal(entry.format, 'PNG');
		assert.equal(entry.bufferBytes, width * height * 3);
		image.releaseOriginal();
		assert.equal(image.bytes, 0);
		assert.throws(() => image.data, withCode('disposed'));
		assert.equal(image.width, width);
		image.dispose();
	});

	it('is cleaned with everything else', async () => {
		const image = await new ImageLoader().load(await pictures.png());
		await forceComprehensiveCleanup();
		assert.equal(image.bytes, 0);
	});

	it('leaves the cache of sharp as the script has it', async () => {
		sharp.cache({ memory: 20, files: 5, items: 30 });
		const image = await new ImageLoader().load(await pictures.png());
		image.dispose();
		const { memory, files, items } = sharp.cache();
		assert.deepEqual([memory.max, files.max, items.max], [20, 5, 30]);
		sharp.cache(false);
	});

	it('refuses options that cannot be', () => {
		const wrong: object[] = [
			{ maxImageBytes: 0 },
			{ maxDimension: 1.5 },
			{ onDownscale: 'maybe' },
			{ maxBytes: 5 },
			{ page: -1 },
		];
		for (const options of wrong) assert.throws(() => new ImageLoader(options), withCode('invalidOption'));
	});
});
