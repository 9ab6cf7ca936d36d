import { open, rm, stat } from 'node:fs/promises';
import sharp from 'sharp';
import { generator } from '../hostile.ts';

/** Of the decoded image: 4 × 3. */
const SHAPE = { width: 4, height: 3 };
/** libvips' own format: a header of so many bytes, then rows. */
const HEADER_BYTES = 64;
const TILE_ROWS = 512;

/**
 * A JPEG of noise over a slope of brightness whose pixels take about `bytes` when decoded: 576 MB are 16,000 × 12,000. Written by
 * rows: first as a file of plain rows beside `path`, then encoded.
 */
export async function makeBig(path: string, bytes: number): Promise<void> {
	const unit = Math.round(Math.sqrt(bytes / 3 / (SHAPE.width * SHAPE.height)));
	const width = unit * SHAPE.width;
	const height = unit * SHAPE.height;
	const rows = `${path}.v`;
	try {
		await writeRows(rows, width, height);
		sharp.cache(false);
		await sharp(rows, { limitInputPixels: false, sequentialRead: true }).jpeg({ quality: 85 }).toFile(path);
	} finally {
		await rm(rows, { force: true });
	}
	if ((await stat(path)).size === 0) throw new Error('nothing was written');
}

async function writeRows(path: string, width: number, height: number): Promise<void> {
	const handle = await open(path, 'w');
	try {
		const header = Buffer.alloc(HEADER_BYTES);
		// Magic, size, bands, bits, format (unsigned char), coding, interpretation (sRGB), resolution.
		for (const [index, field] of [0x08f2a6b6, width, height, 3, 8, 0, 0, 22].entries()) {
			header.writeInt32LE(field, index * 4);
		}
		header.writeFloatLE(1, 32);
		header.writeFloatLE(1, 36);
		await handle.write(header);
		const random = generator(11);
		const noise = Uint8Array.from({ length: TILE_ROWS * 1_021 }, () => 60 + (random() % 120));
		const row = Buffer.alloc(width * 3);
		for (let y = 0; y < height; y++) {
			const brightness = 0.5 + (0.5 * y) / height;
			for (let x = 0; x < row.length; x++) row[x] = (noise[(y * 677 + x) % noise.length] ?? 0) * brightness;
			await handle.write(row);
		}
	} finally {
		await handle.close();
	}
}
