import type { ByteSource } from '../byteSource.ts';
import { type AdpcmDecode, adpcmBlockSamples } from './adpcm.ts';
import type { AudioFacts, AudioTrack, RawBlock, SampleRange } from './audioTypes.ts';
import { decodeSamples, SAMPLE_BYTES, type SampleEncoding } from './sampleEncodings.ts';

/** Samples of each channel in one block. */
const BLOCK_SAMPLES = 16_384;

/** Where the sound stands in a file that holds it as it is, and how it is stored there. */
export interface PcmLayout {
	readonly container: string;
	readonly codec: string;
	readonly sampleRate: number;
	readonly channels: number;
	readonly bits: number | undefined;
	/** Bytes from one sample of all channels, or one compressed block, to the next. */
	readonly blockBytes: number;
	readonly coding: SampleCoding | AdpcmCoding;
	/** Samples of each channel, where the file says so by itself: the last compressed block may hold more. */
	readonly statedSamples: number | undefined;
	readonly dataOffset: number;
	/** As the header has it; `undefined` of a stream whose writer could not know. */
	readonly declaredBytes: number | undefined;
	readonly tags: Readonly<Record<string, string>>;
}

export interface SampleCoding {
	readonly encoding: SampleEncoding;
	readonly little: boolean;
}

export interface AdpcmCoding {
	readonly adpcm: 'ima' | 'ms';
	readonly decode: AdpcmDecode;
}

/** Sound without a decoder's state: any place can be gone to. */
export class PcmTrack implements AudioTrack {
	readonly facts: AudioFacts;
	readonly #source: ByteSource;
	readonly #layout: PcmLayout;
	readonly #windowBytes: number;
	/** Samples of each channel in `blockBytes`. */
	readonly #blockSamples: number;
	/** Bytes of whole blocks that are there. */
	readonly #wholeBytes: number;
	/** Whole blocks, or fewer bytes of an unknown length: where the file lacks something. */
	readonly #lack: { offset: number; neededBytes: number } | undefined;
	readonly #samples: number;

	constructor(source: ByteSource, layout: PcmLayout, windowBytes: number) {
		this.#source = source;
		this.#layout = layout;
		this.#windowBytes = windowBytes;
		const { blockBytes, dataOffset, declaredBytes, coding, channels, sampleRate, statedSamples } = layout;
		const isAdpcm = 'adpcm' in coding;
		this.#blockSamples = isAdpcm ? adpcmBlockSamples(coding.adpcm, blockBytes, channels) : 1;
		const there = Math.max(source.size - dataOffset, 0);
		const bytes = Math.min(declaredBytes ?? there, there);
		this.#wholeBytes = bytes - (bytes % blockBytes);
		const neededBytes = (declaredBytes ?? Math.ceil(there / blockBytes) * blockBytes) - this.#wholeBytes;
		const isCut = declaredBytes === undefined ? there % blockBytes > 0 : declaredBytes > there;
		// The last compressed block may be a short one.
		const rest = isAdpcm && !isCut ? adpcmBlockSamples(coding.adpcm, bytes % blockBytes, channels) : 0;
		this.#lack = isCut ? { offset: dataOffset + this.#wholeBytes, neededBytes } : undefined;
		const samples = (this.#wholeBytes / blockBytes) * this.#blockSamples + rest;
		this.#samples = Math.min(statedSamples ?? samples, samples);
		const { container, codec, bits, tags } = layout;
		// What the header promises, where the file is cut off: the error tells the rest.
		const told =
			isCut && declaredBytes !== undefined ? Math.floor(declaredBytes / blockBytes) * this.#blockSamples : samples;
		const toldSamples = Math.min(statedSamples ?? told, told);
		this.facts = {
			container,
			codec,
			sampleRate,
			channels,
			...(bits !== undefined && { bits }),
			samples: toldSamples,
			duration: toldSamples / sampleRate,
			durationFrom: declaredBytes === undefined ? 'data' : 'header',
			tags,
			decoder: 'own',
		};
	}

	async *blocks({ from, to }: SampleRange): AsyncGenerator<RawBlock, void, undefined> {
		const window = this.#source.window(this.#windowBytes);
		try {
			const { coding } = this.#layout;
			const decoded = 'adpcm' in coding ? this.#adpcm(window, coding, from, to) : this.#plain(window, coding, from, to);
			yield* decoded;
			if (to > this.#samples && this.#lack) {
				throw this.#source.truncated(this.#lack.offset, this.#lack.neededBytes, 'the sound');
			}
		} finally {
			window.release();
		}
	}

	async *#plain(
		window: ReturnType<ByteSource['window']>,
		{ encoding, little }: SampleCoding,
		from: number,
		to: number,
	): AsyncGenerator<RawBlock, void, undefined> {
		const { channels: count, blockBytes, dataOffset } = this.#layout;
		const step = Math.max(1, Math.min(BLOCK_SAMPLES, Math.floor(this.#windowBytes / blockBytes)));
		const end = Math.min(to, this.#samples);
		const channels = Array.from({ length: count }, () => new Float32Array(Math.min(step, Math.max(end - from, 0))));
		for (let at = from; at < end; at += step) {
			const samples = Math.min(step, end - at);
			const offset = dataOffset + at * blockBytes;
			const bytes =
				window.at(offset, samples * blockBytes) ?? (await window.bytes(offset, samples * blockBytes, 'the sound'));
			decodeSamples(bytes, encoding, little, samples, channels);
			yield { firstSample: at, samples, channels };
		}
	}

	async *#adpcm(
		window: ReturnType<ByteSource['window']>,
		{ decode }: AdpcmCoding,
		from: number,
		to: number,
	): AsyncGenerator<RawBlock, void, undefined> {
		const { channels: count, blockBytes, dataOffset, declaredBytes } = this.#layout;
		const channels = Array.from({ length: count }, () => new Float32Array(this.#blockSamples));
		const bytesEnd = this.#lack
			? this.#wholeBytes
			: Math.min(declaredBytes ?? this.#wholeBytes, this.#source.size - dataOffset);
		const first = Math.floor(from / this.#blockSamples);
		for (let block = first; block * this.#blockSamples < Math.min(to, this.#samples); block++) {
			const offset = block * blockBytes;
			const length = Math.min(blockBytes, bytesEnd - offset);
			if (length <= 0) return;
			const bytes =
				window.at(dataOffset + offset, length) ?? (await window.bytes(dataOffset + offset, length, 'the sound'));
			const firstSample = block * this.#blockSamples;
			const samples = Math.min(decode(bytes, channels), this.#samples - firstSample);
			if (samples <= 0) return;
			yield { firstSample, samples, channels };
		}
	}
}

/** Bytes of one sample of all channels. */
export const frameBytes = (encoding: SampleEncoding, channels: number) => SAMPLE_BYTES[encoding] * channels;
