// `node test/bench/formats/encode.mjs OUTPUT [FRAMES] [PRESET]`: encodes so many frames of 1280 x 720 pixels; the check is the frames in the file.
import { VideoReader } from '../../../dist/runtime/formats.mjs';
import { encodeVideo } from '../../../dist/runtime/media.mjs';

const [output, count = '150', preset = 'medium'] = process.argv.slice(2);
const [width, height] = [1280, 720];
const idleRssBytes = process.resourceUsage().maxRSS * 1024;

function* frames() {
	const pixels = new Uint8Array(width * height * 3);
	for (let i = 0; i < Number(count); i++) {
		for (let at = 0; at < pixels.length; at += 7) pixels[at] = (at * (i + 1)) >> 4;
		yield pixels;
	}
}

const {
	frames: items,
	ms,
	bytes,
	peakChildRssBytes,
} = await encodeVideo(frames(), {
	output,
	width,
	height,
	fps: 25,
	preset,
	overwrite: true,
});
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
const film = await VideoReader.open(output);
let check = 0;
for await (const _ of film) check++;
await film.close();
console.log(JSON.stringify({ ms: Math.round(ms), items, check, bytes, peakRssBytes, idleRssBytes, peakChildRssBytes }));
