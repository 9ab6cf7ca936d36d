import { imageErrors } from './imageErrors.ts';
import type { ImageInfo } from './imageInfo.ts';
import { bandNames } from './measureRegions.ts';
import type { PixelRows } from './pixelRows.ts';
import { bytesPerSample, type PixelArray, samplesIn } from './pixelTypes.ts';

/** Each band by itself: `width` × `height` samples, row by row. */
export interface RgbBands {
	readonly red: PixelArray;
	readonly green: PixelArray;
	readonly blue: PixelArray;
}

/** Chromatic coordinates of each pixel, row by row; `NaN` where a pixel is black. ExG in digital numbers. */
export interface CoordinatePlanes {
	readonly rcc: Float32Array;
	readonly gcc: Float32Array;
	readonly bcc: Float32Array;
	readonly exg: Float32Array;
}

/** Throws `unsupported` for an image without red, green and blue. @internal */
export function checkColored({ path, space }: ImageInfo, { channels }: PixelRows): void {
	if (bandNames(channels, space)[0] === 'red') return;
	throw imageErrors.unsupported(path, `it has no red, green and blue, but ${channels} bands (${space})`);
}

/** Throws `tooLarge` before anything is taken. @internal */
export function checkPlanes(info: ImageInfo, bytesPerPixel: number, maxImageBytes: number): void {
	const bytes = info.width * info.height * bytesPerPixel;
	if (bytes > maxImageBytes)
		throw imageErrors.tooLarge(info.path, 'a copy of its pixels', bytes, 'maxImageBytes', maxImageBytes);
}

/** @internal */
export async function rgbPlanes(rows: PixelRows, signal: AbortSignal | undefined): Promise<RgbBands> {
	const pixels = rows.width * rows.height;
	const plane = () => samplesIn(rows.depth, new Uint8Array(pixels * bytesPerSample(rows.depth)));
	const [red, green, blue] = [plane(), plane(), plane()];
	let to = 0;
	for await (const { data } of rows.bands(signal)) {
		for (let i = 0; i < data.length; i += 3, to++) {
			red[to] = data[i] as number;
			green[to] = data[i + 1] as number;
			blue[to] = data[i + 2] as number;
		}
	}
	return { red, green, blue };
}

/** @internal */
export async function coordinatePlanes(rows: PixelRows, signal: AbortSignal | undefined): Promise<CoordinatePlanes> {
	const plane = () => new Float32Array(rows.width * rows.height);
	const [rcc, gcc, bcc, exg] = [plane(), plane(), plane(), plane()];
	let to = 0;
	for await (const { data } of rows.bands(signal)) {
		for (let i = 0; i < data.length; i += 3, to++) {
			const red = data[i] as number;
			const green = data[i + 1] as number;
			const blue = data[i + 2] as number;
			const sum = red + green + blue;
			// 0 / 0 is what it should be: no number.
			rcc[to] = red / sum;
			gcc[to] = green / sum;
			bcc[to] = blue / sum;
			exg[to] = 3 * green - sum;
		}
	}
	return { rcc, gcc, bcc, exg };
}
