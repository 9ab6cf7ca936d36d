import assert from 'node:assert/strict';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VideoReader } from '../../../src/runtime/formats/video/videoReader.ts';
import type { VideoFacts, VideoFrame, VideoReaderOptions } from '../../../src/runtime/formats/video/videoTypes.ts';
import { agreement } from '../../support/agreement/video.ts';
import { ffmpeg, hasFfmpeg } from '../../support/ffmpeg.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';

async function read(path: string, options: VideoReaderOptions): Promise<{ facts: VideoFacts; frames: VideoFrame[] }> {
	await using film = await VideoReader.open(path, options);
	const frames: VideoFrame[] = [];
	for await (const frame of film) frames.push(frame);
	return { facts: film.facts(), frames };
}

describe('videos', () => {
	it('of third parties agree with ffprobe', async function () {
		const rows = await agreement(false);
		if (!rows) this.skip();
		assert.deepEqual(
			rows.filter(({ outcome }) => outcome === 'differs'),
			[],
		);
	});

	it('need ffprobe where we do not read them, and say how to get it', async () => {
		const folder = temporaryFolder('video');
		const path = join(folder.path, 'film.avi');
		await writeFile(path, Buffer.concat([Buffer.from('RIFF\x10\0\0\0AVI LIST', 'latin1'), Buffer.alloc(64)]));
		const kept = process.env.PATH;
		process.env.PATH = folder.path;
		try {
			await assert.rejects(VideoReader.open(path), { code: 'missingProgram' });
		} finally {
			process.env.PATH = kept;
			await folder.remove();
		}
	});

	describe('of FFmpeg', () => {
		let folder: TemporaryFolder;
		const at = (name: string) => join(folder.path, name);
		before(async function () {
			if (!hasFfmpeg()) this.skip();
			folder = temporaryFolder('videos');
			const source = 'testsrc2=s=64x48:r=25';
			await ffmpeg(
				'-f',
				'lavfi',
				'-i',
				source,
				'-t',
				'3',
				'-c:v',
				'libx264',
				'-g',
				'20',
				'-bf',
				'3',
				'-pix_fmt',
				'yuv420p',
				at('film.mp4'),
			);
		});
		after(() => folder?.remove());

		for (const [name, ...args] of [
			['faststart.mp4', '-movflags', '+faststart'],
			['fragmented.mp4', '-movflags', 'frag_keyframe+empty_moov+default_base_moof'],
			['film.mov'],
			['film.mkv'],
			['live.mkv', '-live', '1'],
			['turned.mp4', '-metadata:s:v:0', 'rotate=90'],
		] as const) {
			it(`${name} is read as ffprobe reads it`, async () => {
				await ffmpeg('-i', at('film.mp4'), '-c', 'copy', ...args, at(name));
				const own = await read(at(name), { via: 'own', order: 'decode' });
				const told = await read(at(name), { via: 'ffprobe', order: 'decode' });
				const plain = ({ number, key, sizeBytes, timestamp }: VideoFrame) => [
					number,
					key,
					sizeBytes,
					Math.round(timestamp * 1e5),
				];
				assert.equal(own.frames.length, 75);
				assert.deepEqual(own.frames.map(plain), told.frames.map(plain));
				const { codec, width, height, rotation } = told.facts;
				assert.deepEqual(
					[own.facts.codec, own.facts.width, own.facts.height, own.facts.rotation],
					[codec, width, height, rotation],
				);
			});
		}

		for (const name of ['film.avi', 'film.flv', 'film.ts']) {
			it(`${name} is read by ffprobe`, async () => {
				await ffmpeg('-i', at('film.mp4'), '-c', 'copy', '-bsf:v', 'null', at(name));
				const { facts, frames } = await read(at(name), {});
				assert.deepEqual([facts.via, facts.codec, facts.width, frames.length >= 75], ['ffprobe', 'h264', 64, true]);
				const times = frames.map(({ timestamp }) => timestamp);
				assert.deepEqual(
					times,
					times.toSorted((a, b) => a - b),
				);
			});
		}

		it('an AVI that is cut off is not taken for whole', async () => {
			await ffmpeg('-i', at('film.mp4'), '-c:v', 'mpeg4', at('cut.avi'));
			await writeFile(at('cut.avi'), (await readFile(at('cut.avi'))).subarray(0, 20_000));
			await assert.rejects(read(at('cut.avi'), {}), { code: 'truncated' });
		});

		it('what ffprobe cannot read is damaged, by its own words; a handle has no path', async () => {
			await writeFile(at('text'), 'no film at all, but some words\n'.repeat(10));
			await assert.rejects(read(at('text'), {}), /damaged: ffprobe cannot read it: .*Invalid data/);
			await using handle = await open(at('text'));
			await assert.rejects(VideoReader.open(handle), /Pass the path instead of a handle/);
		});

		it('opens nothing but the file, whatever stands in it', async () => {
			await writeFile(
				at('list.m3u8'),
				`#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nhttp://127.0.0.1:9/film.ts\n#EXT-X-ENDLIST\n`,
			);
			await assert.rejects(read(at('list.m3u8'), {}), { code: 'damaged' });
		});

		it('ends ffprobe with the loop', async () => {
			await using film = await VideoReader.open(at('film.mp4'), { via: 'ffprobe' });
			for await (const { number } of film) if (number === 3) break;
			assert.equal(film.progress().items, 4);
		});
	});
});
