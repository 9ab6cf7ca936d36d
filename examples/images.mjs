// Map tiles from photographs: a pyramid of zoom levels, each cut into tiles of 256 pixels and encoded, with a histogram per level.
//
// In the panel: the pool "tiles" hands the same few buffers out again and again, so array buffers stay flat; RSS rises far above
// heap and external together, because sharp decodes and encodes in native memory that only RSS shows.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ObjectPool, region } from 'memory-manager-runtime';
import sharp from 'sharp';

const TILE = 256;
const CHANNELS = 3;
const WIDTHS = [1024, 2048, 4096, 8192];
const folder = new URL('photographs/', import.meta.url);

const tiles = new ObjectPool({
	name: 'tiles',
	create: () => Buffer.alloc(TILE * TILE * CHANNELS),
	reset: buffer => buffer.fill(0),
	max: 8,
});

async function main() {
	for (const name of readdirSync(folder).filter(file => file.endsWith('.jpg'))) {
		for (const width of WIDTHS) await region(`${name} at ${width}`, () => level(name, width));
	}
}

async function level(name, width) {
	const { data, info } = await region('decode', () =>
		sharp(fileURLToPath(new URL(name, folder)))
			.resize({ width })
			.removeAlpha()
			.raw()
			.toBuffer({ resolveWithObject: true }),
	);
	const corners = [];
	for (let top = 0; top < info.height; top += TILE) {
		for (let left = 0; left < info.width; left += TILE) corners.push({ left, top });
	}
	const histogram = new Uint32Array(256);
	let encodedBytes = 0;
	await region('tiles', () =>
		Promise.all(
			corners.map(corner =>
				tiles.use(async tile => {
					cut(data, info.width, corner, tile);
					count(tile, histogram);
					encodedBytes += (await encode(tile)).length;
				}),
			),
		),
	);
	const { median, share } = brightness(histogram);
	console.log(
		`${name} at ${info.width}x${info.height}: ${corners.length} tiles, ${encodedBytes} bytes as WebP, median brightness ${median}, ${share} of pixels above half`,
	);
}

/** Copies one tile out of the raw picture; width and height are multiples of the tile. */
function cut(picture, width, { left, top }, tile) {
	const rowBytes = TILE * CHANNELS;
	for (let row = 0; row < TILE; row++) {
		const from = ((top + row) * width + left) * CHANNELS;
		picture.copy(tile, row * rowBytes, from, from + rowBytes);
	}
}

/** Brightness by the weights of ITU-R BT.709. */
function count(tile, histogram) {
	for (let i = 0; i < tile.length; i += CHANNELS) {
		histogram[Math.round(0.2126 * tile[i] + 0.7152 * tile[i + 1] + 0.0722 * tile[i + 2])]++;
	}
}

const encode = tile =>
	sharp(tile, { raw: { width: TILE, height: TILE, channels: CHANNELS } })
		.sharpen()
		.webp({ quality: 80 })
		.toBuffer();

function brightness(histogram) {
	const pixels = histogram.reduce((sum, n) => sum + n, 0);
	let below = 0;
	const median = histogram.findIndex(n => {
		below += n;
		return below >= pixels / 2;
	});
	const bright = histogram.subarray(128).reduce((sum, n) => sum + n, 0);
	return { median, share: `${((bright / pixels) * 100).toFixed(1)} %` };
}

await main();
