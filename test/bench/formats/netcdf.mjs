// `node netcdf.mjs FILE`: every variable of a NetCDF file, true values, as a user would add them up. Prints one line of JSON.
import { createRequire } from 'node:module';

const { NetcdfReader } = createRequire(import.meta.url)('../../../dist/runtime/formats.cjs');

const [path] = process.argv.slice(2);
const idleRssBytes = process.resourceUsage().maxRSS * 1024;
const started = performance.now();
let items = 0;
let check = 0;
const reader = await NetcdfReader.open(path);
for (const { name, type } of reader.variables()) {
	if (type === 'char' || type === 'string') continue;
	for await (const { data } of reader.slabs(name, { unpack: true })) {
		items += data.length;
		for (let i = 0; i < data.length; i++) if (!Number.isNaN(data[i])) check += data[i];
	}
}
await reader.close();
const ms = performance.now() - started;
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ ms, items, check, peakRssBytes, idleRssBytes }));
