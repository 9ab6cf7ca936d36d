// `node audio.mjs FILE [wasm|ffmpeg]`: the levels of all frames of a sound file, through the package; one line of JSON. `check`: its overall RMS.
import { createRequire } from 'node:module';

const { AudioReader } = createRequire(import.meta.url)('../../../dist/runtime/formats.cjs');

const idleRssBytes = process.resourceUsage().maxRSS * 1024;
const [, , file, decoder = 'auto'] = process.argv;
const began = performance.now();
let items = 0;
let samples = 0;
let squares = 0;
const reader = await AudioReader.open(file, { frameSize: 4096, decoder });
for await (const frame of reader) {
	items++;
	samples += frame.samples;
	squares += frame.rms ** 2 * frame.samples;
}
await reader.close();
const ms = performance.now() - began;
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
const check = Math.sqrt(squares / samples);
console.log(JSON.stringify({ ms: Math.round(ms), items, check, peakRssBytes, idleRssBytes }));
