// `node dicom.mjs FILE`: every element with its value and all pixels, as a user would read them. Prints one line of JSON.
import { createRequire } from 'node:module';

const { DicomReader } = createRequire(import.meta.url)('../../../dist/runtime/formats.cjs');

const [path] = process.argv.slice(2);
const idleRssBytes = process.resourceUsage().maxRSS * 1024;
const started = performance.now();
let items = 0;
let check = 0;
const reader = await DicomReader.open(path);
for await (const element of reader.elements({ nested: true })) {
	items++;
	if (element.vr === 'US') check += await element.value();
}
const elementsMs = performance.now() - started;
for await (const frame of reader.frames()) {
	items++;
	for await (const piece of frame.pieces()) {
		for (let i = 0; i < piece.length; i += 64) check = (check * 31 + piece[i]) % 4_294_967_291;
	}
}
await reader.close();
const ms = performance.now() - started;
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ ms, elementsMs, items, check, peakRssBytes, idleRssBytes }));
