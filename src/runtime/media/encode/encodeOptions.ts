import { extname } from 'node:path';
import { checkOptionNames, isPositiveInteger, pathText, runtimeErrors } from '../../internals.ts';
import type { OptionNames } from '../../optionNames.ts';

/** From the fastest, which also needs the least memory, to the one that makes the smallest files. */
export const PRESETS = [
	'ultrafast',
	'superfast',
	'veryfast',
	'faster',
	'fast',
	'medium',
	'slow',
	'slower',
	'veryslow',
] as const;
export type EncodePreset = (typeof PRESETS)[number];

/** Bytes of a picture, of its pixels. Two bytes are in the order of little-endian machines. */
const PIXEL_FORMATS = {
	rgb24: 3,
	bgr24: 3,
	rgba: 4,
	bgra: 4,
	gray: 1,
	gray16le: 2,
	rgb48le: 6,
	yuv420p: 1.5,
	yuv422p: 2,
	yuv444p: 3,
} as const;
export type PixelFormat = keyof typeof PIXEL_FORMATS;

/** What FFmpeg calls the encoder, the quality without a wish, and the range of wishes. */
export const CODECS = {
	h264: { encoder: 'libx264', quality: 23, most: 51 },
	hevc: { encoder: 'libx265', quality: 28, most: 51 },
	vp9: { encoder: 'libvpx-vp9', quality: 31, most: 63 },
	mpeg4: { encoder: 'mpeg4', quality: 4, most: 31 },
	/** Without loss: quality does not count. */
	ffv1: { encoder: 'ffv1', quality: 0, most: 0 },
} as const;
export type EncodeCodec = keyof typeof CODECS;

/** By the ending of the output's name. */
const CONTAINERS: Readonly<Record<string, string>> = {
	'.mp4': 'mp4',
	'.m4v': 'mp4',
	'.mov': 'mov',
	'.mkv': 'matroska',
	'.webm': 'webm',
	'.avi': 'avi',
};

export interface EncodeProgress {
	/** Taken in, and those of them that are encoded. */
	readonly frames: number;
	readonly encodedFrames: number;
	/** Of the film so far, s. */
	readonly seconds: number;
	/** Of the output so far. */
	readonly writtenBytes: number;
	/** Seconds of film per second; absent until it is known. */
	readonly speed?: number;
	/** Of FFmpeg now; absent where the system does not tell. */
	readonly childRssBytes?: number;
	/** It is held back because memory is short. */
	readonly slowed: boolean;
}

export interface EncodeVideoOptions {
	/** The ending names the container: `.mp4`, `.m4v`, `.mov`, `.mkv`, `.webm`, `.avi`. */
	output: string | URL;
	/** Pixels. */
	width: number;
	height: number;
	/** Frames per second. */
	fps: number;
	/** Of the frames given; `rgb24` without it. */
	pixelFormat?: PixelFormat;
	/** `h264` without it. */
	codec?: EncodeCodec;
	/** Of `h264`, `hevc` and `vp9`; `medium` without it, a faster one where memory is short. */
	preset?: EncodePreset;
	/** Smaller is better and larger; 23 of 51 for `h264`, 28 of 51 for `hevc`, 31 of 63 for `vp9`, 4 of 31 for `mpeg4` without it. */
	quality?: number;
	/** Of the encoder; it decides by itself without it, and gets one where memory is short. */
	threads?: number;
	/** Replaces a file that is there. */
	overwrite?: boolean;
	/** Ends the encoding, with its reason. */
	signal?: AbortSignal;
	/** Longest wait until FFmpeg takes a frame, ms; without it there is none. */
	timeoutMs?: number;
	/** Told whenever FFmpeg tells, about twice a second, and at the end. One that throws is reported and stops nothing. */
	onProgress?: (progress: EncodeProgress) => void;
	/**
	 * Frames handed over ahead, 1 to 16. Without it 1: then a frame may be changed as soon as the next is asked for. More need memory of their own.
	 */
	framesInFlight?: number;
	/** What happens at memory level `critical`: FFmpeg is held back until it is over (`slow`, and without it), or ended (`stop`). */
	onCritical?: 'slow' | 'stop';
	/** The same happens when FFmpeg holds more than this, and from 85 % on it is warned of. */
	maxChildRssBytes?: number;
	/** The program; without it `MEMORY_MANAGER_FFMPEG`, else the one on `PATH`. */
	ffmpeg?: string;
	/** What reports call it; the output's name without it. */
	name?: string;
}

const NAMES: OptionNames<EncodeVideoOptions> = {
	output: true,
	width: true,
	height: true,
	fps: true,
	pixelFormat: true,
	codec: true,
	preset: true,
	quality: true,
	threads: true,
	overwrite: true,
	signal: true,
	timeoutMs: true,
	onProgress: true,
	framesInFlight: true,
	onCritical: true,
	maxChildRssBytes: true,
	ffmpeg: true,
	name: true,
};

const OWNER = 'encodeVideo';
/** What FFmpeg takes at most for a side of a picture. */
const MOST_PIXELS = 32_768;
const MOST_FPS = 1_000;
const MOST_IN_FLIGHT = 16;
/** The longest that Node's timers can wait. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Options as they hold. */
export interface EncodeSettings {
	readonly path: string;
	readonly container: string;
	readonly width: number;
	readonly height: number;
	readonly fps: number;
	readonly pixelFormat: PixelFormat;
	readonly frameBytes: number;
	readonly codec: EncodeCodec;
	readonly preset: EncodePreset;
	readonly quality: number;
	readonly threads: number | undefined;
	readonly framesInFlight: number;
	readonly onCritical: 'slow' | 'stop';
	readonly given: EncodeVideoOptions;
}

/** Throws `invalidOption`, naming the option. */
export function encodeSettings(options: EncodeVideoOptions): EncodeSettings {
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption(OWNER, 'options', 'an object', options);
	}
	checkOptionNames(OWNER, options, NAMES);
	const check = (option: keyof EncodeVideoOptions, fits: boolean, expected: string) => {
		if (!fits) throw runtimeErrors.invalidOption(OWNER, option, expected, options[option]);
	};
	const { width, height, fps, pixelFormat = 'rgb24', codec = 'h264', preset = 'medium', onCritical = 'slow' } = options;
	const path = pathText(OWNER, options.output, 'output');
	const container = CONTAINERS[extname(path).toLowerCase()];
	check('output', container !== undefined, `a file whose name ends in ${Object.keys(CONTAINERS).join(', ')}`);
	check('pixelFormat', Object.hasOwn(PIXEL_FORMATS, pixelFormat), `one of ${Object.keys(PIXEL_FORMATS).join(', ')}`);
	check('codec', Object.hasOwn(CODECS, codec), `one of ${Object.keys(CODECS).join(', ')}`);
	check('preset', PRESETS.includes(preset), `one of ${PRESETS.join(', ')}`);
	// What the codecs make of colour has one value for two pixels each way.
	const isHalved = codec !== 'ffv1';
	for (const [side, pixels] of [['width', width] as const, ['height', height] as const]) {
		check(
			side,
			isPositiveInteger(pixels) && pixels <= MOST_PIXELS,
			`a whole number of pixels from 1 to ${MOST_PIXELS}`,
		);
		check(side, !isHalved || pixels % 2 === 0, `even for ${codec}: crop or pad the frames`);
	}
	check('fps', Number.isFinite(fps) && fps > 0 && fps <= MOST_FPS, `a number of frames per second up to ${MOST_FPS}`);
	const { quality = CODECS[codec].quality, threads, framesInFlight = 1, timeoutMs, maxChildRssBytes } = options;
	const isQuality = Number.isFinite(quality) && quality >= 0 && quality <= CODECS[codec].most;
	check('quality', isQuality, `a number from 0 to ${CODECS[codec].most} for ${codec}`);
	check(
		'threads',
		threads === undefined || (isPositiveInteger(threads) && threads <= 64),
		'a whole number from 1 to 64',
	);
	check(
		'framesInFlight',
		isPositiveInteger(framesInFlight) && framesInFlight <= MOST_IN_FLIGHT,
		'a whole number from 1 to 16',
	);
	check('onCritical', onCritical === 'slow' || onCritical === 'stop', "'slow' or 'stop'");
	check(
		'maxChildRssBytes',
		maxChildRssBytes === undefined || isPositiveInteger(maxChildRssBytes),
		'a positive whole number of bytes',
	);
	const isTime = timeoutMs === undefined || (timeoutMs >= 1 && timeoutMs <= MAX_TIMEOUT_MS);
	check('timeoutMs', isTime, `a number of milliseconds from 1 to ${MAX_TIMEOUT_MS}`);
	const { signal, onProgress, overwrite, name } = options;
	check('signal', signal === undefined || signal instanceof AbortSignal, 'an AbortSignal');
	check('onProgress', onProgress === undefined || typeof onProgress === 'function', 'a function');
	check('overwrite', overwrite === undefined || typeof overwrite === 'boolean', 'true or false');
	check('name', name === undefined || (typeof name === 'string' && name !== ''), 'a text that is not empty');
	return {
		path,
		container: container ?? '',
		width,
		height,
		fps,
		pixelFormat,
		frameBytes: frameBytesOf(pixelFormat, width, height),
		codec,
		preset,
		quality,
		threads,
		framesInFlight,
		onCritical,
		given: options,
	};
}

/** Colour in its own planes is rounded up. */
function frameBytesOf(format: PixelFormat, width: number, height: number): number {
	const half = (pixels: number) => Math.ceil(pixels / 2);
	if (format === 'yuv420p') return width * height + 2 * half(width) * half(height);
	if (format === 'yuv422p') return width * height + 2 * half(width) * height;
	return width * height * PIXEL_FORMATS[format];
}
