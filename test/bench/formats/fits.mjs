// `node fits.mjs FILE`: all pixels of all images and two columns of all tables of a FITS file, through the package; one line of JSON.
import { createRequire } from 'node:module';

const { FitsReader } = createRequire(import.meta.url)('../../../dist/runtime/formats.cjs');

function sum(values) {
	let all = 0;
	for (let i = 0; i < values.length; i++) all += values[i];
	return all;
}

const idleRssBytes = process.resourceUsage().maxRSS * 1024;
const began = performance.now();
let items = 0;
let check = 0;
const reader = await FitsReader.open(process.argv[2]);
for await (const hdu of reader) {
	if (hdu.kind === 'table') {
		for await (const batch of reader.columns(hdu)) {
			items += batch.rows;
			check += sum(batch.numbers('TIME')) + sum(batch.numbers('FLUX'));
		}
	} else {
		for await (const { data } of reader.bands(hdu)) {
			items += data.length;
			check += sum(data);
		}
	}
}
await reader.close();
const ms = performance.now() - began;
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ ms: Math.round(ms), items, check, peakRssBytes, idleRssBytes }));
