// `node video.mjs FILE [own|ffprobe]`: all frames of a film. `check`: the sum of their sizes.
import { VideoReader } from '../../../dist/runtime/formats.mjs';
import { measured } from './measured.mjs';

const [file, via = 'auto'] = process.argv.slice(2);

await measured(async () => {
	let items = 0;
	let check = 0;
	const film = await VideoReader.open(file, { via });
	for await (const { sizeBytes } of film) {
		items++;
		check += sizeBytes;
	}
	await film.close();
	return { items, check };
});
