import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { ImageLoader, ImageProcessor } from '../../../src/runtime/images/index.ts';
import { generator, type HostileCase } from '../hostile.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const WIDTH = 96;
const HEIGHT = 64;
/** A changed header may name any size; more than this is refused. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Noise, so that every byte of the file matters. */
function noise(): Buffer {
	const random = generator(7);
	return Buffer.from(Array.from({ length: WIDTH * HEIGHT * 3 }, (_, index) => ((index >> 3) & 127) + (random() & 127)));
}

export async function hostileCase(): Promise<HostileCase> {
	const folder = temporaryFolder('hostile-images');
	const image = () => sharp(noise(), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
	const encoded = {
		'baseline.jpg': image().jpeg(),
		'progressive.jpg': image().jpeg({ progressive: true }),
		'rows.png': image().png(),
		'interlaced.png': image().png({ progressive: true }),
		'strips.tif': image().tiff({ compression: 'deflate' }),
		'tiles.tif': image().tiff({ compression: 'lzw', tile: true, tileWidth: 32, tileHeight: 32 }),
		'lossless.webp': image().webp({ lossless: true }),
		'lossy.webp': image().webp(),
		'plain.gif': image().gif(),
		'plain.avif': image().avif({ effort: 0 }),
	};
	const files: string[] = [];
	for (const [name, pipeline] of Object.entries(encoded)) {
		const path = join(folder.path, name);
		await writeFile(path, await pipeline.toBuffer());
		files.push(path);
	}
	const bounds = { maxImageBytes: MAX_BYTES, maxSpoolBytes: MAX_BYTES, temporaryFolder: folder.path };
	const inMemory = new ImageProcessor(bounds);
	const spooled = new ImageProcessor({ ...bounds, spoolBytes: 1 });
	const loader = new ImageLoader({ maxImageBytes: MAX_BYTES, maxPixels: MAX_BYTES });
	return {
		format: 'images',
		files,
		async read(path, signal) {
			const found = [];
			for (const processor of [inMemory, spooled]) {
				const [image] = await processor.statistics(path, { signal });
				found.push(JSON.stringify(image));
			}
			const loaded = await loader.load(path, { signal });
			const samples = loaded.data.length;
			loaded.dispose();
			return [...found, samples].join('\n');
		},
		async dispose() {
			inMemory.dispose();
			spooled.dispose();
			await folder.remove();
		},
	};
}
