// `node binary.mjs FILE`: a file of test/support/bigFiles/binary.ts, once as chunks, once as columns. Prints one line of JSON.
import { createRequire } from 'node:module';

const { BinaryReader } = createRequire(import.meta.url)('../../../dist/runtime/formats.cjs');
const FIELDS = {
	number: 'uint32',
	kind: 'uint16',
	unused: { type: 'skip', bytes: 2 },
	value: 'float64',
	name: { type: 'skip', bytes: 8 },
};

const [path] = process.argv.slice(2);
const idleRssBytes = process.resourceUsage().maxRSS * 1024;
const started = performance.now();
let items = 0;
let check = 0;
const reader = await BinaryReader.open(path);
for await (const { bytes } of reader) check += bytes[bytes.length - 1];
const chunksMs = performance.now() - started;
for await (const { count, columns } of reader.columns(FIELDS)) {
	items += count;
	for (let i = 0; i < count; i++) check += columns.value[i] * columns.kind[i];
}
await reader.close();
const ms = performance.now() - started;
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ ms, chunksMs, items, check, peakRssBytes, idleRssBytes }));
