// `node images.mjs FILE [ours|raw|spool]`: mean red, green and blue of an image. `raw` and `spool` do the same with sharp alone: all pixels in
// memory at once, and by libvips' own file of rows, one after the other.
import { mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import runtime from '../../../dist/runtime/images.cjs';

const [file, mode = 'ours'] = process.argv.slice(2);
const ways = { ours, raw, spool };
const way = ways[mode];
if (!file || !way) throw new Error('node images.mjs FILE [ours|raw|spool]');

// The library's code is loaded before the measurement, as it is where a script reads more than one image.
await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
	.raw()
	.toBuffer();
const idleRssBytes = process.resourceUsage().maxRSS * 1024;
const cpuBefore = process.cpuUsage();
const started = performance.now();
const { means, pixels } = await way();
const ms = Math.round(performance.now() - started);
// On a machine that is busy otherwise the truer figure.
const { user, system } = process.cpuUsage(cpuBefore);
const cpuMs = Math.round((user + system) / 1000);
const check = means.map(mean => mean.toFixed(6)).join(' ');
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ ms, cpuMs, items: pixels, check, peakRssBytes, idleRssBytes }));

async function ours() {
	const processor = new runtime.ImageProcessor();
	const [{ bands, pixels }] = await processor.statistics(file);
	return { means: [bands.red.mean, bands.green.mean, bands.blue.mean], pixels };
}

async function raw() {
	sharp.cache(false);
	const { data } = await sharp(file, { limitInputPixels: false, ignoreIcc: true })
		.removeAlpha()
		.raw()
		.toBuffer({ resolveWithObject: true });
	const sums = [0, 0, 0];
	add(sums, data);
	return meansOf(sums, data.length / 3);
}

async function spool() {
	sharp.cache(false);
	const folder = mkdtempSync(join(tmpdir(), 'images-bench-'));
	try {
		const rows = join(folder, 'rows.v');
		const options = { limitInputPixels: false, ignoreIcc: true, sequentialRead: true };
		const { width, height } = await sharp(file, options).removeAlpha().toFile(rows);
		const descriptor = openSync(rows);
		const band = Buffer.allocUnsafe(width * 3 * 64);
		const sums = [0, 0, 0];
		for (let y = 0; y < height; y += 64) {
			const bytes = readSync(descriptor, band, 0, Math.min(64, height - y) * width * 3, 64 + y * width * 3);
			add(sums, band.subarray(0, bytes));
		}
		return meansOf(sums, width * height);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

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

function meansOf(sums, pixels) {
	return { means: sums.map(sum => sum / pixels), pixels };
}
