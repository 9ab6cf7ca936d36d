// `node hdf5.mjs FILE`: the sum of `/cube` of a file of test/support/bigFiles/hdf5.ts, slab by slab. Prints one line of JSON; `closedRssBytes`: after closing.
import { createRequire } from 'node:module';

const { Hdf5Reader } = createRequire(import.meta.url)('../../../dist/runtime/formats.cjs');
const [path] = process.argv.slice(2);
const idleRssBytes = process.memoryUsage.rss();
const started = performance.now();
let items = 0;
let check = 0;
const reader = await Hdf5Reader.open(path);
for await (const { data } of reader.slabs('/cube')) {
	items++;
	for (let i = 0; i < data.length; i++) check += data[i];
}
const { readBytes } = reader.progress();
await reader.close();
const ms = performance.now() - started;
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
const closedRssBytes = process.memoryUsage.rss();
console.log(JSON.stringify({ ms, items, check, readBytes, peakRssBytes, idleRssBytes, closedRssBytes }));
