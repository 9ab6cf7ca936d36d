import { strict as assert } from 'node:assert';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../../../../src/engine/processRss.ts';
import type { EncodeProgress, EncodeVideoOptions } from '../../../../src/runtime/media/encode/encodeOptions.ts';
import { encodeSettings } from '../../../../src/runtime/media/encode/encodeOptions.ts';
import { encodeArguments, encodePlan, encoderBytes } from '../../../../src/runtime/media/encode/encodePlan.ts';
import { encodeVideo } from '../../../../src/runtime/media/encode/encodeVideo.ts';
import { MemoryGuard } from '../../../../src/runtime/media/encode/memoryGuard.ts';
import { sharedMonitor } from '../../../../src/runtime/monitor/sharedMonitor.ts';
import { ChildProgram } from '../../../../src/runtime/programs.ts';
import { onWarning } from '../../../../src/runtime/reporting/warnings.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';
import { waitFor } from '../../../support/waitFor.ts';
import { recordingHub } from '../hub.ts';

/** Stands for FFmpeg: its output is what it was given. */
const COPIES = `for last; do :; done
printf 'frame=N/A\\ntotal_size=N/A\\nprogress=continue\\n' >&3
cat > "\${last#file:}"
printf 'frame=3\\ntotal_size=36\\nout_time_us=120000\\nspeed=2.5x\\nprogress=end\\n' >&3`;
const SIZE = { width: 2, height: 2, fps: 25 };
const FRAME_BYTES = 12;

const simulatePressure = (level: 'high' | 'critical') => sharedMonitor().simulate(level);

function* frames(count: number): Generator<Uint8Array> {
	for (let i = 0; i < count; i++) yield new Uint8Array(FRAME_BYTES).fill(i);
}

describe('encodeVideo', () => {
	let folder: TemporaryFolder;
	let output: string;
	const said: string[] = [];
	let unlisten = () => {};

	before(function () {
		if (process.platform === 'win32') {
			console.log('      a shell script stands for FFmpeg here');
			this.skip();
		}
	});
	beforeEach(() => {
		folder = temporaryFolder('encode');
		output = join(folder.path, 'film.mp4');
		said.length = 0;
		unlisten = onWarning(({ message }) => said.push(message));
	});
	afterEach(async () => {
		unlisten();
		await folder.remove();
	});

	async function program(script: string): Promise<string> {
		const path = join(folder.path, 'ffmpeg');
		await writeFile(path, `#!/bin/sh\n${script}\n`);
		await chmod(path, 0o755);
		return path;
	}
	const files = async () => (await readdir(folder.path)).filter(name => name !== 'ffmpeg').sort();
	const rejects = (work: Promise<unknown>, code: string, words: RegExp) =>
		assert.rejects(work, (error: unknown) => {
			assert.match(String(error), words);
			assert.equal((error as { code?: string }).code, code);
			return true;
		});

	it('hands over every frame, tells progress and gives the facts', async () => {
		const hub = recordingHub();
		const told: EncodeProgress[] = [];
		const onProgress = (progress: EncodeProgress) => told.push(progress);
		const ffmpeg = await program(COPIES);
		const result = await encodeVideo(frames(3), { output, ...SIZE, ffmpeg, onProgress, name: 'my film' });
		const { frames: count, seconds, bytes, preset, slowedMs, decisions } = result;
		assert.deepEqual(
			[result.output, count, seconds, bytes, preset, slowedMs, decisions],
			[output, 3, 0.12, 36, 'medium', 0, []],
		);
		assert.deepEqual(await readFile(output), Buffer.concat([...frames(3)]));
		assert.deepEqual(await files(), ['film.mp4']);
		const { childRssBytes: _, ...last } = told.at(-1) as EncodeProgress;
		assert.deepEqual(last, { frames: 3, encodedFrames: 3, seconds: 0.12, writtenBytes: 36, speed: 2.5, slowed: false });
		const stream = hub.drain().entries.findLast(entry => entry.type === 'stream');
		assert.ok(stream?.type === 'stream');
		const { kind, name, format, items, readBytes, writtenBytes } = stream;
		assert.deepEqual(
			[kind, name, format, items, readBytes, writtenBytes],
			['encoder', 'my film', 'h264 (mp4)', 3, 36, 36],
		);
		hub.leave();
	});

	it('asks for a frame when the one before was taken: one buffer serves for all', async () => {
		const same = new Uint8Array(320 * 240 * 3);
		async function* reusing() {
			for (let i = 0; i < 20; i++) yield same.fill(i);
		}
		const ffmpeg = await program(COPIES);
		await encodeVideo(reusing(), { output, width: 320, height: 240, fps: 25, ffmpeg });
		const written = await readFile(output);
		for (let i = 0; i < 20; i++)
			assert.ok(written.subarray(i * same.length, (i + 1) * same.length).every(byte => byte === i));
	});

	it('never replaces a file unless it is told to', async () => {
		await writeFile(output, 'mine');
		const ffmpeg = await program(COPIES);
		await rejects(encodeVideo(frames(1), { output, ...SIZE, ffmpeg }), 'fileUnwritable', /is there already/);
		assert.equal(await readFile(output, 'utf8'), 'mine');
		await encodeVideo(frames(1), { output, ...SIZE, ffmpeg, overwrite: true });
		assert.equal((await readFile(output)).length, FRAME_BYTES);
		assert.deepEqual(await files(), ['film.mp4']);
	});

	it('leaves nothing behind when FFmpeg fails or is killed, in its words', async () => {
		const failing = await program(
			`for last; do :; done; echo half > "\${last#file:}"; head -c 12 > /dev/null; echo 'No space left on device' >&2; exit 228`,
		);
		const endless = function* () {
			for (;;) yield new Uint8Array(FRAME_BYTES);
		};
		await rejects(
			encodeVideo(endless(), { output, ...SIZE, ffmpeg: failing }),
			'programFailed',
			/ffmpeg ended with code 228: No space left on device/,
		);
		assert.deepEqual(await files(), []);
		const killed = await program(`for last; do :; done; echo half > "\${last#file:}"; kill -9 $$`);
		await rejects(encodeVideo(endless(), { output, ...SIZE, ffmpeg: killed }), 'programFailed', /was ended by SIGKILL/);
		assert.deepEqual(await files(), []);
	});

	it('hears of the end of FFmpeg also while it waits for a frame', async () => {
		async function* waiting() {
			yield new Uint8Array(FRAME_BYTES);
			await new Promise(() => {});
		}
		const ffmpeg = await program('head -c 12 > /dev/null; exit 3');
		await rejects(encodeVideo(waiting(), { output, ...SIZE, ffmpeg }), 'programFailed', /code 3/);
	});

	it('ends FFmpeg by the signal and when the frames fail', async () => {
		const ffmpeg = await program(`echo $$ > '${folder.path}/pid'; exec cat > /dev/null`);
		const isGone = async () => !isAlive(Number(await readFile(join(folder.path, 'pid'), 'utf8')));
		const controller = new AbortController();
		async function* aborting() {
			yield new Uint8Array(FRAME_BYTES);
			await waitFor(() => readFile(join(folder.path, 'pid'), 'utf8'));
			controller.abort(new Error('enough'));
			await new Promise(() => {});
		}
		await assert.rejects(encodeVideo(aborting(), { output, ...SIZE, ffmpeg, signal: controller.signal }), /enough/);
		assert.ok(await isGone());
		async function* failing() {
			yield new Uint8Array(FRAME_BYTES);
			throw new Error('no more light');
		}
		await assert.rejects(encodeVideo(failing(), { output, ...SIZE, ffmpeg }), /no more light/);
		assert.ok(await isGone());
		assert.deepEqual(await files(), ['pid']);
	});

	it('refuses frames of another size, no frames, and wrong options', async () => {
		const ffmpeg = await program(COPIES);
		const encode = (some: Iterable<unknown>, options: object = {}) =>
			encodeVideo(some as Iterable<Uint8Array>, { output, ...SIZE, ffmpeg, ...options });
		await rejects(
			encode([new Uint8Array(11)]),
			'invalidInput',
			/frame 0 has 11 bytes; 2 x 2 pixels of rgb24 have 12 bytes/,
		);
		await rejects(encode(['text']), 'invalidInput', /frame 0 is "text"/);
		await rejects(encode([]), 'invalidInput', /no frames/);
		await encode([new Uint16Array(6), new ArrayBuffer(12)]);
		const refused = (options: object, words: RegExp) => rejects(encode(frames(1), options), 'invalidOption', words);
		await refused({ width: 3 }, /"width" must be even for h264/);
		await refused({ height: 0 }, /"height" must be a whole number of pixels/);
		await refused({ fps: Number.NaN }, /"fps"/);
		await refused({ output: 'film.gif' }, /"output" must be a file whose name ends in .mp4/);
		await refused({ codec: 'gif' }, /"codec" must be one of h264/);
		await refused({ quality: 60 }, /"quality" must be a number from 0 to 51 for h264/);
		await refused({ pixelFormat: 'cmyk' }, /"pixelFormat"/);
		await refused({ framesInFlight: 99 }, /"framesInFlight"/);
		await refused({ presets: 'fast' }, /no option "presets"/);
		await rejects(encode(frames(1), { ffmpeg: join(folder.path, 'none') }), 'missingProgram', /none/);
	});

	it('waits no longer for FFmpeg than it is told', async () => {
		const ffmpeg = await program('exec sleep 60');
		const large = { width: 640, height: 480, fps: 25 };
		const frame = new Uint8Array(640 * 480 * 3);
		await rejects(encodeVideo([frame], { output, ...large, ffmpeg, timeoutMs: 50 }), 'chunkTimeout', /within 50 ms/);
	});

	it('warns at a high level, and holds FFmpeg back at the critical one until it is over', async () => {
		const ffmpeg = await program(COPIES);
		async function* pressed() {
			yield new Uint8Array(FRAME_BYTES);
			const high = simulatePressure('high');
			yield new Uint8Array(FRAME_BYTES);
			high.end();
			const critical = simulatePressure('critical');
			try {
				yield new Uint8Array(FRAME_BYTES);
				await waitFor(() => said.some(text => /is held back/.test(text)));
			} finally {
				critical.end();
			}
		}
		const { slowedMs } = await encodeVideo(pressed(), { output, ...SIZE, ffmpeg });
		assert.ok(slowedMs > 0);
		assert.ok(
			said.some(text => /Encoding ".*film.mp4": the memory level is high/.test(text)),
			said.join('\n'),
		);
		assert.equal((await readFile(output)).length, 3 * FRAME_BYTES);
	});

	it('holds FFmpeg back by leaving it without frames in turn, never by halting the process', async () => {
		await using child = ChildProgram.start('/bin/sh', ['-c', 'read line; sleep 60'], { writes: true, reads: false });
		child.done.catch(() => undefined);
		const critical = simulatePressure('critical');
		const guard = new MemoryGuard(encodeSettings({ output, ...SIZE }), child, assert.fail);
		try {
			assert.ok(guard.isSlowed && guard.pause);
			if (process.platform === 'linux') {
				const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
				assert.doesNotMatch(status, /^State:\s+T/m);
			}
			await guard.pause;
			assert.equal(guard.pause, undefined);
			await waitFor(() => guard.pause !== undefined);
			critical.end();
			await waitFor(() => guard.pause === undefined);
			assert.equal(guard.isSlowed, false);
		} finally {
			critical.end();
			guard.dispose();
		}
	});

	it('stops at the critical level where that is wished, and beyond its own bound', async () => {
		const ffmpeg = await program('exec cat > /dev/null');
		async function* endless() {
			yield new Uint8Array(FRAME_BYTES);
			critical ??= simulatePressure('critical');
			await new Promise(() => {});
		}
		let critical: ReturnType<typeof simulatePressure> | undefined;
		try {
			await rejects(
				encodeVideo(endless(), { output, ...SIZE, ffmpeg, onCritical: 'stop' }),
				'insufficientMemory',
				/was stopped: memory is critical/,
			);
		} finally {
			critical?.end();
		}
		if (process.platform === 'linux') {
			const bounded = { onCritical: 'stop', maxChildRssBytes: 1_000 } as const;
			await rejects(
				encodeVideo(endless(), { output, ...SIZE, ffmpeg, ...bounded }),
				'insufficientMemory',
				/of the 0.98 KB that maxChildRssBytes allows/,
			);
		}
		assert.deepEqual(await files(), []);
	});

	it('chooses a smaller preset with its reason when memory is short at the start', () => {
		const settings = (options: Partial<EncodeVideoOptions> = {}) =>
			encodeSettings({ output, width: 1280, height: 720, fps: 30, ...options });
		assert.ok(encoderBytes(settings(), 'medium') > 3 * encoderBytes(settings(), 'ultrafast'));
		const bound = { maxChildRssBytes: encoderBytes(settings(), 'veryfast') };
		const { preset, decisions } = encodePlan(settings(bound));
		assert.equal(preset, 'veryfast');
		assert.match(
			decisions.join(),
			/Preset veryfast instead of medium\. The encoder needs about .* maxChildRssBytes allows/,
		);
		const critical = simulatePressure('critical');
		try {
			const plan = encodePlan(settings());
			assert.deepEqual([plan.preset, plan.threads], ['ultrafast', 1]);
			assert.match(plan.decisions.join(), /one thread: the memory level is critical/);
			const args = encodeArguments(settings(), plan, '-x').join(' ');
			assert.match(args, /-s 1280x720 -framerate 30 -i pipe:0 .*-preset ultrafast -crf 23 -threads 1 .* file:-x$/);
		} finally {
			critical.end();
		}
	});
});
