/** Formats whose kind stands in a second field: RIFF, AIFF, ISO media files, Matroska, Ogg, ASF, and what has no signature at all. */
import { audio, type DetectedFormat, image, likely, other, TEXT, video } from './kinds.ts';

const text = (head: Buffer, from: number, to: number): string => head.toString('latin1', from, to);

export function byContainer(head: Buffer): DetectedFormat | undefined {
	const tag = text(head, 0, 4);
	if (['RIFF', 'RIFX', 'RF64', 'BW64'].includes(tag)) return riff(tag, text(head, 8, 12));
	if (tag === 'FORM') return text(head, 8, 11) === 'AIF' ? audio('AIFF sound', 'audio/aiff') : undefined;
	if (tag === 'OggS') return ogg(head);
	if (text(head, 4, 8) === 'ftyp') return isoMedia(head);
	if (/^(moov|mdat|wide|free|skip)$/.test(text(head, 4, 8)))
		return likely(video('a QuickTime video', 'video/quicktime'));
	if (head.length >= 4 && head.readUInt32BE(0) === 0x1a45dfa3) return matroska(head);
	if (text(head, 0, 8) === '\x30\x26\xb2\x75\x8e\x66\xcf\x11') return asf(head);
	return bzip2(head) ?? bitmap(head) ?? netpbm(head) ?? pdf(head);
}

function riff(tag: string, form: string): DetectedFormat | undefined {
	if (form === 'WAVE') return audio(tag === 'RIFF' ? 'WAV sound' : `WAV sound (${tag})`, 'audio/wav');
	if (form === 'AVI ') return video('an AVI video', 'video/x-msvideo');
	if (form === 'WEBP') return image('a WebP image', 'image/webp');
	if (form === 'RMID')
		return other('a MIDI file', 'audio/midi', 'It holds notes, not sound: play it into a sound file first.');
	return undefined;
}

/** By the first packets: one page of each stream stands at the beginning. A picture makes a video of it, whatever comes first. */
function ogg(head: Buffer): DetectedFormat {
	const first = text(head, 0, Math.min(head.length, 4096));
	if (['\x80theora', 'BBCD\0', '\x01video\0'].some(mark => first.includes(mark)))
		return video('an Ogg video', 'video/ogg');
	if (first.includes('OpusHead')) return audio('Ogg Opus sound', 'audio/ogg; codecs=opus');
	if (first.includes('\x01vorbis')) return audio('Ogg Vorbis sound', 'audio/ogg; codecs=vorbis');
	if (first.includes('\x7fFLAC')) return audio('Ogg FLAC sound', 'audio/ogg; codecs=flac');
	if (first.includes('Speex   ')) return audio('Ogg Speex sound', 'audio/ogg; codecs=speex');
	return audio('an Ogg file', 'audio/ogg');
}

const ISO_IMAGES: { readonly [brand: string]: readonly [string, string] } = {
	avif: ['an AVIF image', 'image/avif'],
	avis: ['an AVIF image', 'image/avif'],
	heic: ['a HEIC image', 'image/heic'],
	heix: ['a HEIC image', 'image/heic'],
	hevc: ['a HEIC image', 'image/heic'],
	hevx: ['a HEIC image', 'image/heic'],
	mif1: ['a HEIF image', 'image/heif'],
	msf1: ['a HEIF image', 'image/heif'],
	crx: ['a Canon raw image', 'image/x-canon-cr3'],
	jxl: ['a JPEG XL image', 'image/jxl'],
};

function isoMedia(head: Buffer): DetectedFormat {
	const brand = text(head, 8, 12).trim();
	const end = Math.min(head.readUInt32BE(0), head.length);
	const brands = [brand];
	for (let at = 16; at + 4 <= end; at += 4) brands.push(text(head, at, at + 4).trim());
	// `mif1` says only that it is a picture; which one, a later brand says.
	const exact = brands.find(each => each !== 'mif1' && each !== 'msf1' && ISO_IMAGES[each]);
	const [name, mediaType] = ISO_IMAGES[brand] ? (ISO_IMAGES[exact ?? brand] ?? []) : [];
	if (name !== undefined && mediaType !== undefined) return image(name, mediaType);
	if (/^(M4A|M4B|M4P|F4A|F4B)$/.test(brand)) return audio('MPEG-4 sound', 'audio/mp4');
	if (brand === 'qt') return video('a QuickTime video', 'video/quicktime');
	if (/^3g[ep2]/.test(brand)) return video('a 3GPP video', 'video/3gpp');
	return video('an MP4 video', 'video/mp4');
}

/** WebM is Matroska with few codecs; sound alone has only codecs that begin with `A_`. */
function matroska(head: Buffer): DetectedFormat {
	const start = text(head, 0, head.length);
	const webm = start.includes('webm');
	// Not yet at the codecs: most have a picture.
	const soundOnly = /A_[A-Z]{3}/.test(start) && !/V_[A-Z]{2}/.test(start);
	if (soundOnly) return webm ? audio('WebM sound', 'audio/webm') : audio('Matroska sound', 'audio/x-matroska');
	return webm ? video('a WebM video', 'video/webm') : video('a Matroska video', 'video/x-matroska');
}

/** GUID of a stream's kind, ASF_Video_Media, in the header object. */
const ASF_VIDEO = Buffer.from('c0ef19bc4d5bcf11a8fd00805f5c442b', 'hex');

function asf(head: Buffer): DetectedFormat {
	return head.includes(ASF_VIDEO)
		? video('a Windows Media video', 'video/x-ms-asf')
		: audio('Windows Media sound', 'audio/x-ms-wma');
}

function bzip2(head: Buffer): DetectedFormat | undefined {
	if (!/^BZh[1-9]\x31\x41\x59\x26\x53\x59/.test(text(head, 0, 10))) return undefined;
	return other('packed by bzip2', 'application/x-bzip2', 'Unpack it first (bunzip2).');
}

/** Two letters are too few: the size of the header that follows must be one of those that there are. */
function bitmap(head: Buffer): DetectedFormat | undefined {
	if (text(head, 0, 2) !== 'BM' || head.length < 26) return undefined;
	return [12, 40, 52, 56, 64, 108, 124].includes(head.readUInt32LE(14)) ? image('a BMP image', 'image/bmp') : undefined;
}

function netpbm(head: Buffer): DetectedFormat | undefined {
	if (!/^P([1-7]|[Ff])\s[\s#\d]/.test(text(head, 0, 4)) && !/^P7\nWIDTH/.test(text(head, 0, 8))) return undefined;
	return image('a Netpbm image', 'image/x-portable-anymap');
}

/** Other bytes may stand before it. */
function pdf(head: Buffer): DetectedFormat | undefined {
	if (!text(head, 0, 1024).includes('%PDF-1') && !text(head, 0, 8).startsWith('%PDF-')) return undefined;
	return other('a PDF document', 'application/pdf', 'Take the data out of it with a PDF tool such as pdftotext.');
}

/** Text is what decodes as UTF-8 and has no control characters but those of lines. */
export function byText(head: Buffer, isWhole: boolean): DetectedFormat | undefined {
	if (head.length === 0 || head.some(byte => byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127))
		return undefined;
	let decoded: string;
	try {
		// What is cut off at the end of the head is no mistake.
		decoded = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: !isWhole });
	} catch {
		return undefined;
	}
	return beginsSvg(decoded.slice(0, 4096)) ? image('an SVG image', 'image/svg+xml') : TEXT;
}

/** Whether nothing but declarations and comments stands before the `svg` element. Piece by piece: one pattern for all takes exponential time. */
function beginsSvg(text: string): boolean {
	let rest = text.trimStart();
	while (/^<[?!]/.test(rest) && !(/^<!DOCTYPE/.test(rest) && !/^<!DOCTYPE svg/.test(rest))) {
		const mark = rest.startsWith('<!--') ? '-->' : '>';
		const end = rest.indexOf(mark, 2);
		if (end < 0) return false;
		rest = rest.slice(end + mark.length).trimStart();
	}
	return /^<svg[\s>]/.test(rest);
}
