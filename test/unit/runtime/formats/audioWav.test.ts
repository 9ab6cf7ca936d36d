import { strict as assert } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AudioReaderOptions } from '../../../../src/runtime/formats/audio/audioOptions.ts';
import { AudioReader } from '../../../../src/runtime/formats/audio/audioReader.ts';
import type { AudioFacts, AudioRange } from '../../../../src/runtime/formats/audio/audioTypes.ts';
import type { SampleEncoding } from '../../../../src/runtime/formats/audio/sampleEncodings.ts';
import { aiffFile, stored, wavFile } from '../../../support/audioFiles.ts';
import { audioFixture } from '../../../support/hostileCases/audio.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';

const value = (i: number, channel: number) => Math.sin((i + 1) / (7 + channel)) * (channel % 2 === 0 ? 0.9 : -0.6);
const SOUND = { channels: 2, sampleRate: 8000, samples: 301, value };
const ENCODINGS: readonly SampleEncoding[] = ['s16', 's24', 's32', 's64', 'f32', 'f64'];

interface Read {
	facts: AudioFacts;
	/** Of each channel. */
	values: number[][];
	error: unknown;
}

describe('AudioReader: WAV and AIFF', () => {
	let folder: TemporaryFolder;
	before(() => {
		folder = temporaryFolder('audio');
	});
	after(() => folder.remove());

	async function file(bytes: Buffer): Promise<string> {
		const path = join(folder.path, 'sound');
		await writeFile(path, bytes);
		return path;
	}

	async function read(input: Buffer | string, options: AudioReaderOptions = {}, range?: AudioRange): Promise<Read> {
		const path = typeof input === 'string' ? input : await file(input);
		await using reader = await AudioReader.open(path, { decoder: 'wasm', ...options });
		const facts = await reader.facts();
		const values = Array.from({ length: facts.channels }, (): number[] => []);
		try {
			for await (const { channels } of reader.samples(range)) {
				for (const [channel, part] of channels.entries()) values[channel]?.push(...part);
			}
		} catch (error) {
			return { facts, values, error };
		}
		return { facts, values, error: undefined };
	}

	const wanted = (encoding: SampleEncoding, samples = SOUND.samples) =>
		Array.from({ length: SOUND.channels }, (_, channel) =>
			Array.from({ length: samples }, (_value, i) => stored(encoding, value(i, channel))),
		);

	for (const container of ['RIFF', 'RIFX', 'RF64', 'BW64'] as const) {
		it(`reads every kind of number in ${container}, named plainly and by GUID`, async () => {
			for (const encoding of ['u8', ...ENCODINGS] as const) {
				for (const extensible of [false, true]) {
					const { facts, values, error } = await read(wavFile({ ...SOUND, container, encoding, extensible }));
					assert.equal(error, undefined);
					assert.equal(facts.container, container === 'RIFF' ? 'wav' : container.toLowerCase());
					const order = container === 'RIFX' ? 'be' : 'le';
					assert.equal(facts.codec, `pcm_${encoding}${encoding === 'u8' ? '' : order}`);
					assert.equal(facts.duration, 301 / 8000);
					assert.deepEqual(values, wanted(encoding), `${encoding} ${extensible}`);
				}
			}
		});
	}

	it('reads AIFF, and AIFF-C in both orders, as floats and as telephones have it', async () => {
		for (const encoding of ['s8', 's16', 's24', 's32'] as const) {
			const { facts, values } = await read(aiffFile({ ...SOUND, encoding }));
			assert.deepEqual(values, wanted(encoding), encoding);
			const { container, sampleRate, channels, samples, tags } = facts;
			const shape = { container, sampleRate, channels, samples, tags };
			assert.deepEqual(shape, {
				container: 'aiff',
				sampleRate: 8000,
				channels: 2,
				samples: 301,
				tags: { NAME: 'A name' },
			});
		}
		const kinds = [
			['sowt', 's16', 'pcm_s16le'],
			['twos', 's16', 'pcm_s16be'],
			['fl32', 'f32', 'pcm_f32be'],
			['FL64', 'f64', 'pcm_f64be'],
		] as const;
		for (const [compression, encoding, codec] of kinds) {
			const { facts, values } = await read(aiffFile({ ...SOUND, encoding, compression }));
			assert.deepEqual([facts.container, facts.codec], ['aifc', codec]);
			assert.deepEqual(values, wanted(encoding), compression);
		}
		await assert.rejects(read(aiffFile({ ...SOUND, encoding: 's16', compression: 'ima4' })), {
			code: 'unsupported',
			message: /"ima4"/,
		});
	});

	it('knows the codes of A-law and µ-law', async () => {
		const code = (i: number) => i;
		const codes = { ...SOUND, channels: 1, samples: 256, value: code };
		// ITU-T G.711, tables 1 and 2, times 16 and 4: the least, the greatest and one between, of both signs.
		const aLaw = await read(wavFile({ ...codes, encoding: 'alaw' }));
		const muLaw = await read(wavFile({ ...codes, encoding: 'mulaw' }));
		const at = ({ values }: Read, places: number[]) => places.map(place => (values[0]?.[place] ?? 0) * 32_768);
		assert.deepEqual(at(aLaw, [0xd5, 0x55, 0xaa, 0x2a, 0x80]), [8, -8, 32_256, -32_256, 5504]);
		assert.deepEqual(at(muLaw, [0xff, 0x7f, 0x80, 0x00, 0xcf]), [0, 0, 32_124, -32_124, 924]);
		assert.equal(aLaw.facts.codec, 'pcm_alaw');
		assert.equal(new Set(aLaw.values[0]).size, 256);
		assert.equal(new Set(muLaw.values[0]).size, 255);
	});

	it('decodes IMA and Microsoft ADPCM as sox does', async () => {
		// sox ima.wav -t f64 - | python: mean square of each channel.
		for (const [name, codec, left, right] of [
			['ima.wav', 'adpcm_ima_wav', EXPECTED.ima[0], EXPECTED.ima[1]],
			['ms.wav', 'adpcm_ms', EXPECTED.ms[0], EXPECTED.ms[1]],
		] as const) {
			const { facts, values, error } = await read(audioFixture(name));
			assert.equal(error, undefined);
			assert.deepEqual([facts.codec, facts.samples, values[0]?.length, values[1]?.length], [codec, 5513, 5513, 5513]);
			const squares = values.map(channel => channel.reduce((sum, v) => sum + v * v, 0));
			assert.ok(Math.abs((squares[0] ?? 0) - left) < 1e-6, `${name}: ${squares[0]}`);
			assert.ok(Math.abs((squares[1] ?? 0) - right) < 1e-6, `${name}: ${squares[1]}`);
			// Into the midst of a block.
			const { values: part } = await read(audioFixture(name), {}, { start: 0.1, end: 0.2 });
			assert.deepEqual(
				part,
				values.map(channel => channel.slice(2205, 4410)),
			);
		}
	});

	it('finds tags behind the sound and before, past chunks of odd length', async () => {
		const tags = { INAM: 'Waves', IART: 'Nobody', ICMT: 'odd' };
		const { facts, values } = await read(wavFile({ ...SOUND, encoding: 'u8', channels: 1, tags }));
		assert.deepEqual(facts.tags, tags);
		assert.equal(values[0]?.length, 301);
	});

	it('reads what was written into a pipe up to its end, whatever length that claims', async () => {
		for (const [dataLength, riffLength] of [
			[0, 0],
			[0xffff_ffff, 0xffff_ffff],
			[0x7fff_f000, 0x7fff_f024],
			[0x8000_0000, 0x8000_0024],
		] as const) {
			const { facts, values, error } = await read(wavFile({ ...SOUND, encoding: 's16', dataLength, riffLength }));
			assert.equal(error, undefined);
			assert.deepEqual([facts.samples, facts.durationFrom], [301, 'data']);
			assert.deepEqual(values, wanted('s16'));
		}
		const empty = await read(wavFile({ ...SOUND, samples: 0, encoding: 's16' }));
		assert.deepEqual([empty.facts.samples, empty.facts.durationFrom, empty.error], [0, 'header', undefined]);
	});

	it('gives what is whole of a file that is cut off, then says where', async () => {
		const whole = wavFile({ ...SOUND, encoding: 's16' });
		const { facts, values, error } = await read(whole.subarray(0, 44 + 4 * 100 + 3));
		assert.equal(facts.samples, 301);
		assert.deepEqual(values, wanted('s16', 100));
		assert.ok(error instanceof Error);
		const { code, offset } = error as Error & { code: string; offset: number };
		assert.deepEqual([code, offset], ['truncated', 444]);
		assert.match(error.message, /the sound at byte 444 needs 801 bytes more/);
		// What lies before the cut can be had without an error.
		assert.equal((await read(whole.subarray(0, 444), {}, { end: 100 / 8000 })).error, undefined);
		const stream = wavFile({ ...SOUND, encoding: 's16', dataLength: 0xffff_ffff });
		const cut = await read(stream.subarray(0, 44 + 4 * 100 + 3));
		assert.deepEqual([cut.values[0]?.length, (cut.error as { offset?: number }).offset], [100, 444]);
	});

	it('gives the frames of what is whole, the last one partial, before it says so', async () => {
		const path = await file(wavFile({ ...SOUND, encoding: 's16' }).subarray(0, 44 + 4 * 100));
		await using reader = await AudioReader.open(path, { frameSize: 64 });
		const frames: [number, boolean][] = [];
		await assert.rejects(
			async () => {
				for await (const { samples, partial } of reader) frames.push([samples, partial]);
			},
			{ code: 'truncated' },
		);
		assert.deepEqual(frames, [
			[64, false],
			[36, true],
		]);
	});

	it('goes straight to a stretch of seconds, from anywhere to anywhere', async () => {
		const bytes = wavFile({ ...SOUND, encoding: 's24', samples: 20_000 });
		for (const [from, to] of [
			[0, 1],
			[16_383, 16_385],
			[19_999, 30_000],
			[5, 5],
			[30_000, 40_000],
		] as const) {
			const { values, error } = await read(bytes, {}, { start: from / 8000, end: to / 8000 });
			assert.equal(error, undefined);
			assert.deepEqual(
				values,
				wanted('s24', 20_000).map(channel => channel.slice(from, to)),
			);
		}
	});

	it('names a coding that it does not read, and what is wrong with a header', async () => {
		const good = wavFile({ ...SOUND, encoding: 's16' });
		const changed = (change: (bytes: Buffer) => void) => {
			const bytes = Buffer.from(good);
			change(bytes);
			return bytes;
		};
		const refusals: [Buffer, string, RegExp][] = [
			[changed(bytes => bytes.writeUInt16LE(0x31, 20)), 'unsupported', /GSM 06\.10/],
			[changed(bytes => bytes.writeUInt16LE(0x1234, 20)), 'unsupported', /coding 0x1234/],
			[changed(bytes => bytes.writeUInt16LE(0, 22)), 'damaged', /no channel/],
			[changed(bytes => bytes.writeUInt16LE(60_000, 22)), 'unsupported', /60000 channels/],
			[changed(bytes => bytes.writeUInt32LE(0, 24)), 'damaged', /sample rate is 0/],
			[changed(bytes => bytes.writeUInt16LE(99, 34)), 'damaged', /99 bits would lie in 2 bytes/],
			[changed(bytes => bytes.write('fmt!', 12)), 'damaged', /no "fmt " chunk/],
			[changed(bytes => bytes.writeUInt32LE(0xffff_0000, 16)), 'truncated', /./],
			[good.subarray(0, 30), 'truncated', /./],
			[good.subarray(0, 40), 'truncated', /the sound/],
			[good.subarray(0, 6), 'truncated', /the header/],
			[Buffer.alloc(0), 'truncated', /the header/],
			[Buffer.from('#EXTM3U\n/etc/passwd\n'), 'wrongFormat', /its content is text/],
		];
		for (const [bytes, code, message] of refusals)
			await assert.rejects(read(bytes), { code, message }, String(message));
	});
});

/** Sums of squares, by sox 14.4.2. */
const EXPECTED = { ima: [687.732961687, 173.923520982], ms: [689.183073719, 172.335460023] } as const;
