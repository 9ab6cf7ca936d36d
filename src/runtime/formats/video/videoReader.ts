import { EventLoopTurns, isPositiveInteger, runtimeErrors } from '../../internals.ts';
import type { OptionNames } from '../../optionNames.ts';
import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import {
	type FileInput,
	FormatReader,
	openFormatSource,
	READER_OPTION_NAMES,
	type ReaderSettings,
	readerSettings,
} from '../formatReader.ts';
import { FfprobeFile } from './ffprobe.ts';
import { IsoFile } from './isoFile.ts';
import { MatroskaFile } from './matroskaFile.ts';
import { inPresentationOrder } from './presentationOrder.ts';
import { videoContainer } from './videoContainer.ts';
import type { FoundFrame, FrameFinder, VideoFacts, VideoFrame, VideoReaderOptions } from './videoTypes.ts';

const OWNER = 'VideoReader';
const NAMES: OptionNames<VideoReaderOptions> = {
	...READER_OPTION_NAMES,
	via: true,
	order: true,
	sampleRate: true,
	ffprobe: true,
};

/**
 * The frames of a film without their pictures: number, time, key, size. MP4, MOV, Matroska and WebM are read by this package, whatever their size
 * in a few windows of memory; everything else by the program `ffprobe`, which then appears as a child in the profiler.
 *
 * `open` and all methods throw a `MemoryManagerError`: `truncated`, `damaged`, `unsupported` (no video in it), `missingProgram`, `programFailed`,
 * `fileUnreadable`, `chunkTimeout`, `disposed`, or the signal's reason.
 *
 * @example
 * await using film = await VideoReader.open('film.mp4', { sampleRate: 30 });
 * const { width, height, codec } = film.facts();
 * for await (const { number, timestamp } of film) console.log(number, timestamp.toFixed(2));
 */
export class VideoReader extends FormatReader<VideoFrame> {
	readonly format = 'video';
	readonly #finder: FrameFinder;
	readonly #sampleRate: number;
	readonly #order: 'presentation' | 'decode';

	private constructor(source: ByteSource, settings: ReaderSettings, finder: FrameFinder, options: VideoReaderOptions) {
		super(source, settings);
		this.#finder = finder;
		this.#sampleRate = options.sampleRate ?? 1;
		this.#order = options.order ?? 'presentation';
	}

	/** Reads what the file says of itself; its frames only when they are asked for. */
	static async open(input: FileInput, options: VideoReaderOptions = {}): Promise<VideoReader> {
		const settings = readerSettings(OWNER, input, options, NAMES, VideoReader.open);
		checkOptions(options);
		const source = await openFormatSource(settings, 'video');
		try {
			const finder = await finderFor(source, settings, options);
			source.track.isA(finder.facts.container);
			return new VideoReader(source, settings, finder, options);
		} catch (error) {
			source.track.failed();
			await source.close();
			throw error;
		}
	}

	/** What is known of the film. */
	facts(): VideoFacts {
		this.checkOpen();
		return this.#finder.facts;
	}

	/** The frames that can be decoded without others, where a player may begin; with the numbers they have among all. */
	keyFrames(): AsyncGenerator<VideoFrame, void, undefined> {
		return this.counted(this.#numbered(({ key }) => key));
	}

	protected items(): AsyncGenerator<VideoFrame, void, undefined> {
		const every = this.#sampleRate;
		return this.#numbered((_, number) => number % every === 0);
	}

	async *#numbered(
		isWanted: (frame: FoundFrame, number: number) => boolean,
	): AsyncGenerator<VideoFrame, void, undefined> {
		const found = this.#finder.frames();
		const ordered = this.#order === 'decode' ? found : inPresentationOrder(found);
		const turns = new EventLoopTurns();
		let number = 0;
		for await (const frame of ordered) {
			if (isWanted(frame, number)) {
				const { timestamp, key, sizeBytes, duration } = frame;
				yield { number, timestamp, key, sizeBytes, ...(duration !== undefined && { duration }) };
			}
			number++;
			// Frames that are passed over may be millions, all in memory: an abort has to come through.
			const turn = turns.due();
			if (!turn) continue;
			await turn;
			this.checkOpen();
		}
	}
}

async function finderFor(
	source: ByteSource,
	settings: ReaderSettings,
	options: VideoReaderOptions,
): Promise<FrameFinder> {
	const { via = 'auto', ffprobe } = options;
	if (source.size === 0) throw source.truncated(0, 8, 'the header');
	if (via === 'ffprobe') return FfprobeFile.open(source, settings, ffprobe);
	const container = await videoContainer(source);
	if (container === 'iso') return IsoFile.open(source, settings.windowBytes);
	if (container === 'matroska') return MatroskaFile.open(source, settings.windowBytes);
	if (via === 'auto') return FfprobeFile.open(source, settings, ffprobe);
	throw formatErrors.unsupported(
		source.path,
		'it is none of MP4, MOV, Matroska and WebM.',
		"{ via: 'ffprobe' } may read it.",
		0,
	);
}

function checkOptions({ via, order, sampleRate }: VideoReaderOptions): void {
	const { invalidOption } = runtimeErrors;
	if (via !== undefined && !['auto', 'own', 'ffprobe'].includes(via)) {
		throw invalidOption(OWNER, 'via', "'auto', 'own' or 'ffprobe'", via);
	}
	if (order !== undefined && order !== 'presentation' && order !== 'decode') {
		throw invalidOption(OWNER, 'order', "'presentation' or 'decode'", order);
	}
	if (sampleRate !== undefined && !isPositiveInteger(sampleRate)) {
		throw invalidOption(OWNER, 'sampleRate', 'a positive whole number of frames', sampleRate);
	}
}
