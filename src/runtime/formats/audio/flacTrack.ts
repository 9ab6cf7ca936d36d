import type { ByteSource, ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import type { AudioFacts, AudioTrack, RawBlock, SampleRange } from './audioTypes.ts';
import { checkShape, Tags } from './chunks.ts';
import { Decoding, INPUT_WINDOW_BYTES } from './decodedBlocks.ts';
import { type FlacInfo, flacFrames, flacInfo, mostFrameBytes, STREAM_INFO_BYTES, toFullScale } from './flacFrames.ts';
import { endBeforeTags, skipId3 } from './id3.ts';
import { readComments } from './vorbisComments.ts';
import { requireDecoder } from './wasmDecoders.ts';

const MOST_METADATA_BLOCKS = 4096;
const MOST_COMMENT_BYTES = 64 * 1024;

/** FLAC (RFC 9639): its frames are found and proven here, and only those of the range are decoded. */
export class FlacTrack implements AudioTrack {
	readonly facts: AudioFacts;
	readonly #source: ByteSource;
	readonly #info: FlacInfo;
	/** As a decoder wants to see it before frames that leave out what it says. */
	readonly #preamble: Buffer;
	readonly #offset: number;

	private constructor(source: ByteSource, info: FlacInfo, preamble: Buffer, offset: number, tags: Tags) {
		this.#source = source;
		this.#info = info;
		this.#preamble = preamble;
		this.#offset = offset;
		this.facts = flacFacts(info, 'flac', tags);
	}

	static async open(source: ByteSource): Promise<FlacTrack> {
		const window = source.window(INPUT_WINDOW_BYTES);
		try {
			const start = await skipId3(window, 0);
			const tags = new Tags();
			const { streamInfo, offset } = await readMetadata(window, start + 4, tags);
			const info = flacInfo(streamInfo);
			checkShape(source, start, info.channels, info.sampleRate);
			await requireDecoder('flac');
			return new FlacTrack(source, info, flacPreamble(streamInfo), offset, tags);
		} finally {
			window.release();
		}
	}

	async *blocks({ from, to }: SampleRange): AsyncGenerator<RawBlock, void, undefined> {
		const source = this.#source;
		const { maxBlock, samples: stated, channels: count } = this.#info;
		const window = source.window(Math.max(INPUT_WINDOW_BYTES, 2 * mostFrameBytes(this.#info, maxBlock)));
		const decoding = await Decoding.start(source, 'flac', count);
		try {
			await decoding.decode(this.#preamble, 0);
			let firstSample = 0;
			// What follows the stated number of samples is no sound.
			const end = stated > 0 ? Math.min(to, stated) : to;
			if (stated === 0 || end > from) {
				for await (const frame of flacFrames(window, this.#info, this.#offset, await endBeforeTags(window))) {
					if (firstSample + frame.samples > from) {
						const { channels, samples } = await decoding.decode(frame.bytes, frame.offset);
						if (samples !== frame.samples) {
							const problem = `a frame of ${frame.samples} samples gave ${samples}`;
							throw formatErrors.damaged(source.path, frame.offset, problem);
						}
						toFullScale(channels, this.#info);
						yield { firstSample, samples, channels };
					}
					firstSample += frame.samples;
					if (firstSample >= end) return;
				}
			}
			if (firstSample < end && stated > 0) {
				throw source.truncated(source.size, 1, `the sound (${firstSample} of ${stated} samples)`);
			}
		} finally {
			decoding.free();
			window.release();
		}
	}
}

export function flacFacts(info: FlacInfo, container: string, tags: Tags): AudioFacts {
	const { sampleRate, channels, bits, samples } = info;
	return {
		container,
		codec: 'flac',
		sampleRate,
		channels,
		bits,
		...(samples > 0 && { samples, duration: samples / sampleRate, durationFrom: 'header' }),
		tags: tags.toJSON(),
		decoder: 'wasm',
	};
}

export const flacPreamble = (streamInfo: Buffer) =>
	Buffer.concat([Buffer.from('fLaC'), Buffer.from([0x80, 0, 0, STREAM_INFO_BYTES]), streamInfo]);

/** Blocks before the sound: pictures and padding are passed over. */
async function readMetadata(
	window: ByteWindow,
	offset: number,
	tags: Tags,
): Promise<{ streamInfo: Buffer; offset: number }> {
	const { source } = window;
	let streamInfo: Buffer | undefined;
	let at = offset;
	for (let count = 0; count < MOST_METADATA_BLOCKS; count++) {
		const head = await window.bytes(at, 4, 'the metadata');
		const kind = head.readUInt8(0) & 0x7f;
		const isLast = head.readUInt8(0) >= 0x80;
		const length = head.readUIntBE(1, 3);
		if (kind === 0 && length >= STREAM_INFO_BYTES) {
			streamInfo ??= Buffer.from(await window.bytes(at + 4, STREAM_INFO_BYTES, 'the stream information'));
		} else if (kind === 4) readComments(await window.upTo(at + 4, Math.min(length, MOST_COMMENT_BYTES)), 0, tags);
		at += 4 + length;
		if (!streamInfo)
			throw formatErrors.damaged(source.path, offset, 'its metadata does not begin with stream information');
		if (isLast) return { streamInfo, offset: at };
	}
	throw formatErrors.damaged(source.path, at, `it has more than ${MOST_METADATA_BLOCKS} blocks of metadata`);
}
