// Writes a FITS cube as a radio telescope makes it of a turning galaxy: an image of the 21 cm line for each velocity.
import { open } from 'node:fs/promises';
import { gaussians } from './random.mjs';

const BLOCK = 2880;
/** Of the line at one place, and between channels; km/s. */
const LINE_WIDTH = 9;
const CHANNEL_WIDTH = 4;
const ROTATION = 180;
const NOISE = 0.4;

/** `size` pixels in each direction, `channels` velocities around 0; brightness in mJy/beam. */
export async function writeCube(path, size, channels) {
	const middle = (channels + 1) / 2;
	const header = cards([
		['SIMPLE', 'T'],
		['BITPIX', '-32'],
		['NAXIS', '3'],
		['NAXIS1', size],
		['NAXIS2', size],
		['NAXIS3', channels],
		['CTYPE1', "'RA---SIN'"],
		['CTYPE2', "'DEC--SIN'"],
		['CTYPE3', "'VRAD    '"],
		['CUNIT3', "'km/s    '"],
		['CRPIX3', middle.toFixed(1)],
		['CRVAL3', '0.0'],
		['CDELT3', CHANNEL_WIDTH.toFixed(1)],
		['BUNIT', "'mJy/beam'"],
		['OBJECT', "'Example galaxy'"],
	]);
	const disc = discOf(size);
	const noise = gaussians(1 << 18, NOISE, 21);
	const file = await open(path, 'wx');
	try {
		await file.write(header);
		const plane = new Float32Array(size * size);
		const bytes = Buffer.from(plane.buffer);
		for (let channel = 0; channel < channels; channel++) {
			draw(plane, disc, noise, (channel + 1 - middle) * CHANNEL_WIDTH, channel * 7_919);
			await file.write(bytes.swap32());
		}
		const length = header.length + channels * bytes.length;
		await file.write(Buffer.alloc((BLOCK - (length % BLOCK)) % BLOCK));
	} finally {
		await file.close();
	}
}

function cards(values) {
	const texts = values.map(([key, value]) => {
		const text = String(value);
		return `${key.padEnd(8)}= ${text.startsWith("'") ? text : text.padStart(20)}`.padEnd(80);
	});
	const text = [...texts, 'END'.padEnd(80)].join('');
	return Buffer.from(text.padEnd(Math.ceil(text.length / BLOCK) * BLOCK), 'latin1');
}

/** Velocity and brightness of each pixel: an inclined disc, the rotation curve of which is flat outside. */
function discOf(size) {
	const velocity = new Float32Array(size * size);
	const brightness = new Float32Array(size * size);
	for (let i = 0; i < velocity.length; i++) {
		const x = ((i % size) + 0.5) / size - 0.5;
		const y = (Math.floor(i / size) + 0.5) / size - 0.5;
		const radius = Math.hypot(x, y / 0.6);
		velocity[i] = ((ROTATION * x) / Math.max(radius, 1e-6)) * Math.tanh(radius / 0.08);
		brightness[i] = radius < 0.45 ? 12 * Math.exp(-radius / 0.15) : 0;
	}
	return { velocity, brightness };
}

function draw(plane, { velocity, brightness }, noise, at, shift) {
	const reach = 4 * LINE_WIDTH;
	for (let i = 0; i < plane.length; i++) {
		const off = velocity[i] - at;
		const line = Math.abs(off) < reach ? brightness[i] * Math.exp(-(off * off) / (2 * LINE_WIDTH * LINE_WIDTH)) : 0;
		plane[i] = line + noise[(i + shift) % noise.length];
	}
}
