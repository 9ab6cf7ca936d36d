// `node test/bench/formats/video.mjs FILE [own|ffprobe]`: all frames of a film; the check is the sum of their sizes.
import { VideoReader } from '../../../dist/runtime/formats.mjs';

const [file, via = 'auto'] = process.argv.slice(2);
const idleRssBytes = process.resourceUsage().maxRSS * 1024;
const started = performance.now();
let items = 0;
let check = 0;
const film = await VideoReader.open(file, { via });
for await (const { sizeBytes } of film) {
	items++;
	check += sizeBytes;
}
await film.close();
const ms = Math.round(performance.now() - started);
console.log(JSON.stringify({ ms, items, check, peakRssBytes: process.resourceUsage().maxRSS * 1024, idleRssBytes }));
