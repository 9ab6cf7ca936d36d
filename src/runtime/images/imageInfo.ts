import { type FileHandle, open } from 'node:fs/promises';
import type { Metadata } from 'sharp';
import { fileErrors } from '../internals.ts';
import { fromSharp, imageErrors } from './imageErrors.ts';
import { bytesPerSample, type Depth, dtypeOf, isDepth, type PixelType } from './pixelTypes.ts';
import { needsShift, withSharp } from './sharpLibrary.ts';

export type ImageFormat = 'JPEG' | 'PNG' | 'WebP' | 'TIFF' | 'GIF' | 'AVIF';

/** What a file says of its image before a pixel is decoded. */
export interface ImageInfo {
	readonly path: string;
	readonly format: ImageFormat;
	/** Pixels, as stored: not turned by `orientation`. */
	readonly width: number;
	readonly height: number;
	readonly channels: number;
	readonly hasAlpha: boolean;
	/** Type of the samples once decoded; files of 1, 2 and 4 bits are decoded to `uint8`. */
	readonly dtype: PixelType;
	/** As libvips names it: `srgb`, `b-w`, `rgb16`, `grey16`, `cmyk` … */
	readonly space: string;
	/** EXIF: how it is to be turned for a viewer, 1 (not at all) to 8. */
	readonly orientation: number;
	/** Images in the file; one of them is read. */
	readonly pages: number;
	/** Of all pixels: width × height × channels × bytes per sample. */
	readonly decodedBytes: number;
	readonly fileBytes: number;
	/**
	 * `rows`: decoded from top to bottom, holding a few rows. `whole`: the format, or the way in which this file was written (progressive,
	 * interlaced), has it decoded as a whole, in about twice `decodedBytes`.
	 */
	readonly decoding: 'rows' | 'whole';
}

/** What tells two states of a file apart. */
export interface FileIdentity {
	readonly path: string;
	readonly bytes: number;
	/** Of the last change, ms since 1970. */
	readonly changedMs: number;
}

/** @internal */
export interface InspectedImage {
	readonly info: ImageInfo;
	readonly depth: Depth;
	readonly identity: FileIdentity;
	readonly page: number;
}

const HEAD_BYTES = 32;

/**
 * Looks at the header only. Throws `fileUnreadable`, `wrongFormat`, `unsupported`, `damaged`, `truncated`, `missingPackage`.
 *
 * @internal
 */
export async function inspectImage(path: string, page: number): Promise<InspectedImage> {
	const { format, identity } = await look(path);
	const metadata = await withSharp(sharp =>
		// What it may become is bounded by who decodes; a header takes no memory for pixels.
		sharp(path, { limitInputPixels: false, page }).metadata(),
	).catch((error: unknown) => {
		throw fromSharp(path, error);
	});
	const { depth } = metadata;
	if (!isDepth(depth)) throw imageErrors.unsupported(path, `its samples are ${depth}, which is no real number`);
	if (metadata.hasAlpha && needsShift(depth, metadata.space)) {
		throw imageErrors.unsupported(path, 'its samples of 16 bits have a sign, and it has transparency');
	}
	if (format === 'AVIF' && metadata.compression !== 'av1') {
		throw imageErrors.notImage(path, 'HEIF with another compression than AV1');
	}
	return { info: infoOf(path, format, identity, metadata, depth), depth, identity, page };
}

function infoOf(
	path: string,
	format: ImageFormat,
	{ bytes }: FileIdentity,
	metadata: Metadata,
	depth: Depth,
): ImageInfo {
	const { width, height, channels, space, hasAlpha, orientation = 1, pages = 1, isProgressive } = metadata;
	if (!(width > 0 && height > 0 && channels > 0)) throw imageErrors.damaged(path, 'it has no size');
	return {
		path,
		format,
		width,
		height,
		channels,
		hasAlpha,
		dtype: dtypeOf(depth),
		space,
		orientation,
		pages,
		decodedBytes: width * height * channels * bytesPerSample(depth),
		fileBytes: bytes,
		decoding: ['JPEG', 'PNG', 'TIFF'].includes(format) && !isProgressive ? 'rows' : 'whole',
	};
}

/** By content and before a library sees the file: some of what libvips opens runs other programs' formats with bounds of their own. */
async function look(path: string): Promise<{ format: ImageFormat; identity: FileIdentity }> {
	let handle: FileHandle | undefined;
	let head: Buffer;
	let identity: FileIdentity;
	try {
		handle = await open(path);
		const stats = await handle.stat();
		if (!stats.isFile()) throw new Error('it is no regular file');
		identity = { path, bytes: stats.size, changedMs: stats.mtimeMs };
		const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
		head = buffer.subarray(0, bytesRead);
	} catch (error) {
		throw fileErrors.fileUnreadable(path, 0, error);
	} finally {
		await handle?.close();
	}
	const format = formatOf(head);
	if (!format) throw imageErrors.notImage(path, foreign(head));
	return { format, identity };
}

function formatOf(head: Buffer): ImageFormat | undefined {
	const text = head.toString('latin1');
	if (text.startsWith('\xff\xd8\xff')) return 'JPEG';
	if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
	if (/^GIF8[79]a/.test(text)) return 'GIF';
	if (/^RIFF.{4}WEBP/s.test(text)) return 'WebP';
	if (/^(II[*+]\0|MM\0[*+])/.test(text)) return 'TIFF';
	if (/^.{4}ftyp(avif|avis|mif1|msf1|heic|heix)/s.test(text)) return 'AVIF';
	return undefined;
}

/** Formats that are recognised and not read. */
function foreign(head: Buffer): string | undefined {
	const text = head.toString('latin1');
	if (/^P[1-7fF]\s/.test(text)) return 'a portable map (PNM, PAM, PFM)';
	if (/^(<\?xml|<svg|<!DOCTYPE svg)/i.test(text.trimStart())) return 'a drawing (SVG), which has no pixels of its own';
	if (text.startsWith('%PDF')) return 'PDF';
	if (text.startsWith('BM')) return 'a bitmap (BMP)';
	if (text.startsWith('\0\0\0\x0cJXL ') || text.startsWith('\xff\x0a')) return 'JPEG XL';
	if (text.startsWith('\0\0\0\x0cjP  ') || text.startsWith('\xff\x4f\xff\x51')) return 'JPEG 2000';
	return undefined;
}

/** A text that changes with the file. */
export const identityKey = ({ path, bytes, changedMs }: FileIdentity): string => `${path}\0${bytes}\0${changedMs}`;
