import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { AudioReader } from '../../../src/runtime/formats/audio/audioReader.ts';
import { aiffFile, wavFile } from '../audioFiles.ts';
import type { HostileCase } from '../hostile.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

export const audioFixture = (name: string): string => join(projectRoot, 'test', 'fixtures', 'formats', 'audio', name);

/** Everything that is read without ffmpeg. */
export async function hostileCase(): Promise<HostileCase> {
	const folder = temporaryFolder('audio');
	const made = async (name: string, bytes: Buffer) => {
		const path = join(folder.path, name);
		await writeFile(path, bytes);
		return path;
	};
	const value = (i: number, channel: number) => Math.sin(i / (10 + channel)) / 2;
	const sound = { channels: 2, sampleRate: 8000, samples: 500, value };
	const files = [
		await made('plain.wav', wavFile({ ...sound, encoding: 's16', tags: { INAM: 'Waves' } })),
		await made('large.wav', wavFile({ ...sound, encoding: 'f32', container: 'RF64', extensible: true })),
		await made('big.aiff', aiffFile({ ...sound, encoding: 's24' })),
		...['ima.wav', 'ms.wav', 'tones.mp3', 'tones.flac', 'tones.ogg', 'tones.opus', 'tones.oga'].map(audioFixture),
	];
	return {
		format: 'audio',
		files,
		async read(path, signal) {
			await using reader = await AudioReader.open(path, { signal, decoder: 'wasm', frameSize: 512, hop: 200 });
			const told: unknown[] = [await reader.facts()];
			for await (const frame of reader) told.push(frame);
			for await (const block of reader.samples({ start: 0.1 })) told.push(block.samples);
			return JSON.stringify(told);
		},
		// Behind the sound there are tags, which may be lacking.
		maySucceedAt: (path, bytes) => basename(path) === 'plain.wav' && bytes >= soundEnd(path),
		dispose: () => folder.remove(),
	};
}

function soundEnd(path: string): number {
	const file = readFileSync(path);
	const data = file.indexOf('data');
	return data + 8 + file.readUInt32LE(data + 4);
}
