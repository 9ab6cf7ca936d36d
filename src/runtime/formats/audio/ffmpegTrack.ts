import { isRecord, isString } from '../../../protocol/guards.ts';
import { findProgram } from '../../internals.ts';
import type { ByteSource } from '../byteSource.ts';
import { checkForPrograms, type Probed, probed, programOutput } from '../ffmpegPrograms.ts';
import { formatErrors } from '../formatErrors.ts';
import type { ReaderSettings } from '../formatReader.ts';
import type { AudioFacts, AudioTrack, RawBlock } from './audioTypes.ts';
import { checkShape, Tags } from './chunks.ts';
import { decodeSamples } from './sampleEncodings.ts';

const BLOCK_SAMPLES = 16_384;
/** What ffprobe is asked. */
const FACTS =
	'stream=codec_name,sample_rate,channels,bits_per_raw_sample,bits_per_sample,duration:stream_tags:format=format_name,duration:format_tags';
const SAMPLE_BYTES = 4;

/** The programs' files, where they are not on `PATH`. */
export interface Programs {
	readonly ffmpeg?: string;
	readonly ffprobe?: string;
}

/**
 * Sound that ffmpeg decodes: its facts from ffprobe, its samples from ffmpeg's output, taken as fast as they are asked for. The channels
 * come as they are and are averaged here: ffmpeg's own way to one channel is not their mean.
 */
export class FfmpegTrack implements AudioTrack {
	readonly facts: AudioFacts;
	readonly #source: ByteSource;
	readonly #settings: ReaderSettings;
	readonly #ffmpeg: string;

	private constructor(source: ByteSource, settings: ReaderSettings, ffmpeg: string, facts: AudioFacts) {
		this.#source = source;
		this.#settings = settings;
		this.#ffmpeg = ffmpeg;
		this.facts = facts;
	}

	/** Throws `missingProgram`, `programFailed`, `damaged` with what ffprobe says, and `unsupported` where there is no sound in the file. */
	static async open(source: ByteSource, settings: ReaderSettings, programs: Programs): Promise<FfmpegTrack> {
		await checkForPrograms(source, settings);
		const ffmpeg = findProgram('ffmpeg', programs.ffmpeg);
		const ffprobe = findProgram('ffprobe', programs.ffprobe);
		const told = await probed(ffprobe, ['-select_streams', 'a:0', '-show_entries', FACTS], source, settings);
		return new FfmpegTrack(source, settings, ffmpeg, factsOf(source, told));
	}

	async *blocks(): AsyncGenerator<RawBlock, void, undefined> {
		const { channels: count, duration = 0, sampleRate } = this.facts;
		const wanted = ['-map', '0:a:0', '-f', 'f32le', '-acodec', 'pcm_f32le', '-ac', String(count)];
		const behind = ['-vn', '-sn', '-dn', ...wanted, '-ar', String(sampleRate), 'pipe:1'];
		const output = programOutput(this.#ffmpeg, ['-xerror', '-nostdin'], behind, this.#source, this.#settings);
		const { track, size } = this.#source;
		// It reads the file, not we: how far, is told by the share of the sound that has come.
		let readBytes = 0;
		const told = (share: number) => {
			const place = Math.max(readBytes, Math.floor(Math.min(share, 1) * size));
			if (place > readBytes) track.chunk(place - readBytes, SAMPLE_BYTES * BLOCK_SAMPLES);
			readBytes = place;
		};
		const frameBytes = SAMPLE_BYTES * count;
		const channels = Array.from({ length: count }, () => new Float32Array(BLOCK_SAMPLES));
		let rest: Buffer = Buffer.alloc(0);
		let firstSample = 0;
		for await (const chunk of output) {
			const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
			const whole = Math.floor(bytes.length / frameBytes);
			for (let done = 0; done < whole; done += BLOCK_SAMPLES) {
				const samples = Math.min(BLOCK_SAMPLES, whole - done);
				decodeSamples(bytes.subarray(done * frameBytes), 'f32', true, samples, channels);
				yield { firstSample, samples, channels };
				firstSample += samples;
			}
			rest = bytes.subarray(whole * frameBytes);
			if (duration > 0) told(firstSample / (duration * sampleRate));
		}
		told(1);
	}
}

function factsOf(source: ByteSource, { streams, format }: Probed): AudioFacts {
	const [stream] = streams;
	if (!stream) throw formatErrors.unsupported(source.path, 'ffprobe finds no sound in it.');
	const sampleRate = Number(stream.sample_rate);
	const channels = Number(stream.channels ?? 0);
	checkShape(source, 0, channels, sampleRate);
	const duration = Number(stream.duration ?? format.duration);
	const bits = Number(stream.bits_per_raw_sample ?? 0) || Number(stream.bits_per_sample ?? 0);
	const tags = new Tags();
	// Of two of the same name, the first counts.
	for (const list of [stream.tags, format.tags]) {
		if (isRecord(list)) for (const [name, value] of Object.entries(list)) tags.add(name, String(value));
	}
	return {
		container: isString(format.format_name) ? format.format_name : 'unknown',
		codec: isString(stream.codec_name) ? stream.codec_name : 'unknown',
		sampleRate,
		channels,
		...(bits > 0 && { bits }),
		...(Number.isFinite(duration) && duration >= 0 && { duration, durationFrom: 'ffprobe' }),
		tags: tags.toJSON(),
		decoder: 'ffmpeg',
	};
}
