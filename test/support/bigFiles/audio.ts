import { open, rm, writeFile } from 'node:fs/promises';
import { wavFile } from '../audioFiles.ts';
import { ffmpeg } from '../ffmpeg.ts';

const RATE = 44_100;
const FRAME_BYTES = 4;
/** The sound repeats each second: a chirp on the left, beside a quieter tone. */
const SECOND_BYTES = RATE * FRAME_BYTES;

/** `bytes`: of the sound as it is when decoded; 700 MB are an hour and six minutes. The encoders work as quickly as they can. */
export const variants: Readonly<Record<string, (path: string, bytes: number) => Promise<void>>> = {
	wav,
	mp3: (path, bytes) => encoded(path, bytes, ['-c:a', 'libmp3lame', '-compression_level', '9', '-f', 'mp3']),
	flac: (path, bytes) => encoded(path, bytes, ['-c:a', 'flac', '-f', 'flac']),
	vorbis: (path, bytes) => encoded(path, bytes, ['-c:a', 'libvorbis', '-f', 'ogg']),
	opus: (path, bytes) => encoded(path, bytes, ['-c:a', 'libopus', '-compression_level', '0', '-f', 'ogg']),
};

export const makeBig = wav;

const secondsOf = (bytes: number): number => Math.max(1, Math.round(bytes / SECOND_BYTES));

function second(samples = RATE): Buffer {
	const value = (i: number, channel: number) =>
		channel === 0 ? 0.7 * Math.sin((i * i) / 200_000) : 0.2 * Math.sin((2 * Math.PI * 660 * i) / RATE);
	return wavFile({ channels: 2, sampleRate: RATE, encoding: 's16', value, samples });
}

/** Stereo of 16 bits at 44.1 kHz. */
async function wav(path: string, bytes: number): Promise<void> {
	const seconds = secondsOf(bytes);
	const sound = second();
	const header = second(0);
	header.writeUInt32LE(header.length - 8 + seconds * SECOND_BYTES, 4);
	header.writeUInt32LE(seconds * SECOND_BYTES, header.length - 4);
	const file = await open(path, 'w');
	try {
		await file.write(header);
		for (let i = 0; i < seconds; i++) await file.write(sound, header.length);
	} finally {
		await file.close();
	}
}

async function encoded(path: string, bytes: number, encoder: readonly string[]): Promise<void> {
	const once = `${path}.wav`;
	try {
		await writeFile(once, second());
		await ffmpeg('-stream_loop', String(secondsOf(bytes) - 1), '-i', once, ...encoder, path);
	} finally {
		await rm(once, { force: true });
	}
}
