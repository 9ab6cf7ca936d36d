import { formatBytes } from '../../../protocol/units.ts';
import { availability, pressure } from '../../internals.ts';
import { CODECS, type EncodePreset, type EncodeSettings, PRESETS } from './encodeOptions.ts';

/** Pictures that the encoder holds at a time: those it looks ahead, refers to and works on. Measured with x264 at 1280 x 720: 393 MB at `medium`, 104 MB at `ultrafast`. */
const HELD_PICTURES: Readonly<Record<EncodePreset, number>> = {
	ultrafast: 8,
	superfast: 10,
	veryfast: 20,
	faster: 30,
	fast: 40,
	medium: 60,
	slow: 75,
	slower: 90,
	veryslow: 110,
};
/** It keeps each picture with its half and quarter steps. */
const COPIES = 4;
const BYTES_PER_PIXEL = 1.5;
const PROGRAM_BYTES = 60 * 1024 * 1024;
const CPU_USED: Readonly<Record<EncodePreset, number>> = {
	ultrafast: 8,
	superfast: 7,
	veryfast: 6,
	faster: 5,
	fast: 4,
	medium: 2,
	slow: 1,
	slower: 0,
	veryslow: 0,
};

export interface EncodePlan {
	readonly preset: EncodePreset;
	readonly threads: number | undefined;
	/** What was chosen otherwise than wished, and why, in sentences. */
	readonly decisions: readonly string[];
}

/** About what FFmpeg will hold, bytes. */
export function encoderBytes({ width, height, codec }: EncodeSettings, preset: EncodePreset): number {
	const pictures = codec === 'h264' || codec === 'hevc' ? HELD_PICTURES[preset] : HELD_PICTURES.veryfast;
	const more = codec === 'hevc' ? 1.5 : 1;
	return Math.round(PROGRAM_BYTES + pictures * COPIES * BYTES_PER_PIXEL * width * height * more);
}

/** The preset and the threads wished for, or what fits into the memory that is there. */
export function encodePlan(settings: EncodeSettings): EncodePlan {
	const { preset, threads } = settings;
	if (pressure.level === 'critical' || pressure.level === 'high') {
		return smallest(settings, `the memory level is ${pressure.level}`);
	}
	const wished = fits(settings, preset);
	if (wished.available) return { preset, threads, decisions: [] };
	for (const faster of PRESETS.slice(0, PRESETS.indexOf(preset)).reverse()) {
		if (!fits(settings, faster).available) continue;
		return { preset: faster, threads, decisions: [`Preset ${faster} instead of ${preset}. ${wished.reason}`] };
	}
	return smallest(settings, wished.reason);
}

function smallest({ preset, codec }: EncodeSettings, reason: string): EncodePlan {
	const hasPreset = codec === 'h264' || codec === 'hevc' || codec === 'vp9';
	const instead =
		hasPreset && preset !== 'ultrafast' ? `Preset ultrafast instead of ${preset}, and one thread` : 'One thread';
	return { preset: 'ultrafast', threads: 1, decisions: [`${instead}: ${reason}`] };
}

function fits(settings: EncodeSettings, preset: EncodePreset) {
	const bytes = encoderBytes(settings, preset);
	const { maxChildRssBytes } = settings.given;
	if (maxChildRssBytes !== undefined && bytes > maxChildRssBytes) {
		const reason = `The encoder needs about ${formatBytes(bytes)}, but maxChildRssBytes allows ${formatBytes(maxChildRssBytes)}.`;
		return { available: false, reason };
	}
	return availability(bytes, { what: 'The encoder' });
}

/** What FFmpeg is started with: raw frames come by its stdin, its progress goes to descriptor 3. */
export function encodeArguments(settings: EncodeSettings, { preset, threads }: EncodePlan, file: string): string[] {
	const { width, height, fps, pixelFormat, codec, quality, container } = settings;
	const input = ['-f', 'rawvideo', '-pix_fmt', pixelFormat, '-s', `${width}x${height}`, '-framerate', `${fps}`];
	const limited = threads === undefined ? [] : ['-threads', `${threads}`];
	return [
		...['-hide_banner', '-loglevel', 'error', '-nostats', '-progress', 'pipe:3'],
		...[...input, '-i', 'pipe:0', '-an', '-c:v', CODECS[codec].encoder],
		...codecArguments(codec, preset, quality),
		...limited,
		...(codec === 'ffv1' ? [] : ['-pix_fmt', 'yuv420p']),
		...['-f', container, '-y', `file:${file}`],
	];
}

function codecArguments(codec: EncodeSettings['codec'], preset: EncodePreset, quality: number): string[] {
	if (codec === 'h264') return ['-preset', preset, '-crf', `${quality}`];
	// It writes about itself on stderr, whatever the log level.
	if (codec === 'hevc')
		return ['-preset', preset, '-crf', `${quality}`, '-x265-params', 'log-level=error', '-tag:v', 'hvc1'];
	if (codec === 'vp9') return ['-crf', `${quality}`, '-b:v', '0', '-cpu-used', `${CPU_USED[preset]}`];
	return codec === 'mpeg4' ? ['-q:v', `${Math.max(1, quality)}`] : [];
}
