// Where may a player begin in a film, and what does that cost? Its key frames, with the bytes from each to the next.
// `node film.mjs FILE…` reads films of your own (MP4, MOV, Matroska, WebM; anything else through ffprobe); without one, the same
// pictures are made into two films by two codecs: one has key frames where the camera cuts, the other at regular intervals.
//
// In the panel: two encoders, for which ffmpeg runs as a child whose memory is in the time line; the cache "photographs" with the
// decoded pictures that both films show; then a reader for each film, in the batches "films": it reads tables, not pictures.
import { basename, join } from 'node:path';
import { BatchProcessor, BoundedCache, region } from 'memory-manager-runtime';
import { VideoReader } from 'memory-manager-runtime/formats';
import { encodeVideo } from 'memory-manager-runtime/media';
import { frames } from './lib/cuts.mjs';
import { inTemporaryFolder } from './lib/temporaryFolder.mjs';

const MB = 1024 * 1024;
const SIZE = { width: 480, height: 270 };
const FPS = 24;
const FRAMES_PER_SHOT = 48;
const FILMS = [
	{ file: 'cuts.mp4', codec: 'h264', preset: 'veryfast' },
	{ file: 'intervals.mkv', codec: 'mpeg4' },
];

const photographs = new BoundedCache({
	name: 'photographs',
	maxBytes: 16 * MB,
	sizeOf: ({ byteLength }) => byteLength,
});

async function main() {
	const given = process.argv.slice(2);
	if (given.length > 0) return printFilms(given);
	await inTemporaryFolder('film', async folder => {
		const paths = await region('encode', () => makeFilms(folder));
		await printFilms(paths);
	});
}

async function makeFilms(folder) {
	const paths = [];
	for (const { file, ...how } of FILMS) {
		const pictures = frames(SIZE.width, SIZE.height, FRAMES_PER_SHOT, photographs);
		const { output } = await encodeVideo(pictures, { ...SIZE, ...how, fps: FPS, output: join(folder, file) });
		paths.push(output);
	}
	return paths;
}

async function printFilms(paths) {
	const films = new BatchProcessor({ name: 'films', processItem: path => groupsOf(path), concurrency: 2 });
	await region('key frames', async () => {
		for await (const film of films.process(paths)) print(film);
	});
}

/** From each key frame to the next: nothing in between can be shown without it. */
async function groupsOf(path) {
	const reader = await VideoReader.open(path);
	try {
		const groups = [];
		for await (const { number, timestamp, key, sizeBytes } of reader) {
			if (key || groups.length === 0) groups.push({ number, timestamp, keyBytes: sizeBytes, frames: 0, bytes: 0 });
			const group = groups.at(-1);
			group.frames++;
			group.bytes += sizeBytes;
		}
		return { path, size: reader.size, readBytes: reader.progress().readBytes, facts: reader.facts(), groups };
	} finally {
		await reader.close();
	}
}

function print({ path, size, readBytes, facts, groups }) {
	const { container, codec, width, height, frameRate } = facts;
	const sum = groups.reduce((total, { frames }) => total + frames, 0);
	console.log(
		`${basename(path)}: ${container}, ${codec}, ${width}x${height}, ${frameRate?.toFixed(2) ?? '?'} frames per second, ${sum} frames`,
	);
	const step = Math.ceil(groups.length / 20);
	for (const { number, timestamp, keyBytes, frames, bytes } of groups.filter((_, i) => i % step === 0)) {
		const share = ((keyBytes / bytes) * 100).toFixed(0);
		console.log(
			`  ${timestamp.toFixed(2).padStart(8)} s  frame ${String(number).padStart(5)}: ${inKb(keyBytes)} KB, ${share} % of the ${inKb(bytes)} KB up to the next, ${frames} frames on`,
		);
	}
	const longest = Math.max(...groups.map(({ frames }) => frames));
	console.log(
		`  ${groups.length} key frames, at most ${longest} frames apart; read ${inKb(readBytes)} KB of ${inKb(size)} KB`,
	);
}

const inKb = bytes => (bytes / 1024).toFixed(1);

try {
	await main();
} catch (error) {
	// Without ffmpeg there is nothing to look at; the message says how to get it.
	if (error.code !== 'missingProgram') throw error;
	console.error(error.message);
	process.exitCode = 1;
}
