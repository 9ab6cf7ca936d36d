import { strict as assert } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AudioReaderOptions } from '../../../../src/runtime/formats/audio/audioOptions.ts';
import { AudioReader } from '../../../../src/runtime/formats/audio/audioReader.ts';
import type { AudioFrame } from '../../../../src/runtime/formats/audio/audioTypes.ts';
import { wavFile } from '../../../support/audioFiles.ts';
import { generator } from '../../../support/hostile.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';

interface Model {
	readonly samples: Float32Array[];
	readonly frameSize: number;
	readonly hop: number;
	readonly from: number;
	readonly to: number;
	readonly sampleRate: number;
}

/** Frames the simple way: the whole sound in memory, a slice for each. */
function naiveFrames({ samples, frameSize, hop, from, to, sampleRate }: Model): AudioFrame[] {
	const end = Math.min(to, samples[0]?.length ?? 0);
	const frames: AudioFrame[] = [];
	for (let begin = from; begin < end; begin += hop) {
		const last = Math.min(begin + frameSize, end);
		const cut = samples.map(values => [...values.subarray(begin, last)]);
		const mean = cut[0]?.map((_, i) => cut.reduce((sum, values) => sum + (values[i] ?? 0), 0) / cut.length) ?? [];
		frames.push({
			number: frames.length,
			time: begin / sampleRate,
			samples: last - begin,
			partial: last - begin < frameSize,
			...level(mean),
			channels: cut.map(level),
		});
		if (begin + frameSize >= end && hop < frameSize) break;
	}
	return frames;
}

function level(values: number[]) {
	const rms = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
	return { rms, peak: values.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0) };
}

function assertSame(actual: AudioFrame[], expected: AudioFrame[], what: string): void {
	assert.equal(actual.length, expected.length, what);
	const near = (a: number, b: number) => Math.abs(a - b) <= 1e-12;
	for (const [i, frame] of actual.entries()) {
		const { rms, peak, channels = [], ...place } = frame;
		const { rms: wantedRms, peak: wantedPeak, channels: wanted = [], ...wantedPlace } = expected[i] ?? frame;
		assert.deepEqual(place, wantedPlace, what);
		assert.ok(near(rms, wantedRms) && near(peak, wantedPeak), `${what}, frame ${i}: ${rms} ${peak}`);
		assert.equal(channels.length, wanted.length, what);
		for (const [c, own] of channels.entries()) {
			assert.ok(near(own.rms, wanted[c]?.rms ?? -1) && own.peak === wanted[c]?.peak, `${what}, frame ${i}, ${c}`);
		}
	}
}

describe('AudioReader: frames', () => {
	let folder: TemporaryFolder;
	before(() => {
		folder = temporaryFolder('audio');
	});
	after(() => folder.remove());

	async function framesOf(path: string, options: AudioReaderOptions): Promise<AudioFrame[]> {
		await using reader = await AudioReader.open(path, options);
		const frames: AudioFrame[] = [];
		for await (const frame of reader) frames.push(frame);
		return frames;
	}

	async function sound(channels: number, samples: number, random: () => number, sampleRate = 8000) {
		const values = Array.from({ length: channels }, () =>
			Float32Array.from({ length: samples }, () => random() / 2 ** 31 - 1),
		);
		const path = join(folder.path, `${channels}-${samples}.wav`);
		const value = (i: number, channel: number) => values[channel]?.[i] ?? 0;
		await writeFile(path, wavFile({ channels, sampleRate, samples, encoding: 'f32', value }));
		return { path, values };
	}

	it('are those of the whole sound in memory, for any size, hop, range and number of channels', async () => {
		const random = generator(5);
		const below = (limit: number) => random() % limit;
		for (let round = 0; round < 120; round++) {
			const count = 1 + below(4);
			const length = below(3) === 0 ? below(20) : below(3000);
			const { path, values } = await sound(count, length, random);
			const frameSize = 1 + below(below(2) === 0 ? 8 : 900);
			const hop = Math.max(Math.ceil(frameSize / 4096), 1 + below(below(2) === 0 ? frameSize + 3 : 2 * frameSize));
			const from = below(3) === 0 ? below(length + 2) : 0;
			const to = below(3) === 0 ? from + below(length + 2) : Number.POSITIVE_INFINITY;
			const range = { ...(from > 0 && { start: from / 8000 }), ...(to < length && { end: to / 8000 }) };
			const frames = await framesOf(path, { frameSize, hop, channels: 'each', ...range });
			const model = { samples: values, frameSize, hop, from, to: to < length ? to : Number.POSITIVE_INFINITY };
			const what = `${count} × ${length} samples, frames of ${frameSize} each ${hop}, ${from} to ${to}`;
			assertSame(frames, naiveFrames({ ...model, sampleRate: 8000 }), what);
		}
	});

	it('go on over the edges of what is read at a time', async () => {
		const { path, values } = await sound(2, 50_000, generator(6));
		const frames = await framesOf(path, { frameSize: 3000, hop: 700, windowBytes: 65_536, channels: 'each' });
		const model = { samples: values, frameSize: 3000, hop: 700, from: 0, to: 50_000, sampleRate: 8000 };
		assertSame(frames, naiveFrames(model), 'several windows and blocks');
	});

	it('have the levels of the mean of the channels, and of each where they are asked for', async () => {
		const path = join(folder.path, 'opposed.wav');
		const value = (_: number, channel: number) => (channel === 0 ? 0.5 : -0.25);
		await writeFile(path, wavFile({ channels: 2, sampleRate: 100, samples: 10, encoding: 's16', value }));
		const mean = { time: 0, number: 0, samples: 4, partial: false, rms: 0.125, peak: 0.125 };
		assert.deepEqual((await framesOf(path, { frameSize: 4 }))[0], mean);
		const [first] = await framesOf(path, { frameSize: 4, channels: 'each' });
		const channels = [
			{ rms: 0.5, peak: 0.5 },
			{ rms: 0.25, peak: 0.25 },
		];
		assert.deepEqual(first, { ...mean, channels });
	});

	it('tell the last one that is not whole, with its own number of samples', async () => {
		const { path } = await sound(1, 10, generator(1));
		const frames = await framesOf(path, { frameSize: 4 });
		assert.deepEqual(
			frames.map(({ time, samples, partial }) => [time, samples, partial]),
			[
				[0, 4, false],
				[4 / 8000, 4, false],
				[8 / 8000, 2, true],
			],
		);
	});

	it('are the same when the reader is iterated again, and at the same time', async () => {
		const { path } = await sound(2, 1000, generator(2));
		await using reader = await AudioReader.open(path, { frameSize: 300 });
		const all = async () => {
			const frames: AudioFrame[] = [];
			for await (const frame of reader) frames.push(frame);
			return frames;
		};
		const [one, other] = await Promise.all([all(), all()]);
		assert.equal(one.length, 4);
		assert.deepEqual(one, other);
		assert.deepEqual(await all(), one);
		assert.equal(reader.progress().items, 12);
	});

	it('refuses sizes that make no frames, and so many over one another that each sample counts thousands of times', async () => {
		const { path } = await sound(1, 10, generator(3));
		for (const options of [{ frameSize: 0 }, { frameSize: 1.5 }, { hop: 0 }, { frameSize: 100_000, hop: 1 }]) {
			await assert.rejects(AudioReader.open(path, options), { code: 'invalidOption' }, JSON.stringify(options));
		}
		for (const options of [{ start: -1 }, { start: 2, end: 1 }, { end: Number.NaN }]) {
			await assert.rejects(AudioReader.open(path, options), { code: 'invalidOption' }, JSON.stringify(options));
		}
		const wrong = { channels: 'left' } as unknown as AudioReaderOptions;
		await assert.rejects(AudioReader.open(path, wrong), { code: 'invalidOption', message: /"mean" or "each"/ });
	});
});
