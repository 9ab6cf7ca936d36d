import { isPositiveInteger, runtimeErrors } from '../../internals.ts';
import type { OptionNames } from '../../optionNames.ts';
import { READER_OPTION_NAMES, type ReaderOptions } from '../formatReader.ts';
import type { AudioRange, SampleRange } from './audioTypes.ts';

const DEFAULT_FRAME_SIZE = 4096;
const MOST_FRAME_SIZE = 2 ** 31;
/** So many frames may lie over one another: each sample counts for all of them. */
const MOST_OVERLAP = 4096;

/** Options of `AudioReader.open`. */
export interface AudioReaderOptions extends ReaderOptions, AudioRange {
	/** Samples of each channel in a frame; 4,096 without it. */
	frameSize?: number;
	/** Samples from the start of one frame to that of the next; `frameSize` without it. Smaller: they overlap; larger: samples are passed over. */
	hop?: number;
	/** `mean` (the default): levels of the mean of all channels; `each`: in addition those of each channel. */
	channels?: 'mean' | 'each';
	/**
	 * `auto` (the default): our own reader for WAV and AIFF, the WebAssembly decoders for MP3, FLAC, Vorbis and Opus, ffmpeg for the rest and
	 * where the package of a decoder is not installed. `wasm`: never ffmpeg. `ffmpeg`: always.
	 */
	decoder?: 'auto' | 'wasm' | 'ffmpeg';
	/** The programs, where they are not on `PATH`. */
	ffmpeg?: string;
	ffprobe?: string;
}

const NAMES: OptionNames<AudioReaderOptions> = {
	...READER_OPTION_NAMES,
	start: true,
	end: true,
	frameSize: true,
	hop: true,
	channels: true,
	decoder: true,
	ffmpeg: true,
	ffprobe: true,
};
export const AUDIO_OPTION_NAMES = NAMES;

export interface Framing {
	readonly frameSize: number;
	readonly hop: number;
	readonly each: boolean;
}

/** As they hold. Throws `invalidOption`. */
export function framingOf({ frameSize = DEFAULT_FRAME_SIZE, hop = frameSize, channels }: AudioReaderOptions): Framing {
	const refuse = (option: string, expected: string, value: unknown) => {
		throw runtimeErrors.invalidOption('AudioReader', option, expected, value);
	};
	const isSize = (value: unknown) => isPositiveInteger(value) && Number(value) <= MOST_FRAME_SIZE;
	if (!isSize(frameSize)) refuse('frameSize', `a whole number of samples from 1 to ${MOST_FRAME_SIZE}`, frameSize);
	if (!isSize(hop)) refuse('hop', `a whole number of samples from 1 to ${MOST_FRAME_SIZE}`, hop);
	if (frameSize / hop > MOST_OVERLAP) refuse('hop', `at least a ${MOST_OVERLAP}th of "frameSize" (${frameSize})`, hop);
	oneOf('channels', channels, ['mean', 'each']);
	return { frameSize, hop, each: channels === 'each' };
}

export function decoderOf({ decoder }: AudioReaderOptions): 'auto' | 'wasm' | 'ffmpeg' {
	oneOf('decoder', decoder, ['auto', 'wasm', 'ffmpeg']);
	return decoder ?? 'auto';
}

/** Seconds that make sense. Throws `invalidOption`. */
export function rangeOf(range: AudioRange): Required<AudioRange> {
	const { start = 0, end = Number.POSITIVE_INFINITY } = range;
	const isTime = (value: unknown) => typeof value === 'number' && value >= 0;
	if (!isTime(start) || start === Number.POSITIVE_INFINITY) {
		throw runtimeErrors.invalidOption('AudioReader', 'start', 'a number of seconds from 0 on', start);
	}
	if (!isTime(end) || end < start) {
		throw runtimeErrors.invalidOption('AudioReader', 'end', `a number of seconds from "start" (${start}) on`, end);
	}
	return { start, end };
}

/** The nearest samples: 0.1 s of 44,100 Hz are 4,410 samples, although 0.1 is no number of the machine's. */
export function inSamples({ start, end }: Required<AudioRange>, sampleRate: number): SampleRange {
	return { from: Math.round(start * sampleRate), to: Math.round(end * sampleRate) };
}

function oneOf(option: string, value: unknown, known: readonly string[]): void {
	if (value === undefined || known.includes(value as string)) return;
	const expected = known.map(name => `"${name}"`).join(' or ');
	throw runtimeErrors.invalidOption('AudioReader', option, expected, value);
}
