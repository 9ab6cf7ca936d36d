import { resolve } from 'node:path';
import { ChildProgram, findProgram, MemoryManagerError } from '../../internals.ts';
import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import type { ReaderSettings } from '../formatReader.ts';
import type { AudioFacts, AudioTrack, RawBlock } from './audioTypes.ts';
import { checkShape, Tags } from './chunks.ts';
import { decodeSamples } from './sampleEncodings.ts';

const BLOCK_SAMPLES = 16_384;
/** What ffprobe may say of a file. */
const MOST_FACTS_BYTES = 1024 * 1024;
/** Nothing that the file names is opened. */
const ONLY_THIS_FILE = ['-protocol_whitelist', 'file'];
const SAMPLE_BYTES = 4;

/** The programs' files, where they are not on `PATH`. */
export interface Programs {
	readonly ffmpeg?: string;
	readonly ffprobe?: string;
}

interface Probed {
	readonly streams?: readonly {
		readonly codec_name?: string;
		readonly sample_rate?: string;
		readonly channels?: number;
		readonly bits_per_raw_sample?: string;
		readonly bits_per_sample?: number;
		readonly duration?: string;
		readonly tags?: Record<string, unknown>;
	}[];
	readonly format?: {
		readonly format_name?: string;
		readonly duration?: string;
		readonly tags?: Record<string, unknown>;
	};
}

/**
 * Sound that ffmpeg decodes: its facts from ffprobe, its samples from ffmpeg's output, taken as fast as they are asked for. The channels
 * come as they are and are averaged here: ffmpeg's own way to one channel is not their mean.
 */
export class FfmpegTrack implements AudioTrack {
	readonly facts: AudioFacts;
	readonly #source: ByteSource;
	readonly #signal: AbortSignal | undefined;
	readonly #ffmpeg: string;
	readonly #file: string;

	private constructor(source: ByteSource, settings: ReaderSettings, ffmpeg: string, file: string, facts: AudioFacts) {
		this.#source = source;
		this.#signal = settings.signal;
		this.#ffmpeg = ffmpeg;
		this.#file = file;
		this.facts = facts;
	}

	/** Throws `missingProgram`, `programFailed`, and `unsupported` where there is no sound in the file. */
	static async open(source: ByteSource, settings: ReaderSettings, programs: Programs): Promise<FfmpegTrack> {
		if (settings.handle) {
			throw formatErrors.unsupported(
				source.path,
				'ffmpeg is needed for it, which opens files by their path.',
				'Pass the path.',
			);
		}
		const ffmpeg = findProgram('ffmpeg', programs.ffmpeg);
		const ffprobe = findProgram('ffprobe', programs.ffprobe);
		const file = `file:${resolve(settings.path)}`;
		const facts = await probe(source, settings, ffprobe, file);
		return new FfmpegTrack(source, settings, ffmpeg, file, facts);
	}

	async *blocks(): AsyncGenerator<RawBlock, void, undefined> {
		const { channels: count } = this.facts;
		const wanted = ['-map', '0:a:0', '-f', 'f32le', '-acodec', 'pcm_f32le', '-ac', String(count)];
		const rate = ['-ar', String(this.facts.sampleRate)];
		const input = ['-v', 'error', '-xerror', '-nostdin', ...ONLY_THIS_FILE, '-i', this.#file];
		const program = ChildProgram.start(this.#ffmpeg, [...input, '-vn', '-sn', '-dn', ...wanted, ...rate, 'pipe:1'], {
			signal: this.#signal,
		});
		const { track } = this.#source;
		const frameBytes = SAMPLE_BYTES * count;
		const channels = Array.from({ length: count }, () => new Float32Array(BLOCK_SAMPLES));
		let rest: Buffer = Buffer.alloc(0);
		let firstSample = 0;
		try {
			for await (const chunk of program.output()) {
				const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
				const whole = Math.floor(bytes.length / frameBytes);
				for (let done = 0; done < whole; done += BLOCK_SAMPLES) {
					const samples = Math.min(BLOCK_SAMPLES, whole - done);
					decodeSamples(bytes.subarray(done * frameBytes), 'f32', true, samples, channels);
					yield { firstSample, samples, channels };
					firstSample += samples;
				}
				rest = bytes.subarray(whole * frameBytes);
			}
			// It has read the file, not we.
			track.chunk(this.#source.size, this.#source.size);
		} catch (error) {
			throw asFileError(this.#source, error);
		} finally {
			await program.stop();
		}
	}
}

async function probe(source: ByteSource, settings: ReaderSettings, ffprobe: string, file: string): Promise<AudioFacts> {
	const entries =
		'stream=codec_name,sample_rate,channels,bits_per_raw_sample,bits_per_sample,duration:stream_tags:format=format_name,duration:format_tags';
	const args = [
		'-v',
		'error',
		...ONLY_THIS_FILE,
		'-select_streams',
		'a:0',
		'-show_entries',
		entries,
		'-of',
		'json',
		file,
	];
	const program = ChildProgram.start(ffprobe, args, { signal: settings.signal });
	const chunks: Buffer[] = [];
	let bytes = 0;
	try {
		for await (const chunk of program.output()) {
			bytes += chunk.length;
			if (bytes > MOST_FACTS_BYTES) throw formatErrors.damaged(source.path, undefined, 'its description has no end');
			chunks.push(chunk);
		}
	} catch (error) {
		throw asFileError(source, error);
	}
	return factsOf(source, JSON.parse(Buffer.concat(chunks).toString('utf8')) as Probed);
}

function factsOf(source: ByteSource, { streams, format }: Probed): AudioFacts {
	const [stream] = streams ?? [];
	if (!stream) throw formatErrors.unsupported(source.path, 'ffprobe finds no sound in it.');
	const sampleRate = Number(stream.sample_rate);
	const channels = Number(stream.channels ?? 0);
	checkShape(source, 0, channels, sampleRate);
	const duration = Number(stream.duration ?? format?.duration);
	const bits = Number(stream.bits_per_raw_sample ?? 0) || Number(stream.bits_per_sample ?? 0);
	const tags = new Tags();
	for (const [name, value] of Object.entries({ ...format?.tags, ...stream.tags })) tags.add(name, String(value));
	return {
		container: format?.format_name ?? 'unknown',
		codec: stream.codec_name ?? 'unknown',
		sampleRate,
		channels,
		...(bits > 0 && { bits }),
		...(Number.isFinite(duration) && duration >= 0 && { duration, durationFrom: 'ffprobe' }),
		tags: tags.toJSON(),
		decoder: 'ffmpeg',
	};
}

/** The program blames the file: that is the file's error, with what the program said. */
function asFileError(source: ByteSource, error: unknown): unknown {
	if (!(error instanceof MemoryManagerError) || error.code !== 'programFailed') return error;
	return formatErrors.damaged(source.path, undefined, error.message.replace(/\.$/, ''), error);
}
