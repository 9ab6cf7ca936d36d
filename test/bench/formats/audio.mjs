// `node audio.mjs FILE [wasm|ffmpeg]`: the levels of all frames of a sound file. `check`: its overall RMS.
import { AudioReader } from '../../../dist/runtime/formats.mjs';
import { measured } from './measured.mjs';

const [file, decoder = 'auto'] = process.argv.slice(2);

await measured(async () => {
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
	return { items, check: Math.sqrt(squares / samples) };
});
