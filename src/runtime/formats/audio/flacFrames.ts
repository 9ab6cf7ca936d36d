import type { ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { flacChecksum, flacHeaderChecksum } from './checksums.ts';

/** The stream's own words (RFC 9639, section 8.2). */
export interface FlacInfo {
	readonly minBlock: number;
	readonly maxBlock: number;
	readonly sampleRate: number;
	readonly channels: number;
	readonly bits: number;
	/** Of each channel; 0 where the encoder did not know. */
	readonly samples: number;
}

export const STREAM_INFO_BYTES = 34;
const HEADER_BYTES = 16;

/** `bytes` from the block's content on, at least 34. */
export function flacInfo(bytes: Buffer): FlacInfo {
	const high = bytes.readUInt32BE(10);
	return {
		minBlock: bytes.readUInt16BE(0),
		maxBlock: bytes.readUInt16BE(2),
		sampleRate: high >>> 12,
		channels: ((high >>> 9) & 7) + 1,
		bits: ((high >>> 4) & 31) + 1,
		samples: (high & 15) * 2 ** 32 + bytes.readUInt32BE(14),
	};
}

/** Bytes that a frame of so many samples can take: as if nothing were compressed, and a quarter more for an encoder that made it worse. */
export const mostFrameBytes = ({ channels, bits }: FlacInfo, blockSamples: number) =>
	Math.ceil((blockSamples * channels * (bits + 1) * 1.25) / 8) + 64 + 16 * channels;

/**
 * The decoder divides by the greatest positive number (32,767) where everything else here, and everybody else, divides by the greatest of
 * all (32,768): set right in place, to the whole number that the file holds.
 */
export function toFullScale(channels: readonly Float32Array[], { bits }: FlacInfo): void {
	const full = 2 ** (bits - 1);
	const theirs = full - 1;
	for (const values of channels) {
		for (let i = 0; i < values.length; i++) values[i] = Math.round((values[i] as number) * theirs) / full;
	}
}

interface FrameHeader {
	readonly samples: number;
	/** Its number, or that of its first sample. */
	readonly position: number;
	readonly isVariable: boolean;
	readonly bytes: number;
}

export interface FlacFrame {
	readonly bytes: Buffer;
	readonly offset: number;
	readonly samples: number;
}

/**
 * The frames from `offset` to `end`, each found by the next one's header and proven by its sum. Throws `damaged` where one is not as its
 * sum says, or where one is missing, and `truncated` where the last is not whole.
 */
export async function* flacFrames(
	window: ByteWindow,
	info: FlacInfo,
	offset: number,
	end: number,
): AsyncGenerator<FlacFrame, void, undefined> {
	const { source } = window;
	let expected: number | undefined;
	for (let at = offset; at < end; ) {
		const head = await window.upTo(at, Math.min(HEADER_BYTES, end - at));
		const header = frameHeader(head, 0);
		if (!header) {
			if (head.length < HEADER_BYTES) throw source.truncated(at, HEADER_BYTES, 'the last frame');
			throw formatErrors.damaged(source.path, at, 'no frame of FLAC begins where one should');
		}
		if (expected !== undefined && header.position !== expected) {
			const unit = header.isVariable ? 'sample' : 'frame';
			throw formatErrors.damaged(
				source.path,
				at,
				`${unit} ${header.position} follows where ${unit} ${expected} should`,
			);
		}
		const most = mostFrameBytes(info, header.samples);
		if (most + HEADER_BYTES > window.windowBytes) {
			throw formatErrors.damaged(
				source.path,
				at,
				`a frame has ${header.samples} samples, and at most ${info.maxBlock} were said`,
			);
		}
		const bytes = await window.upTo(at, Math.min(most + HEADER_BYTES, end - at));
		const length = frameLength(bytes, header.bytes, at + bytes.length === end);
		if (length === undefined) {
			if (bytes.length < most) throw source.truncated(at, bytes.length + 1, 'the last frame');
			throw formatErrors.damaged(source.path, at, 'a frame of FLAC is not what its sum says');
		}
		yield { bytes: bytes.subarray(0, length), offset: at, samples: header.samples };
		expected = header.position + (header.isVariable ? header.samples : 1);
		at += length;
	}
}

/** Up to the next header, or the end of everything, with a sum that is right. */
function frameLength(bytes: Buffer, headerBytes: number, isLast: boolean): number | undefined {
	let sum = 0;
	let summed = 0;
	for (let at = bytes.indexOf(0xff, headerBytes); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
		if (!frameHeader(bytes, at)) continue;
		sum = flacChecksum(bytes, summed, at, sum);
		summed = at;
		if (sum === 0) return at;
	}
	return isLast && flacChecksum(bytes, summed, bytes.length, sum) === 0 ? bytes.length : undefined;
}

/** RFC 9639, section 9.1. `undefined` where none begins. */
function frameHeader(bytes: Buffer, at: number): FrameHeader | undefined {
	if (bytes[at] !== 0xff || ((bytes[at + 1] ?? 0) & 0xfe) !== 0xf8 || at + 6 > bytes.length) return undefined;
	const [sizes = 0, shape = 0] = bytes.subarray(at + 2, at + 4);
	if (sizes >> 4 === 0 || (sizes & 15) === 15 || shape >> 4 > 10 || (shape & 1) === 1 || ((shape >> 1) & 7) === 3)
		return undefined;
	const number = codedNumber(bytes, at + 4);
	if (!number) return undefined;
	let next = at + 4 + number.bytes;
	const block = blockSamples(sizes >> 4, bytes, next);
	if (block === undefined) return undefined;
	next += sizes >> 4 === 6 ? 1 : sizes >> 4 === 7 ? 2 : 0;
	next += (sizes & 15) === 12 ? 1 : (sizes & 15) > 12 ? 2 : 0;
	if (next >= bytes.length || flacHeaderChecksum(bytes, at, next) !== bytes[next]) return undefined;
	const isVariable = ((bytes[at + 1] ?? 0) & 1) === 1;
	return { samples: block, position: number.value, isVariable, bytes: next + 1 - at };
}

function blockSamples(code: number, bytes: Buffer, at: number): number | undefined {
	if (code === 1) return 192;
	if (code <= 5) return 576 << (code - 2);
	if (code >= 8) return 256 << (code - 8);
	if (code === 6) return at < bytes.length ? bytes.readUInt8(at) + 1 : undefined;
	return at + 2 <= bytes.length ? bytes.readUInt16BE(at) + 1 : undefined;
}

/** As UTF-8 has numbers, up to 36 bits. */
function codedNumber(bytes: Buffer, at: number): { value: number; bytes: number } | undefined {
	const first = bytes[at] ?? 0xff;
	if (first < 0x80) return { value: first, bytes: 1 };
	const count = Math.clz32(~(first << 24));
	if (count < 2 || count > 7 || at + count > bytes.length) return undefined;
	let value = count === 7 ? 0 : first & (0x7f >> count);
	for (let i = 1; i < count; i++) {
		const byte = bytes[at + i] ?? 0;
		if ((byte & 0xc0) !== 0x80) return undefined;
		value = value * 64 + (byte & 0x3f);
	}
	return { value, bytes: count };
}
