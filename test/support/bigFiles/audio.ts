import { open } from 'node:fs/promises';
import { wavFile } from '../audioFiles.ts';

const RATE = 44_100;
const FRAME_BYTES = 4;
/** The sound repeats each second: a chirp on the left, beside a quieter tone. */
const SECOND_BYTES = RATE * FRAME_BYTES;

/** Stereo WAV of 16 bits at 44.1 kHz: 705 MB an hour and seven minutes. */
export async function makeBig(path: string, bytes: number): Promise<void> {
	const seconds = Math.max(1, Math.round(bytes / SECOND_BYTES));
	const value = (i: number, channel: number) =>
		channel === 0 ? 0.7 * Math.sin((i * i) / 200_000) : 0.2 * Math.sin((2 * Math.PI * 660 * i) / RATE);
	const shape = { channels: 2, sampleRate: RATE, encoding: 's16', value } as const;
	const second = wavFile({ ...shape, samples: RATE });
	const header = wavFile({ ...shape, samples: 0 });
	header.writeUInt32LE(header.length - 8 + seconds * SECOND_BYTES, 4);
	header.writeUInt32LE(seconds * SECOND_BYTES, header.length - 4);
	const file = await open(path, 'w');
	try {
		await file.write(header);
		for (let i = 0; i < seconds; i++) await file.write(second, header.length);
	} finally {
		await file.close();
	}
}
