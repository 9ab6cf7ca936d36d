import { strict as assert } from 'node:assert';
import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VideoReader } from '../../../../src/runtime/formats/video/videoReader.ts';
import type { VideoFrame, VideoReaderOptions } from '../../../../src/runtime/formats/video/videoTypes.ts';
import { hostileRun } from '../../../support/hostile.ts';
import { hostileCase, videoFixture } from '../../../support/hostileCases/video.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';
import {
	box,
	clusterTime,
	element,
	frameAt,
	matroskaHead,
	mp4Head,
	mp4Movie,
	openElement,
	simpleBlockHead,
} from '../../../support/videoFiles.ts';
import { recordingHub } from '../hub.ts';

const FRAMES = Array.from({ length: 50 }, (_, i) => frameAt(i, 100));
const DATA = Buffer.concat(FRAMES.map(({ sizeBytes }, i) => Buffer.alloc(sizeBytes, i)));

async function framesOf(path: string, options: VideoReaderOptions = {}): Promise<VideoFrame[]> {
	await using film = await VideoReader.open(path, { via: 'own', ...options });
	const frames: VideoFrame[] = [];
	for await (const frame of film) frames.push(frame);
	return frames;
}

describe('VideoReader', () => {
	let folder: TemporaryFolder;
	beforeEach(() => {
		folder = temporaryFolder('video');
	});
	afterEach(() => folder.remove());

	async function file(...parts: Uint8Array[]): Promise<string> {
		const path = join(folder.path, 'film');
		await writeFile(path, Buffer.concat(parts));
		return path;
	}
	const rejects = (work: Promise<unknown>, code: string, words: RegExp) =>
		assert.rejects(work, (error: unknown) => {
			assert.match(String(error), words);
			assert.equal((error as { code?: string }).code, code);
			return true;
		});

	/** What ffprobe tells of the films of 2 s at 25 frames per second. */
	for (const [name, container, codec, start, audio] of [
		['tiny.mp4', 'mp4', 'h264', 0, [{ codec: 'aac', channels: 1, sampleRate: 8000 }]],
		['fragmented.mp4', 'mp4', 'h264', 0.08, []],
		['tiny.mkv', 'matroska', 'h264', 0.128, [{ codec: 'aac', channels: 1, sampleRate: 8000 }]],
		['tiny.webm', 'webm', 'vp8', 0, []],
	] as const) {
		it(`reads ${name}`, async () => {
			await using film = await VideoReader.open(videoFixture(name), { via: 'own' });
			const facts = film.facts();
			const { width, height, via } = facts;
			assert.deepEqual([facts.container, facts.codec, width, height, via], [container, codec, 64, 48, 'own']);
			assert.deepEqual(facts.audio, audio);
			const frames: VideoFrame[] = [];
			for await (const frame of film) frames.push(frame);
			assert.equal(frames.length, 50);
			for (const [i, { number, timestamp, duration = Number.NaN }] of frames.entries()) {
				assert.equal(number, i);
				assert.ok(
					Math.abs(timestamp - start - i * 0.04) < 1e-9 && Math.abs(duration - 0.04) < 1e-9,
					`${i}: ${timestamp}`,
				);
			}
			assert.deepEqual(
				frames.flatMap(({ key, number }) => (key ? [number] : [])),
				[0, 20, 40],
			);
			const keys: number[] = [];
			for await (const { number } of film.keyFrames()) keys.push(number);
			assert.deepEqual(keys, [0, 20, 40]);
			assert.equal(film.progress().items, 53);
		});
	}

	it('gives frames as they are shown or as they stand, and every n-th', async () => {
		const path = videoFixture('tiny.mp4');
		const shown = await framesOf(path);
		const stored = await framesOf(path, { order: 'decode' });
		assert.notDeepEqual(
			stored.map(({ timestamp }) => timestamp),
			shown.map(({ timestamp }) => timestamp),
		);
		assert.deepEqual(
			stored.map(({ timestamp }) => timestamp).sort((a, b) => a - b),
			shown.map(({ timestamp }) => timestamp),
		);
		const third = await framesOf(path, { sampleRate: 3 });
		assert.deepEqual(
			third,
			shown.filter(({ number }) => number % 3 === 0),
		);
	});

	it('reads an MP4 whose tables stand before and behind the data, from a handle that stays open', async () => {
		const head = mp4Head(DATA.length);
		const movie = mp4Movie(FRAMES, head.length);
		const behind = await framesOf(await file(head, DATA, movie), { order: 'decode' });
		assert.deepEqual(
			behind.map(({ sizeBytes, key, timestamp }) => [sizeBytes, key, timestamp]),
			FRAMES.map(({ sizeBytes, key, time }) => [sizeBytes, key, time / 1000]),
		);
		const path = await file(mp4Movie(FRAMES, movie.length + head.length), head, DATA);
		const handle = await open(path);
		await using film = await VideoReader.open(handle, { order: 'decode' });
		const before: VideoFrame[] = [];
		for await (const frame of film) before.push(frame);
		assert.deepEqual(before, behind);
		await film.close();
		assert.equal((await handle.stat()).size, head.length + movie.length + DATA.length);
		await handle.close();
	});

	it('reads a Matroska file that was still being written', async () => {
		const block = (i: number) => {
			const frame = FRAMES[i] ?? frameAt(i, 100);
			return Buffer.concat([simpleBlockHead(frame, 0), Buffer.alloc(frame.sizeBytes)]);
		};
		const open = Buffer.concat([openElement(0x1f43b675), clusterTime(0), block(0), block(1)]);
		const second = Buffer.concat([openElement(0x1f43b675), clusterTime(0), block(2), element(0xec, new Uint8Array(5))]);
		const frames = await framesOf(await file(matroskaHead(undefined), open, second), { order: 'decode' });
		assert.deepEqual(
			frames.map(({ timestamp }) => timestamp),
			[0, 0.12, 0.04],
		);
	});

	it('gives the frames that are there, then says what is missing', async () => {
		const head = mp4Head(DATA.length);
		const movie = mp4Movie(FRAMES, 0);
		const front = mp4Movie(FRAMES, movie.length + head.length);
		const whole = Buffer.concat([front, head, DATA]);
		const path = await file(whole.subarray(0, whole.length - 1));
		await using film = await VideoReader.open(path);
		let count = 0;
		await rejects(
			(async () => {
				for await (const _ of film) count++;
			})(),
			'truncated',
			/ends at byte \d+, but a frame at byte \d+ needs 1 bytes more/,
		);
		// Those that were held for sorting are not given away for a whole film.
		assert.ok(count < 50);
		await rejects(
			framesOf(await file((await readFile(videoFixture('tiny.mkv'))).subarray(0, 3_000))),
			'truncated',
			/cut off/,
		);
		await rejects(
			framesOf(await file((await readFile(videoFixture('tiny.mp4'))).subarray(0, 3_000))),
			'truncated',
			/the box mdat/,
		);
	});

	it('says so when a file becomes shorter before all of it was read', async () => {
		for (const name of ['tiny.mkv', 'fragmented.mp4']) {
			const path = await file(await readFile(videoFixture(name)));
			await using film = await VideoReader.open(path);
			for (const size of [2_000, 3]) {
				await truncate(path, size);
				await rejects(
					(async () => {
						for await (const _ of film);
					})(),
					'truncated',
					/ends at byte \d+, but .* needs [1-9]\d* bytes more/,
				);
			}
		}
	});

	it('refuses in words what contradicts itself and what is no film', async () => {
		const head = mp4Head(DATA.length);
		const lying = (change: (movie: Buffer) => void) => {
			const movie = mp4Movie(FRAMES, head.length);
			change(movie);
			return file(head, DATA, movie).then(framesOf);
		};
		await rejects(
			lying(movie => movie.writeUInt32BE(0xffff_ffff, movie.indexOf('stts') + 8)),
			'damaged',
			/the box stts says that it has 4294967295 entries/,
		);
		await rejects(
			lying(movie => movie.writeUInt32BE(49, movie.indexOf('stts') + 12)),
			'damaged',
			/lists 50 frames, but times of only 49/,
		);
		await rejects(
			lying(movie => movie.writeUInt32BE(0xffff_ffff, movie.indexOf('stts') + 12)),
			'damaged',
			/times of more/,
		);
		await rejects(
			lying(movie => movie.writeUInt32BE(7, movie.indexOf('stsc') + 16)),
			'damaged',
			/places of only 7/,
		);
		await rejects(
			lying(movie => movie.writeUInt32BE(0xffff_fff0, movie.indexOf('stsz') + 16)),
			'truncated',
			/a frame/,
		);
		await rejects(
			lying(movie => movie.write('soun', movie.indexOf('vide'))),
			'unsupported',
			/holds no video track/,
		);
		await rejects(
			framesOf(await file(box('ftyp', Buffer.from('isom')), box('free'))),
			'damaged',
			/no table of contents/,
		);
		const picture = box('ftyp', Buffer.from('heic\0\0\0\0'));
		await rejects(framesOf(await file(picture, box('meta', Buffer.alloc(8)))), 'unsupported', /holds pictures/);
		await rejects(
			framesOf(await file(Buffer.from('This is a text, no film.'))),
			'unsupported',
			/none of MP4, MOV, Matroska and WebM/,
		);
		await rejects(
			framesOf(await file(matroskaHead(1_000), element(0x12345678, 4), Buffer.alloc(4))),
			'damaged',
			/no element 0x12345678 belongs there/,
		);
		await rejects(framesOf(join(folder.path, 'none')), 'fileUnreadable', /none/);
		await rejects(framesOf(await file(), { via: 'auto' }), 'truncated', /ends at byte 0/);
	});

	it('says so when a size in a Matroska file is beyond reason', async () => {
		const huge = matroskaHead(2 ** 50);
		await rejects(framesOf(await file(huge, element(0x1f43b675, 2 ** 40))), 'truncated', /0x1F43B675/);
	});

	it('checks its options', async () => {
		const refused = async (options: object, words: RegExp) =>
			rejects(VideoReader.open(videoFixture('tiny.mp4'), options as VideoReaderOptions), 'invalidOption', words);
		await refused({ sampleRate: 0 }, /"sampleRate" must be a positive whole number of frames/);
		await refused({ order: 'any' }, /"order" must be 'presentation' or 'decode'/);
		await refused({ via: 'mediabunny' }, /"via" must be 'auto', 'own' or 'ffprobe'/);
		await refused({ rate: 3 }, /no option "rate"/);
	});

	it('appears in reports with what it is, what was read and how many frames', async () => {
		const hub = recordingHub();
		await using film = await VideoReader.open(videoFixture('tiny.mkv'), { name: 'my film' });
		for await (const _ of film);
		const stream = hub.drain().entries.findLast(entry => entry.type === 'stream');
		assert.ok(stream?.type === 'stream');
		const { kind, name, format, items, totalBytes } = stream;
		assert.deepEqual([kind, name, format, items, totalBytes], ['reader', 'my film', 'matroska', 50, film.size]);
		hub.leave();
	});

	it('ends by its signal and when it is closed', async () => {
		const controller = new AbortController();
		await using film = await VideoReader.open(videoFixture('tiny.mp4'), { signal: controller.signal });
		const reading = (async () => {
			for await (const _ of film) controller.abort(new Error('enough'));
		})();
		await assert.rejects(reading, /enough/);
		const closed = await VideoReader.open(videoFixture('tiny.mp4'));
		await closed.close();
		assert.throws(() => closed.facts(), { code: 'disposed' });
	});

	it('ends by its signal also among millions of frames that are passed over without reading', async () => {
		const count = 5_000_000;
		const movie = mp4Movie([frameAt(0, 100)], 0);
		const rewrite = (type: string, at: number, value: number) => movie.writeUInt32BE(value, movie.indexOf(type) + at);
		for (const type of ['ctts', 'stss']) movie.write('free', movie.indexOf(type));
		for (const [type, at] of [
			['stts', 12],
			['stsc', 16],
			['stsz', 12],
		] as const) {
			rewrite(type, at, count);
		}
		rewrite('stsz', 8, 1);
		rewrite('co64', 16, movie.length + 8);
		const data = box('mdat');
		data.writeUInt32BE(8 + count);
		const path = await file(movie, data);
		await truncate(path, movie.length + 8 + count);
		const controller = new AbortController();
		const aborted = new Error('enough');
		await using film = await VideoReader.open(path, { signal: controller.signal, sampleRate: count });
		await assert.rejects(
			(async () => {
				// The first frame is given; all others are passed over.
				for await (const _ of film) setTimeout(() => controller.abort(aborted), 1);
			})(),
			aborted,
		);
		assert.equal(film.progress().items, 1);
	});

	it('survives what is cut off and changed', async () => {
		const outcome = await hostileRun(await hostileCase(), { truncations: 10, flips: 80 });
		assert.deepEqual(outcome.problems, []);
	});
});
