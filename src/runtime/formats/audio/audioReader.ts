import { FileError } from '../../internals.ts';
import type { ByteSource } from '../byteSource.ts';
import type { FileInput } from '../formatReader.ts';
import { FormatReader, openFormatSource, type ReaderSettings, readerSettings } from '../formatReader.ts';
import {
	AUDIO_OPTION_NAMES,
	type AudioReaderOptions,
	decoderOf,
	type Framing,
	framingOf,
	inSamples,
	rangeOf,
} from './audioOptions.ts';
import type {
	AudioBlock,
	AudioFacts,
	AudioFrame,
	AudioRange,
	AudioTrack,
	RawBlock,
	SampleRange,
} from './audioTypes.ts';
import { FrameLevels } from './levels.ts';
import { openTrack } from './openTrack.ts';

/**
 * Sound of any length in bounded memory: iterating gives the levels of frames, `samples` the decoded sound.
 *
 * WAV (RIFF, RF64, BW64, RIFX; PCM, float, A-law, µ-law, IMA and MS ADPCM), AIFF and AIFF-C are read by our own code. MP3, FLAC, Ogg Vorbis,
 * Ogg Opus and Ogg FLAC need the packages `mpg123-decoder`, `@wasm-audio-decoders/flac`, `@wasm-audio-decoders/ogg-vorbis` and
 * `ogg-opus-decoder`. Anything else (AAC, WMA, the sound of films) is decoded by the program ffmpeg. Each is looked for when it is needed.
 *
 * Of a file that is cut off or damaged, everything whole before that place is given first; then the iteration throws `truncated` or
 * `damaged`, with the offset.
 *
 * @example
 * await using reader = await AudioReader.open('interview.wav', { frameSize: 2048, hop: 512 });
 * for await (const { time, rms } of reader) if (rms < 0.001) console.log(`silent at ${time} s`);
 */
export class AudioReader extends FormatReader<AudioFrame> {
	readonly format = 'audio';
	readonly #track: AudioTrack;
	readonly #framing: Framing;
	readonly #range: SampleRange;

	private constructor(
		source: ByteSource,
		settings: ReaderSettings,
		track: AudioTrack,
		framing: Framing,
		range: SampleRange,
	) {
		super(source, settings);
		this.#track = track;
		this.#framing = framing;
		this.#range = range;
	}

	/**
	 * Reads the header. Throws `invalidOption`, `fileUnreadable`, `wrongFormat`, `truncated`, `damaged`, `unsupported`, `missingPackage`,
	 * `missingProgram` and `programFailed`.
	 */
	static async open(input: FileInput, options: AudioReaderOptions = {}): Promise<AudioReader> {
		const settings = readerSettings('AudioReader', input, options, AUDIO_OPTION_NAMES, AudioReader.open);
		const framing = framingOf(options);
		const range = rangeOf(options);
		const decoder = decoderOf(options);
		const source = await openFormatSource(settings, 'audio');
		try {
			const track = await openTrack(source, settings, { ...options, decoder });
			source.track.isA(track.facts.container);
			return new AudioReader(source, settings, track, framing, inSamples(range, track.facts.sampleRate));
		} catch (error) {
			source.track.failed();
			await source.close();
			throw error;
		}
	}

	/**
	 * What the file says of itself: nothing is decoded for it.
	 *
	 * @example
	 * const { sampleRate, channels, duration } = await reader.facts();
	 */
	facts(): Promise<AudioFacts> {
		return this.answer(() => Promise.resolve(this.#track.facts));
	}

	/**
	 * The decoded sound, in blocks of a size that suits the file: of at most a few MiB. `start` and `end` are seconds, those of `open` without
	 * them. Uncompressed files and FLAC go straight to `start`; what lies before it in others is decoded and passed over.
	 *
	 * @example
	 * for await (const { channels: [left] } of reader.samples({ start: 60, end: 61 })) analyse(left);
	 */
	samples(range?: AudioRange): AsyncGenerator<AudioBlock, void, undefined> {
		return this.counted(this.#blocks(range ? inSamples(rangeOf(range), this.#track.facts.sampleRate) : this.#range));
	}

	protected async *items(): AsyncGenerator<AudioFrame, void, undefined> {
		const { channels, sampleRate } = this.#track.facts;
		const levels = new FrameLevels(this.#framing, channels, sampleRate, this.#range.from);
		try {
			for await (const block of within(this.#track.blocks(this.#range), this.#range)) yield* levels.push(block);
		} catch (error) {
			// What is whole belongs to whoever asked for it.
			if (error instanceof FileError && error.code !== 'fileUnreadable') yield* levels.end();
			throw error;
		}
		yield* levels.end();
	}

	async *#blocks(range: SampleRange): AsyncGenerator<AudioBlock, void, undefined> {
		const { sampleRate } = this.#track.facts;
		for await (const { firstSample, samples, channels } of within(this.#track.blocks(range), range)) {
			const own = channels.map(values => values.slice(0, samples));
			yield { firstSample, time: firstSample / sampleRate, samples, channels: own };
		}
	}
}

/** The blocks cut to the range; what follows it is not decoded. */
async function* within(
	blocks: AsyncGenerator<RawBlock, void, undefined>,
	{ from, to }: SampleRange,
): AsyncGenerator<RawBlock, void, undefined> {
	if (from >= to) return;
	for await (const block of blocks) {
		const end = block.firstSample + block.samples;
		if (end <= from) continue;
		const skip = Math.max(from - block.firstSample, 0);
		const samples = Math.min(end, to) - block.firstSample - skip;
		const channels = skip > 0 ? block.channels.map(values => values.subarray(skip)) : block.channels;
		yield { firstSample: block.firstSample + skip, samples, channels };
		if (end >= to) return;
	}
}
