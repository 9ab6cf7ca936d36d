import { availability, unlessAborted } from '../internals.ts';
import { fromSharp, imageErrors } from './imageErrors.ts';
import type { ImageInfo, InspectedImage } from './imageInfo.ts';
import { bandShape, type PixelRows, PixelsInMemory } from './pixelRows.ts';
import { PixelSpool } from './pixelSpool.ts';
import { isDepth } from './pixelTypes.ts';
import { type DecodeBounds, decoder, needsShift, unshifted, withSharp } from './sharpLibrary.ts';

/** A format that is decoded whole holds the image once as its decoder has it and once as it gives it. */
const WHOLE_FACTOR = 2;
/** What decoding by rows takes besides the rows: the decoder, its threads' buffers. */
const ROWS_BYTES = 48 * 1024 * 1024;

export interface RowSettings {
	/** Bound of the decoded image. */
	readonly maxDecodedBytes: number;
	readonly boundedBy: string;
	/** From this size on rows go to a file. */
	readonly spoolBytes: number;
	readonly folder: string;
	readonly failOn: DecodeBounds['failOn'];
}

/** Bytes of memory that working through the image by rows takes at most, about. @internal */
export function workingBytes({ decodedBytes, decoding }: ImageInfo, spoolBytes: number): number {
	if (decoding === 'whole') return decodedBytes * WHOLE_FACTOR + ROWS_BYTES;
	return decodedBytes < spoolBytes ? decodedBytes + ROWS_BYTES : ROWS_BYTES * 2;
}

/** The bound of pixels that goes with a bound of bytes: a header must not lead to more than was said. @internal */
export function boundsFor({ info, depth, page }: InspectedImage, failOn: DecodeBounds['failOn']): DecodeBounds {
	const isShifted = needsShift(depth, info.space);
	return { maxPixels: info.width * info.height, failOn, page, space: info.space, isShifted };
}

/**
 * Decodes into memory or, where it is large, into a file. Throws `tooLarge` and `insufficientMemory` before anything is decoded.
 *
 * @internal
 */
export async function decodeRows(
	image: InspectedImage,
	settings: RowSettings,
	signal: AbortSignal | undefined,
): Promise<PixelRows> {
	const { info } = image;
	const { path, decodedBytes } = info;
	if (decodedBytes > settings.maxDecodedBytes) {
		throw imageErrors.tooLarge(path, 'the image', decodedBytes, settings.boundedBy, settings.maxDecodedBytes);
	}
	bandShape(path, info.width, info.channels, image.depth);
	if (info.decoding === 'whole') {
		const { available, reason } = availability(workingBytes(info, settings.spoolBytes), { what: 'Decoding it' });
		if (!available) throw imageErrors.noMemory(path, reason);
	}
	const bounds = boundsFor(image, settings.failOn);
	if (decodedBytes >= settings.spoolBytes) return PixelSpool.start(image, bounds, settings.folder, signal);
	return unlessAborted(decodeInMemory(image, bounds), signal);
}

async function decodeInMemory({ info, depth }: InspectedImage, bounds: DecodeBounds): Promise<PixelRows> {
	const { path } = info;
	try {
		const { data, info: got } = await withSharp(sharp =>
			decoder(sharp, path, bounds, false)
				.raw({ depth: bounds.isShifted ? 'ushort' : depth })
				.toBuffer({ resolveWithObject: true }),
		);
		const { width, height, channels, depth: gotDepth = depth } = got as typeof got & { depth?: string };
		if (!isDepth(gotDepth)) throw imageErrors.unsupported(path, 'its samples are no real numbers');
		if (bounds.isShifted) return new PixelsInMemory(path, unshifted(data), { width, height, channels, depth });
		return new PixelsInMemory(path, data, { width, height, channels, depth: gotDepth });
	} catch (error) {
		throw fromSharp(path, error);
	}
}
