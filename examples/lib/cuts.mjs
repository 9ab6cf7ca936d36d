// Frames of a film: the camera glides over photographs of the Earth and cuts from one to another.
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const CHANNELS = 3;
const PICTURE_WIDTH = 2_048;
/** The photograph and where the camera begins, in pixels of it. */
const SHOTS = [
	{ name: 'blueMarble.jpg', x: 900, y: 150 },
	{ name: 'cityLights.jpg', x: 900, y: 150 },
	{ name: 'blueMarble.jpg', x: 500, y: 450 },
	{ name: 'blueMarble.jpg', x: 1_400, y: 250 },
	{ name: 'cityLights.jpg', x: 200, y: 200 },
];

/** Raw RGB of one frame after the other, in memory that is used again. `photographs`: a cache of decoded ones. */
export async function* frames(width, height, framesPerShot, photographs) {
	const frame = Buffer.alloc(width * height * CHANNELS);
	for (const { name, x, y } of SHOTS) {
		const picture = await decoded(name, photographs);
		for (let i = 0; i < framesPerShot; i++) {
			const left = x + 2 * i;
			for (let row = 0; row < height; row++) {
				const from = ((y + i + row) * PICTURE_WIDTH + left) * CHANNELS;
				picture.copy(frame, row * width * CHANNELS, from, from + width * CHANNELS);
			}
			yield frame;
		}
	}
}

function decoded(name, photographs) {
	return photographs.getOrCompute(name, () => {
		const path = fileURLToPath(new URL(`../photographs/${name}`, import.meta.url));
		return sharp(path).resize({ width: PICTURE_WIDTH }).removeAlpha().raw().toBuffer();
	});
}
