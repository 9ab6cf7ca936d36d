import { FileError, MemoryManagerError } from '../../internals.ts';
import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import type { ReaderSettings } from '../formatReader.ts';
import { readAiff } from './aiff.ts';
import type { AudioTrack } from './audioTypes.ts';
import { FfmpegTrack, type Programs } from './ffmpegTrack.ts';
import { FlacTrack } from './flacTrack.ts';
import { Mp3Track } from './mp3Track.ts';
import { OggTrack } from './oggTrack.ts';
import { PcmTrack } from './pcmTrack.ts';
import { type AudioKind, sniffAudio } from './sniff.ts';
import { readWav } from './wav.ts';

export interface TrackOptions extends Programs {
	readonly decoder: 'auto' | 'wasm' | 'ffmpeg';
}

/** The way in which the file is decoded best. Throws as `AudioReader.open`. */
export async function openTrack(
	source: ByteSource,
	settings: ReaderSettings,
	options: TrackOptions,
): Promise<AudioTrack> {
	const kind = await sniff(source);
	if (kind === 'empty') throw source.truncated(0, 12, 'the header');
	if (kind === 'text') throw formatErrors.wrongFormat(source.path, 'sound', 'text');
	if (options.decoder === 'ffmpeg') return FfmpegTrack.open(source, settings, options);
	try {
		const track = await openOwn(source, settings, kind);
		if (track) return track;
	} catch (error) {
		if (options.decoder === 'wasm' || !isForFfmpeg(error)) throw error;
		return openInstead(source, settings, options, error as MemoryManagerError);
	}
	if (options.decoder === 'wasm') {
		throw formatErrors.unsupported(
			source.path,
			'its content is of no format that the WebAssembly decoders or our own readers read.',
			'{ decoder: "auto" } tries ffmpeg as well.',
		);
	}
	return FfmpegTrack.open(source, settings, options);
}

async function sniff(source: ByteSource): Promise<AudioKind> {
	const window = source.window();
	try {
		return await sniffAudio(window);
	} finally {
		window.release();
	}
}

async function openOwn(
	source: ByteSource,
	{ windowBytes }: ReaderSettings,
	kind: AudioKind,
): Promise<AudioTrack | undefined> {
	if (kind === 'wav') return new PcmTrack(source, await readWav(source), windowBytes);
	if (kind === 'aiff') return new PcmTrack(source, await readAiff(source), windowBytes);
	if (kind === 'mp3') return Mp3Track.open(source);
	if (kind === 'flac') return FlacTrack.open(source);
	if (kind === 'ogg') return OggTrack.open(source);
	return undefined;
}

const isForFfmpeg = (error: unknown) =>
	(error instanceof FileError && error.code === 'unsupported') ||
	(error instanceof MemoryManagerError && error.code === 'missingPackage');

/** By ffmpeg, for the reason that `why` gives; without ffmpeg that is the reason why it cannot be read, and both ways out are named. */
async function openInstead(
	source: ByteSource,
	settings: ReaderSettings,
	options: TrackOptions,
	why: MemoryManagerError,
): Promise<AudioTrack> {
	try {
		return await FfmpegTrack.open(source, settings, options);
	} catch (error) {
		if (!(error instanceof MemoryManagerError) || error.code !== 'missingProgram') throw error;
		if (why.code === 'missingPackage') throw why;
		const reason = why.message.slice(why.message.indexOf(': ') + 2);
		throw formatErrors.unsupported(source.path, reason, error.message);
	}
}
