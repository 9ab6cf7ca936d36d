// `node images.mjs FILE`: only means, as the peers compute them: mean red, green and blue of an image, which are the `check`.
import sharp from 'sharp';
import { ImageProcessor } from '../../../dist/runtime/images.mjs';
import { measured } from './measured.mjs';

// The library's code is loaded before the measurement, as it is where a script reads more than one image.
await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
	.raw()
	.toBuffer();

await measured(async () => {
	const [{ bands, pixels }] = await new ImageProcessor().statistics(process.argv[2], { onlyMeans: true });
	return { items: pixels, check: [bands.red.mean, bands.green.mean, bands.blue.mean] };
});
