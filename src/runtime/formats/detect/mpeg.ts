import type { ByteWindow } from '../byteSource.ts';
import { audio, type DetectedFormat, likely, video } from './kinds.ts';

/** Room for an ID3 tag with pictures; a longer one is taken at its word. */
const MOST_TAG_BYTES = 64 * 1024 * 1024;
/** How far behind a tag the first frame is looked for: encoders fill up with zeros. */
const SEARCH_BYTES = 8 * 1024;
/** Two frames of MPEG audio fit into this, whatever their rates are. */
const FRAMES_BYTES = 16 * 1024;
const MP3 = audio('MP3 sound', 'audio/mpeg');
const ADTS = audio('AAC sound (ADTS)', 'audio/aac');

/** Streams without a signature: frames, or packets of a fixed size, that follow each other. */
export async function byFrames(head: Buffer, window: ByteWindow): Promise<DetectedFormat | undefined> {
	if (head.toString('latin1', 0, 3) === 'ID3') return behindTag(head, window);
	return framesAt(head, 0) ?? transportStream(head);
}

async function behindTag(head: Buffer, window: ByteWindow): Promise<DetectedFormat | undefined> {
	if (head.length < 10 || head.subarray(6, 10).some(byte => byte > 127)) return undefined;
	const [, , , , , flags = 0, a = 0, b = 0, c = 0, d = 0] = head;
	// Seven bits to the byte; a footer repeats the ten bytes of the header.
	const end = 10 + ((a << 21) | (b << 14) | (c << 7) | d) + ((flags & 0x10) > 0 ? 10 : 0);
	if (end > Math.min(window.source.size, MOST_TAG_BYTES)) return likely(MP3);
	const behind = Buffer.from(await window.upTo(end, FRAMES_BYTES));
	if (behind.toString('latin1', 0, 4) === 'fLaC') return audio('FLAC sound', 'audio/flac');
	if (behind.toString('latin1', 0, 4) === 'FORM') return audio('AIFF sound', 'audio/aiff');
	for (let at = 0; at < Math.min(behind.length, SEARCH_BYTES); at++) {
		const found = behind[at] === 0xff ? framesAt(behind, at) : undefined;
		if (found) return found;
	}
	return likely(MP3);
}

/** MPEG audio or AAC whose next frame begins where the first one says. */
function framesAt(bytes: Buffer, at: number): DetectedFormat | undefined {
	if (sameFrames(bytes, at, mpegFrameBytes, 0xfffe0c00)) return MP3;
	if (sameFrames(bytes, at, adtsFrameBytes, 0xfffffc00)) return ADTS;
	return undefined;
}

/** `same`: the bits of a frame's first four bytes that are equal in all frames of a stream. */
function sameFrames(
	bytes: Buffer,
	at: number,
	frameBytes: (bytes: Buffer, at: number) => number,
	same: number,
): boolean {
	const length = frameBytes(bytes, at);
	const next = at + length;
	if (length === 0 || next + 7 > bytes.length || frameBytes(bytes, next) === 0) return false;
	return ((bytes.readUInt32BE(at) ^ bytes.readUInt32BE(next)) & same) === 0;
}

const BITRATES_V1 = [
	[0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
	[0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
	[0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
];
const BITRATES_V2 = [
	[0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
	[0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
	[0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
const SAMPLE_RATES = [44_100, 48_000, 32_000];

/** Length of the frame whose header stands there, ISO 11172-3 (2.4.2.3); 0 where none does. */
function mpegFrameBytes(bytes: Buffer, at: number): number {
	if (at + 4 > bytes.length) return 0;
	const header = bytes.readUInt32BE(at);
	if (header >>> 21 !== 0x7ff) return 0;
	const version = (header >>> 19) & 3;
	const layer = 4 - ((header >>> 17) & 3);
	const sampleRate = SAMPLE_RATES[(header >>> 10) & 3];
	if (version === 1 || layer === 4 || sampleRate === undefined) return 0;
	const isV1 = version === 3;
	const kilobits = (isV1 ? BITRATES_V1 : BITRATES_V2)[layer - 1]?.[(header >>> 12) & 15] ?? 0;
	if (kilobits === 0) return 0;
	const rate = sampleRate / (isV1 ? 1 : version === 2 ? 2 : 4);
	const padding = (header >>> 9) & 1;
	if (layer === 1) return (Math.floor((12_000 * kilobits) / rate) + padding) * 4;
	const samples = layer === 3 && !isV1 ? 576 : 1152;
	return Math.floor((samples * 125 * kilobits) / rate) + padding;
}

function adtsFrameBytes(bytes: Buffer, at: number): number {
	if (at + 7 > bytes.length || (bytes.readUInt16BE(at) & 0xfff6) !== 0xfff0) return 0;
	const length = ((bytes.readUInt32BE(at + 3) >>> 13) & 0x1fff) >>> 0;
	return length >= 7 ? length : 0;
}

/** Packets of 188 bytes that begin with 0x47; on discs four bytes stand before each. */
function transportStream(head: Buffer): DetectedFormat | undefined {
	for (const [first, packetBytes] of [
		[0, 188],
		[4, 192],
	] as const) {
		let packets = 0;
		for (let at = first; at < head.length && head[at] === 0x47; at += packetBytes) packets++;
		if (packets >= 5 || (packets >= 3 && first + packets * packetBytes >= head.length)) {
			return video('an MPEG transport stream', 'video/mp2t');
		}
	}
	return undefined;
}
