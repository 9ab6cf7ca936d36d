import assert from 'node:assert/strict';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AudioReader } from '../../../src/runtime/formats/audio/audioReader.ts';
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
		/** What each is made with. One run of FFmpeg writes all of them: its start takes longer than its work. */
		const own = {
			'faststart.mov': ['-movflags', '+faststart'],
			'fragmented.mp4': ['-movflags', 'frag_keyframe+empty_moov+default_base_moof'],
			'film.mkv': [],
			'live.mkv': ['-live', '1'],
			'turned.mp4': ['-metadata:s:v:0', 'rotate=90'],
		};
		const others = ['film.avi', 'film.ts'];
		before(async function () {
			if (!hasFfmpeg()) this.skip();
			folder = temporaryFolder('videos');
			const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '20', '-bf', '3', '-pix_fmt', 'yuv420p'];
			const coded = ['-threads', '1', ...encoder];
			await ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25', '-t', '3', ...coded, at('film.mp4'));
			const copies = Object.entries(own).map(([name, args]) => ['-c', 'copy', ...args, at(name)]);
			const plain = others.map(name => ['-c', 'copy', '-bsf:v', 'null', at(name)]);
			await ffmpeg('-i', at('film.mp4'), ...copies.flat(), ...plain.flat(), '-c:v', 'mpeg4', at('cut.avi'));
		});
		after(() => folder?.remove());

		for (const name of Object.keys(own)) {
			it(`${name} is read as ffprobe reads it`, async () => {
				const [ours, told] = await Promise.all([
					read(at(name), { via: 'own', order: 'decode' }),
					read(at(name), { via: 'ffprobe', order: 'decode' }),
				]);
				const plain = ({ number, key, sizeBytes, timestamp }: VideoFrame) => [
					number,
					key,
					sizeBytes,
					Math.round(timestamp * 1e5),
				];
				assert.equal(ours.frames.length, 75);
				assert.deepEqual(ours.frames.map(plain), told.frames.map(plain));
				const { codec, width, height, rotation } = told.facts;
				assert.deepEqual(
					[ours.facts.codec, ours.facts.width, ours.facts.height, ours.facts.rotation],
					[codec, width, height, rotation],
				);
			});
		}

		for (const name of others) {
			it(`${name} is read by ffprobe`, async () => {
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
			const refused = async (text: string, code: string) => {
				await writeFile(at('list'), text);
				await assert.rejects(read(at('list'), {}), { code });
				await assert.rejects(AudioReader.open(at('list')), { code: /wrongFormat|unsupported|damaged/ });
			};
			await refused('#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nhttp://127.0.0.1:9/film.ts\n', 'unsupported');
			const film = '#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfilm.ts\n#EXT-X-ENDLIST\n';
			await refused(film, 'unsupported');
			// FFmpeg looks behind such a tag, and sees what is no text to us.
			await refused(`ID3\x03\0\0\0\0\0\0${film}`, 'unsupported');
			await refused('ffconcat version 1.0\nfile film.ts\n', 'unsupported');
		});

		it('ends ffprobe with the loop', async () => {
			await using film = await VideoReader.open(at('film.mp4'), { via: 'ffprobe' });
			for await (const { number } of film) if (number === 3) break;
			assert.equal(film.progress().items, 4);
		});
	});
});
