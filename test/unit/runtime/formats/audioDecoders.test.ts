import { strict as assert } from 'node:assert';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AudioReaderOptions } from '../../../../src/runtime/formats/audio/audioOptions.ts';
import { AudioReader } from '../../../../src/runtime/formats/audio/audioReader.ts';
import type { AudioFacts, AudioRange } from '../../../../src/runtime/formats/audio/audioTypes.ts';
import { wavFile } from '../../../support/audioFiles.ts';
import { hostileRun } from '../../../support/hostile.ts';
import { audioFixture, hostileCase } from '../../../support/hostileCases/audio.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';
import { recordingHub } from '../hub.ts';

/** A tone of 0.5 on the left, one of 0.25 on the right, a quarter or half a second: what every codec keeps of it. */
const LEVELS = [0.5 / Math.SQRT2, 0.25 / Math.SQRT2];
const FILES = [
	['tones.mp3', { container: 'mp3', codec: 'mp3', sampleRate: 22_050, samples: 11_025 }],
	['tones.flac', { container: 'flac', codec: 'flac', sampleRate: 22_050, samples: 5513 }],
	['tones.ogg', { container: 'ogg', codec: 'vorbis', sampleRate: 22_050, samples: 11_025 }],
	['tones.opus', { container: 'ogg', codec: 'opus', sampleRate: 48_000, samples: 12_002 }],
	['tones.oga', { container: 'ogg', codec: 'flac', sampleRate: 22_050, samples: 5513 }],
] as const;

interface Read {
	facts: AudioFacts;
	channels: number[][];
	error: (Error & { code?: string; offset?: number }) | undefined;
}

describe('AudioReader: compressed sound', () => {
	let folder: TemporaryFolder;
	before(() => {
		folder = temporaryFolder('audio');
	});
	after(() => folder.remove());

	async function file(...parts: Uint8Array[]): Promise<string> {
		const path = join(folder.path, 'sound');
		await writeFile(path, Buffer.concat(parts));
		return path;
	}

	async function read(path: string, range?: AudioRange, options: AudioReaderOptions = {}): Promise<Read> {
		await using reader = await AudioReader.open(path, { decoder: 'wasm', ...options });
		const facts = await reader.facts();
		const channels = Array.from({ length: facts.channels }, (): number[] => []);
		let error: Read['error'];
		try {
			for await (const block of reader.samples(range)) {
				assert.equal(
					block.firstSample,
					Math.round((range?.start ?? 0) * facts.sampleRate) + (channels[0]?.length ?? 0),
				);
				for (const [channel, values] of block.channels.entries()) channels[channel]?.push(...values);
			}
		} catch (caught) {
			error = caught as Error;
		}
		return { facts, channels, error };
	}

	const rms = (values: readonly number[]) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

	for (const [name, expected] of FILES) {
		it(`decodes ${name}: its facts, its length to the sample, its levels, and any part of it`, async () => {
			const { facts, channels, error } = await read(audioFixture(name));
			assert.equal(error, undefined);
			const { container, codec, sampleRate } = facts;
			assert.deepEqual([container, codec, sampleRate], [expected.container, expected.codec, expected.sampleRate]);
			assert.equal(channels[0]?.length, expected.samples);
			if (facts.samples !== undefined) assert.equal(facts.samples, expected.samples);
			for (const [i, values] of channels.entries()) {
				const level = rms(values.slice(1000, -1000));
				assert.ok(Math.abs(level - (LEVELS[i] ?? 0)) < 0.02, `${i}: ${level}`);
			}
			const { channels: part } = await read(audioFixture(name), { start: 0.1, end: 0.2 });
			const [from, to] = [0.1 * sampleRate, 0.2 * sampleRate];
			assert.deepEqual(
				part,
				channels.map(values => values.slice(from, to)),
			);
		});

		it(`says of ${name} where it is cut off, after all that is whole`, async () => {
			const bytes = await readFile(audioFixture(name));
			const { channels, error } = await read(await file(bytes.subarray(0, bytes.length - 200)));
			assert.equal(error?.code, 'truncated');
			const { offset = 0 } = error ?? {};
			assert.ok(offset > 0 && offset < bytes.length, `at ${offset}`);
			const whole = await read(audioFixture(name));
			const given = channels[0]?.length ?? 0;
			assert.ok(given < expected.samples);
			assert.deepEqual(channels[0], whole.channels[0]?.slice(0, given));
		});

		it(`says of ${name} where it is damaged`, async () => {
			const bytes = await readFile(audioFixture(name));
			const at = Math.floor(bytes.length * 0.8);
			bytes.fill(0x55, at, at + 20);
			const { error } = await read(await file(bytes));
			// An MP3 frame has no sum over its sound: only its own header can be wrong.
			if (name === 'tones.mp3') return;
			// The last frame of FLAC that is not what its sum says may be cut off as well.
			assert.equal(error?.code, name === 'tones.flac' ? 'truncated' : 'damaged');
			assert.ok((error?.offset ?? 0) <= at, `at ${error?.offset}`);
		});
	}

	it('gives FLAC back to the bit', async () => {
		const { channels } = await read(audioFixture('tones.flac'));
		const inOgg = await read(audioFixture('tones.oga'));
		assert.deepEqual(channels, inOgg.channels);
		for (const [i, value] of (channels[0] ?? []).entries()) {
			const exact = 0.5 * Math.sin((2 * Math.PI * 441 * i) / 22_050) * 32_768;
			assert.ok(Number.isInteger(value * 32_768) && Math.abs(value * 32_768 - exact) < 2, `${i}: ${value}`);
		}
	});

	it('reads the title of each, where there is one', async () => {
		for (const name of ['tones.flac', 'tones.ogg']) {
			assert.equal((await read(audioFixture(name), { end: 0 })).facts.tags.TITLE, 'Two tones');
		}
	});

	it('reads streams that follow on each other, and stops at one of another shape', async () => {
		const ogg = await readFile(audioFixture('tones.ogg'));
		const { channels, error } = await read(await file(ogg, ogg));
		assert.equal(error, undefined);
		assert.equal(channels[0]?.length, 22_050);
		assert.deepEqual(channels[0]?.slice(11_025), channels[0]?.slice(0, 11_025));
		const flac = await read(await file(ogg, await readFile(audioFixture('tones.oga'))));
		assert.deepEqual([flac.channels[0]?.length, flac.error], [11_025 + 5513, undefined]);
		const { error: change } = await read(await file(ogg, await readFile(audioFixture('tones.opus'))));
		assert.deepEqual([change?.code, change?.offset], ['unsupported', ogg.length]);
		assert.match(change?.message ?? '', /48000 Hz/);
	});

	it('passes over ID3 tags before, between and behind MP3s', async () => {
		const mp3 = await readFile(audioFixture('tones.mp3'));
		const tag = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x02\0'), Buffer.alloc(256, 0xff)]);
		const last = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125)]);
		const { channels, facts, error } = await read(await file(tag, mp3, tag, mp3, last));
		assert.equal(error, undefined);
		assert.equal(facts.samples, 11_025);
		assert.ok((channels[0]?.length ?? 0) >= 22_050);
	});

	it('says where something stands between the frames of an MP3', async () => {
		const mp3 = await readFile(audioFixture('tones.mp3'));
		const { error, channels } = await read(await file(mp3, Buffer.from('something else'), mp3));
		assert.deepEqual([error?.code, error?.offset], ['damaged', mp3.length]);
		assert.match(error?.message ?? '', /ffmpeg/);
		assert.ok((channels[0]?.length ?? 0) > 10_000);
	});

	it('prints nothing of what a decoder finds wrong', async () => {
		const printed: unknown[] = [];
		const before = console.error;
		const mine = (...words: unknown[]) => void printed.push(words);
		console.error = mine;
		try {
			const mp3 = await readFile(audioFixture('tones.mp3'));
			for (let at = 1500; at < mp3.length; at += 7) mp3[at] = 0x5a;
			await read(await file(mp3));
			assert.equal(console.error, mine);
		} finally {
			console.error = before;
		}
		assert.deepEqual(printed, []);
	});

	it('names the program that is missing for what only ffmpeg reads', async () => {
		const { PATH, MEMORY_MANAGER_FFMPEG } = process.env;
		delete process.env.MEMORY_MANAGER_FFMPEG;
		process.env.PATH = folder.path;
		try {
			const m4a = audioFixture('tones.m4a');
			await assert.rejects(AudioReader.open(m4a), { code: 'missingProgram', message: /ffmpeg.*Install/ });
			await assert.rejects(AudioReader.open(m4a, { decoder: 'wasm' }), { code: 'unsupported', message: /"auto"/ });
			const gsm = wavFile({ channels: 1, sampleRate: 8000, samples: 65, encoding: 'u8', value: () => 0 });
			gsm.writeUInt16LE(0x31, 20);
			const refusal = { code: 'unsupported', message: /GSM 06\.10.*ffmpeg.*Install/ };
			await assert.rejects(AudioReader.open(await file(gsm)), refusal);
		} finally {
			process.env.PATH = PATH;
			if (MEMORY_MANAGER_FFMPEG !== undefined) process.env.MEMORY_MANAGER_FFMPEG = MEMORY_MANAGER_FFMPEG;
		}
	});

	it('ends at a signal and after being closed, and tells reports what it is', async () => {
		const hub = recordingHub();
		const controller = new AbortController();
		const reader = await AudioReader.open(audioFixture('tones.ogg'), { signal: controller.signal, frameSize: 100 });
		const stream = hub.drain().entries.findLast(entry => entry.type === 'stream');
		assert.ok(stream?.type === 'stream');
		assert.deepEqual([stream.kind, stream.format, stream.name], ['reader', 'ogg', 'tones.ogg']);
		const reason = new Error('enough');
		await assert.rejects(async () => {
			for await (const { number } of reader) if (number === 3) controller.abort(reason);
		}, reason);
		await reader.close();
		const closed = await AudioReader.open(audioFixture('tones.mp3'));
		await closed.close();
		await assert.rejects(closed.facts(), { code: 'disposed' });
		await assert.rejects(closed.samples().next(), { code: 'disposed' });
	});

	it('survives cut and changed files', async () => {
		const hostile = await hostileCase();
		const { problems, cases } = await hostileRun(hostile, { truncations: 6, flips: 70, seed: 11 });
		await hostile.dispose?.();
		assert.deepEqual(problems, []);
		assert.ok(cases >= 130);
	});
});
