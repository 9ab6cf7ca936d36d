// A photograph through sharp: decoded, resized, encoded. Memory and work of native threads.
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const photograph = fileURLToPath(new URL('../../../examples/photographs/blueMarble.jpg', import.meta.url));
let bytes = 0;
for (const width of [512, 1024, 2048, 3072, 4096, 3584, 2560, 1536, 3072, 768]) {
	const { data, info } = await sharp(photograph).resize({ width }).raw().toBuffer({ resolveWithObject: true });
	const encoded = await sharp(data, { raw: info }).sharpen().webp().toBuffer();
	bytes += encoded.length;
}
console.log(bytes);
