import { type ExifFacts, readExif } from './exif.ts';
import { findBox, heifExif, isoBoxes } from './isoBoxes.ts';
import type { Probe } from './probe.ts';

export const IMAGE_FORMATS = [
	'jpeg',
	'png',
	'gif',
	'bmp',
	'webp',
	'tiff',
	'heic',
	'avif',
	'jp2',
	'jxl',
	'psd',
] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** Segments or chunks before the picture itself that are looked at. */
const MOST_PIECES = 256;

/** The first bytes of a file tell what picture it is. */
export function imageFormatOf(head: Buffer): ImageFormat | undefined {
	const text = head.toString('latin1');
	if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
	if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
	if (/^GIF8[79]a/u.test(text)) return 'gif';
	if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return 'webp';
	if (/^(II[*+]\0|MM\0[*+])/u.test(text)) return 'tiff';
	if (text.startsWith('8BPS\0\x01')) return 'psd';
	if (text.startsWith('\0\0\0\x0cjP  ')) return 'jp2';
	if (text.startsWith('\xff\x0a') || text.startsWith('\0\0\0\x0cJXL ')) return 'jxl';
	if (text.startsWith('BM') && head.length >= 18 && [12, 40, 52, 56, 64, 108, 124].includes(head.readUInt32LE(14))) {
		return 'bmp';
	}
	if (!text.startsWith('ftyp', 4)) return undefined;
	if (/^(avif|avis)/u.test(text.slice(8))) return 'avif';
	return /^(hei[cxms]|hev[cxms]|mif1|msf1)/u.test(text.slice(8)) ? 'heic' : undefined;
}

/** Width and height in pixels as stored, date and camera, as far as the file says so. Reads headers only. */
export async function imageFacts(probe: Probe, format: ImageFormat): Promise<ExifFacts> {
	switch (format) {
		case 'jpeg':
			return jpegFacts(probe);
		case 'png':
			return pngFacts(probe);
		case 'webp':
			return webpFacts(probe);
		case 'tiff':
			return (await readExif(probe, 0)) ?? {};
		case 'heic':
		case 'avif':
			return heifFacts(probe);
		case 'gif':
			return sizeAt(probe, 6, bytes => [bytes.readUInt16LE(0), bytes.readUInt16LE(2)], 4);
		case 'bmp':
			return sizeAt(probe, 18, bytes => [Math.abs(bytes.readInt32LE(0)), Math.abs(bytes.readInt32LE(4))], 8);
		case 'psd':
			return sizeAt(probe, 14, bytes => [bytes.readUInt32BE(4), bytes.readUInt32BE(0)], 8);
		case 'jp2':
		case 'jxl':
			return {};
	}
}

async function sizeAt(probe: Probe, offset: number, read: (bytes: Buffer) => [number, number], length: number) {
	const bytes = await probe.at(offset, length);
	if (bytes.length < length) return {};
	const [width, height] = read(bytes);
	return { width, height };
}

/** What EXIF says, but the size as the picture itself has it. */
const together = (exif: ExifFacts | undefined, size: Pick<ExifFacts, 'width' | 'height'>): ExifFacts => {
	const { width: _width, height: _height, ...rest } = exif ?? {};
	return { ...rest, ...size };
};

async function jpegFacts(probe: Probe): Promise<ExifFacts> {
	let exif: ExifFacts | undefined;
	let at = 2;
	for (let pieces = 0; pieces < MOST_PIECES; pieces++) {
		const head = Buffer.from(await probe.at(at, 4));
		if (head.length < 4 || head[0] !== 0xff) break;
		const marker = head.readUInt8(1);
		if (marker === 0xff) {
			at++;
			continue;
		}
		const length = head.readUInt16BE(2);
		const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
		if (frame) {
			return together(exif, await sizeAt(probe, at + 5, bytes => [bytes.readUInt16BE(2), bytes.readUInt16BE(0)], 4));
		}
		if (marker === 0xda || length < 2) break;
		if (marker === 0xe1 && !exif && (await probe.at(at + 4, 6)).toString('latin1') === 'Exif\0\0') {
			exif = await readExif(probe, at + 10);
		}
		at += 2 + length;
	}
	return together(exif, {});
}

async function pngFacts(probe: Probe): Promise<ExifFacts> {
	const size = await sizeAt(probe, 16, bytes => [bytes.readUInt32BE(0), bytes.readUInt32BE(4)], 8);
	let at = 8;
	for (let pieces = 0; pieces < MOST_PIECES; pieces++) {
		const head = await probe.at(at, 8);
		if (head.length < 8) break;
		const [length, type] = [head.readUInt32BE(0), head.toString('latin1', 4, 8)];
		if (type === 'eXIf') return together(await readExif(probe, at + 8), size);
		if (type === 'IEND') break;
		at += 12 + length;
	}
	return size;
}

async function webpFacts(probe: Probe): Promise<ExifFacts> {
	let size: ExifFacts = {};
	let at = 12;
	for (let pieces = 0; pieces < MOST_PIECES; pieces++) {
		const head = Buffer.from(await probe.at(at, 8));
		if (head.length < 8) break;
		const [type, length] = [head.toString('latin1', 0, 4), head.readUInt32LE(4)];
		if (type === 'VP8X') {
			size = await sizeAt(probe, at + 12, bytes => [bytes.readUIntLE(0, 3) + 1, bytes.readUIntLE(3, 3) + 1], 6);
		} else if (type === 'VP8 ' && size.width === undefined) {
			size = await sizeAt(probe, at + 14, bytes => [bytes.readUInt16LE(0) & 0x3fff, bytes.readUInt16LE(2) & 0x3fff], 4);
		} else if (type === 'VP8L' && size.width === undefined) {
			const packed = (bytes: Buffer) => bytes.readUInt32LE(0);
			size = await sizeAt(
				probe,
				at + 9,
				bytes => [(packed(bytes) & 0x3fff) + 1, ((packed(bytes) >>> 14) & 0x3fff) + 1],
				4,
			);
		} else if (type === 'EXIF') {
			const marked = (await probe.at(at + 8, 6)).toString('latin1') === 'Exif\0\0';
			return together(await readExif(probe, at + 8 + (marked ? 6 : 0)), size);
		}
		at += 8 + length + (length % 2);
	}
	return size;
}

async function heifFacts(probe: Probe): Promise<ExifFacts> {
	const meta = await findBox(probe, 'meta', 0, probe.size);
	if (!meta) return {};
	const exifAt = await heifExif(probe, meta);
	const exif = exifAt === undefined ? undefined : await readExif(probe, exifAt);
	const iprp = await findBox(probe, 'iprp', meta.start + 4, meta.end);
	const ipco = iprp && (await findBox(probe, 'ipco', iprp.start, iprp.end));
	let size: ExifFacts = {};
	// Of a thumbnail, of the tiles and of the whole: the largest is the whole.
	if (ipco) {
		for await (const { type, start } of isoBoxes(probe, ipco.start, ipco.end)) {
			if (type !== 'ispe') continue;
			const found: ExifFacts = await sizeAt(
				probe,
				start + 4,
				bytes => [bytes.readUInt32BE(0), bytes.readUInt32BE(4)],
				8,
			);
			if ((found.width ?? 0) * (found.height ?? 0) > (size.width ?? 0) * (size.height ?? 0)) size = found;
		}
	}
	return together(exif, size);
}
