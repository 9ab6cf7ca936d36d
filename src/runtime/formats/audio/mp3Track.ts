import type { ByteSource, ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import type { AudioFacts, AudioTrack, RawBlock } from './audioTypes.ts';
import { Decoding, INPUT_WINDOW_BYTES } from './decodedBlocks.ts';
import { endBeforeTags, skipId3 } from './id3.ts';
import { HEADER_BYTES, isSameStream, type MpegHeader, mpegHeader, mpegInfo } from './mp3Header.ts';
import { requireDecoder } from './wasmDecoders.ts';

/** How far behind the tags the first frame is looked for. */
const MOST_LEADING_BYTES = 64 * 1024;
/** What may stand behind the sound besides tags that are known here. */
const MOST_TRAILING_BYTES = 4096;
/** Frames for the decoder at a time, bytes: at the lowest bit rate 18 seconds of sound. */
const PIECE_BYTES = 16 * 1024;
const ADVICE = '{ decoder: "ffmpeg" } passes over such places.';

interface Start {
	readonly offset: number;
	readonly header: MpegHeader;
	/** So many frames there are at least, by the file's own count. */
	readonly leastFrames: number;
}

/**
 * MPEG audio, layers I to III. The frames are found here, by their headers, so that the decoder is given nothing else and every gap is
 * told with its place; samples that an encoder added at both ends are left out where it says how many (LAME's tag).
 */
export class Mp3Track implements AudioTrack {
	readonly facts: AudioFacts;
	readonly #source: ByteSource;
	readonly #start: Start;

	private constructor(source: ByteSource, start: Start, facts: AudioFacts) {
		this.#source = source;
		this.#start = start;
		this.facts = facts;
	}

	/** `undefined` where no frame is found. */
	static async open(source: ByteSource): Promise<Mp3Track | undefined> {
		const window = source.window(INPUT_WINDOW_BYTES);
		try {
			const found = await firstFrame(window);
			if (!found) return undefined;
			await requireDecoder('mp3');
			const { header, offset } = found;
			const info = mpegInfo(await window.upTo(offset, header.frameBytes), header);
			// Where another file was put behind this one, it speaks for itself alone.
			const soundBytes = (await endBeforeTags(window)) - offset;
			const isAll = info?.bytes === undefined || soundBytes < info.bytes + MOST_TRAILING_BYTES;
			const samples =
				!isAll || info?.frames === undefined
					? undefined
					: Math.max(0, info.frames * header.samples - info.delay - info.padding);
			const facts: AudioFacts = {
				container: 'mp3',
				codec: `mp${header.layer}`,
				sampleRate: header.sampleRate,
				channels: header.channels,
				...(samples !== undefined && { samples, duration: samples / header.sampleRate, durationFrom: 'header' }),
				tags: {},
				decoder: 'wasm',
			};
			return new Mp3Track(source, { offset, header, leastFrames: info?.leastFrames ?? 0 }, facts);
		} finally {
			window.release();
		}
	}

	async *blocks(): AsyncGenerator<RawBlock, void, undefined> {
		const window = this.#source.window(INPUT_WINDOW_BYTES);
		const decoding = await Decoding.start(this.#source, 'mp3', this.#start.header.channels);
		try {
			let firstSample = 0;
			for await (const { bytes, offset } of this.#pieces(window)) {
				const { channels, samples } = await decoding.decode(bytes, offset);
				if (samples > 0) yield { firstSample, samples, channels };
				firstSample += samples;
			}
		} finally {
			decoding.free();
			window.release();
		}
	}

	/** Whole frames, several at a time. Throws, behind the last whole one, for what is no frame. */
	async *#pieces(window: ByteWindow): AsyncGenerator<{ bytes: Buffer; offset: number }, void, undefined> {
		const end = await endBeforeTags(window);
		const { header: first, leastFrames } = this.#start;
		let frames = 0;
		for (let at = this.#start.offset; at < end; ) {
			const bytes = await window.upTo(at, Math.min(PIECE_BYTES, end - at));
			let length = 0;
			let fault: Error | undefined;
			for (let next: number; length + HEADER_BYTES <= bytes.length; length = next) {
				const header = mpegHeader(bytes, length);
				if (!header || !isSameStream(header, first)) {
					fault = this.#noFrame(at + length, header);
					break;
				}
				next = length + header.frameBytes;
				if (at + next > end) fault = this.#source.truncated(at + length, header.frameBytes, 'the last frame');
				if (next > bytes.length) break;
				frames++;
			}
			if (length > 0) yield { bytes: bytes.subarray(0, length), offset: at };
			at += length;
			if (fault) {
				const behind = await this.#behindTags(window, at, end);
				if (behind === undefined) throw fault;
				at = behind;
			} else if (length === 0) throw this.#source.truncated(at, HEADER_BYTES, 'the last frame');
		}
		if (frames < leastFrames) {
			throw this.#source.truncated(end, 1, `the sound (${frames} of ${leastFrames} frames)`);
		}
	}

	#noFrame(offset: number, header: MpegHeader | undefined): Error {
		const { path } = this.#source;
		return header
			? formatErrors.unsupported(path, `its sound changes at byte ${offset} to ${shape(header)}.`, '', offset)
			: formatErrors.damaged(path, offset, `no frame of MPEG audio begins where one should. ${ADVICE.slice(0, -1)}`);
	}

	/** Files that were put one behind the other have tags in between, and zeros fill others up. */
	async #behindTags(window: ByteWindow, offset: number, end: number): Promise<number | undefined> {
		const behind = await skipId3(window, offset);
		if (behind > offset) return Math.min(behind, end);
		const bytes = await window.upTo(offset, Math.min(PIECE_BYTES, end - offset));
		if (bytes.length > 0 && bytes.every(byte => byte === 0)) return offset + bytes.length;
		const head = bytes.toString('latin1', 0, 3);
		return head === 'TAG' && bytes.length >= 128 ? offset + 128 : undefined;
	}
}

const shape = ({ version, layer, sampleRate, channels }: MpegHeader) =>
	`MPEG ${version} layer ${layer}, ${sampleRate} Hz, ${channels} channel${channels === 1 ? '' : 's'}`;

/** Behind tags and zeros: where a header stands that is followed by another of its kind, or by the end. */
async function firstFrame(window: ByteWindow): Promise<Pick<Start, 'offset' | 'header'> | undefined> {
	const start = await skipId3(window, 0);
	const { size } = window.source;
	for (let offset = start; offset < Math.min(size, start + MOST_LEADING_BYTES); offset++) {
		const bytes = window.at(offset, HEADER_BYTES) ?? (await window.upTo(offset, HEADER_BYTES));
		const header = bytes.length === HEADER_BYTES ? mpegHeader(bytes, 0) : undefined;
		if (!header) continue;
		const next = offset + header.frameBytes;
		if (next + HEADER_BYTES > size) {
			// One frame, or the beginning of one: only where it has to be.
			if (offset === start) return { offset, header };
			continue;
		}
		const following = mpegHeader(await window.upTo(next, HEADER_BYTES), 0);
		if (following && isSameStream(header, following)) return { offset, header };
		// The search goes on where it was, not at the far end of a frame that is none.
		await window.upTo(offset, HEADER_BYTES);
	}
	return undefined;
}
