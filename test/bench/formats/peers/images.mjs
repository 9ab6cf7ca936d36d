import { mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';

const OPTIONS = { limitInputPixels: false, ignoreIcc: true };
const ROWS = 64;
/** Of libvips' own format. */
const HEADER_BYTES = 64;

function add(sums, data) {
	let [red, green, blue] = sums;
	for (let i = 0; i < data.length; i += 3) {
		red += data[i];
		green += data[i + 1];
		blue += data[i + 2];
	}
	sums[0] = red;
	sums[1] = green;
	sums[2] = blue;
}

const result = (sums, pixels) => ({ items: pixels, check: sums.map(sum => sum / pixels) });

/** The library's code is loaded before the measurement. */
async function warm() {
	sharp.cache(false);
	await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
		.raw()
		.toBuffer();
}

export const peers = {
	/** All pixels in memory. */
	async sharp() {
		await warm();
		return async file => {
			const { data } = await sharp(file, OPTIONS).removeAlpha().raw().toBuffer({ resolveWithObject: true });
			const sums = [0, 0, 0];
			add(sums, data);
			return result(sums, data.length / 3);
		};
	},
	/** Through a file of rows beside it, as libvips writes it. */
	async 'sharp, by rows'() {
		await warm();
		return async file => {
			const folder = mkdtempSync(join(tmpdir(), 'memory-manager-bench-'));
			try {
				const rows = join(folder, 'rows.v');
				const { width, height } = await sharp(file, { ...OPTIONS, sequentialRead: true })
					.removeAlpha()
					.toFile(rows);
				const descriptor = openSync(rows);
				const band = Buffer.allocUnsafe(width * 3 * ROWS);
				const sums = [0, 0, 0];
				for (let y = 0; y < height; y += ROWS) {
					const wanted = Math.min(ROWS, height - y) * width * 3;
					const bytes = readSync(descriptor, band, 0, wanted, HEADER_BYTES + y * width * 3);
					add(sums, band.subarray(0, bytes));
				}
				return result(sums, width * height);
			} finally {
				rmSync(folder, { recursive: true });
			}
		};
	},
	async 'image-js'({ load }) {
		const { decode } = await load('image-js');
		return async file => {
			const image = decode(await readFile(file));
			return { items: image.width * image.height, check: image.mean().slice(0, 3) };
		};
	},
};
