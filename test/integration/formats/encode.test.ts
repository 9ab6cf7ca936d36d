import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { reportOf } from '../../../src/analysis/report.ts';
import { VideoReader } from '../../../src/runtime/formats/video/videoReader.ts';
import { type EncodeResult, encodeVideo } from '../../../src/runtime/media/encode/encodeVideo.ts';
import { entriesOfType, profiledRun } from '../../support/engineRuns.ts';
import { hasFfmpeg } from '../../support/ffmpeg.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';

const SIZE = { width: 160, height: 120 };
const FRAMES = 30;
/** Enough that FFmpeg is looked at while it works. */
const PROFILED_FRAMES = 150;

function* frames(count: number): Generator<Uint8Array> {
	const pixels = new Uint8Array(SIZE.width * SIZE.height * 3);
	for (let i = 0; i < count; i++) {
		// Something that changes: a bright column.
		pixels.fill(40);
		for (let y = 0; y < SIZE.height; y++) pixels.fill(255, (y * SIZE.width + i) * 3, (y * SIZE.width + i + 8) * 3);
		yield pixels;
	}
}

describe('encodeVideo with FFmpeg', () => {
	let folder: TemporaryFolder;
	before(function () {
		if (!hasFfmpeg()) this.skip();
		folder = temporaryFolder('encode');
	});
	after(() => folder?.remove());

	for (const [name, codec] of [
		['film.mp4', 'h264'],
		['film.mkv', 'hevc'],
		['film.webm', 'vp9'],
		['film.avi', 'mpeg4'],
		['lossless.mkv', 'ffv1'],
	] as const) {
		it(`writes ${codec} into ${name}, every frame of it`, async () => {
			const output = join(folder.path, name);
			const told: number[] = [];
			const result = await encodeVideo(frames(FRAMES), {
				output,
				...SIZE,
				fps: 25,
				codec,
				preset: 'ultrafast',
				threads: 1,
				onProgress: ({ encodedFrames }) => told.push(encodedFrames),
			});
			await using film = await VideoReader.open(output);
			const facts = film.facts();
			assert.deepEqual([facts.codec, facts.width, facts.height, facts.frameRate], [codec, SIZE.width, SIZE.height, 25]);
			let count = 0;
			for await (const _ of film) count++;
			assert.deepEqual([count, result.frames, told.at(-1), result.bytes], [FRAMES, FRAMES, FRAMES, film.size]);
			if (process.platform === 'linux') assert.ok((result.peakChildRssBytes ?? 0) > 10 * 1024 * 1024);
		});
	}

	it('fails in FFmpeg’s words and leaves nothing behind', async () => {
		const output = join(folder.path, 'wrong.webm');
		const encoding: Promise<EncodeResult> = encodeVideo(frames(5), { output, ...SIZE, fps: 25, codec: 'h264' });
		await assert.rejects(encoding, { code: 'programFailed' });
		assert.deepEqual(
			(await readdir(folder.path)).filter(name => /wrong/.test(name)),
			[],
		);
	});

	it('is in the recording: the encoder with its figures, FFmpeg with its RSS', async () => {
		const target = {
			kind: 'script' as const,
			path: join(projectRoot, 'test', 'fixtures', 'runtime', 'encodes.mjs'),
			args: [join(folder.path, 'profiled.mp4'), String(PROFILED_FRAMES)],
			nodeArgs: [],
		};
		const run = await profiledRun({ target });
		assert.equal(run.stdout.toString(), `${PROFILED_FRAMES} h264\n`, run.stderr.toString());
		const report = reportOf(run.opened.model);
		const child = report.processes?.find(({ title }) => title === 'ffmpeg');
		assert.ok(child?.peakRss && report.memory.peakTotalRss && report.memory.peakRss);
		assert.ok(child.peakRss.bytes > 10 * 1024 * 1024);
		assert.ok(report.memory.peakTotalRss.bytes > report.memory.peakRss.bytes);
		const stream = entriesOfType(run.entries, 'stream').findLast(({ kind }) => kind === 'encoder');
		assert.deepEqual(
			[stream?.format, stream?.items, stream?.readBytes],
			['h264 (mp4)', PROFILED_FRAMES, PROFILED_FRAMES * 640 * 360 * 3],
		);
		assert.ok((stream?.writtenBytes ?? 0) > 1_000);
	});
});
