import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { VideoReader } from '../../../src/runtime/formats/video/videoReader.ts';
import type { HostileCase } from '../hostile.ts';

export const videoFixture = (name: string): string => join(projectRoot, 'test', 'fixtures', 'formats', 'video', name);

/** The films that are read without ffprobe. */
export async function hostileCase(): Promise<HostileCase> {
	return {
		format: 'video',
		files: ['tiny.mp4', 'fragmented.mp4', 'tiny.mkv', 'tiny.webm'].map(videoFixture),
		async read(path, signal) {
			await using film = await VideoReader.open(path, { via: 'own', signal });
			const told: unknown[] = [film.facts()];
			for await (const frame of film) told.push(frame);
			for await (const { number } of film.keyFrames()) told.push(number);
			return JSON.stringify(told);
		},
		maySucceedAt: (path, bytes) => basename(path) === 'fragmented.mp4' && fragmentEnds(path).has(bytes),
	};
}

/** A film in fragments is whole behind each of them: it may still be being written. */
function fragmentEnds(path: string): Set<number> {
	const file = readFileSync(path);
	const ends = new Set<number>();
	for (let at = 0; at + 8 <= file.length; at += file.readUInt32BE(at)) ends.add(at);
	return ends;
}
