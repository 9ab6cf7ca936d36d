// Writes a WAV file: an hour at the edge of a forest, 16 bits, one channel. Silent where the recorder fell asleep.
import { open } from 'node:fs/promises';
import { gaussians } from './random.mjs';

const FULL_SCALE = 32_767;
/** What is heard when, seconds, and how loud, root of the mean square of full scale; between two of them in proportion. */
const WIND = [
	[0, 0.006],
	[1_200, 0.012],
	[1_300, 0.05],
	[1_500, 0.05],
	[1_600, 0.01],
	[3_600, 0.006],
];
const SILENCE = [2_460, 2_505];
/** Rain goes with it. */
const THUNDER = [
	[1_330, 0.18],
	[1_411, 0.23],
	[1_478, 0.15],
];
const THUNDER_SECONDS = 6;
/** A siren passes: two tones in turn. */
const SIREN = { from: 3_000, to: 3_040, hertz: [440, 587], loudness: 0.25 };

export async function writeSoundscape(path, seconds, sampleRate) {
	const noise = gaussians(1 << 17, 1, 8);
	const rumble = smoothed(noise, Math.round(sampleRate / 60));
	const samples = new Int16Array(sampleRate);
	const bytes = Buffer.from(samples.buffer);
	const file = await open(path, 'wx');
	try {
		await file.write(header(seconds * sampleRate, sampleRate));
		for (let second = 0; second < seconds; second++) {
			const wind = second >= SILENCE[0] && second < SILENCE[1] ? 0 : windAt(second);
			const thunder = wind === 0 ? 0 : thunderAt(second);
			const tone = second >= SIREN.from && second < SIREN.to ? SIREN.hertz[second % 2] : 0;
			for (let i = 0; i < sampleRate; i++) {
				const at = (second * sampleRate + i) % noise.length;
				const siren = tone && SIREN.loudness * Math.SQRT2 * Math.sin((2 * Math.PI * tone * i) / sampleRate);
				const value = wind * noise[at] + thunder * rumble[at] + siren;
				samples[i] = Math.max(-1, Math.min(1, value)) * FULL_SCALE;
			}
			await file.write(bytes);
		}
	} finally {
		await file.close();
	}
}

function header(samples, sampleRate) {
	const head = Buffer.alloc(44);
	head.write('RIFF');
	head.writeUInt32LE(36 + samples * 2, 4);
	head.write('WAVEfmt ', 8);
	head.writeUInt32LE(16, 16);
	head.writeUInt16LE(1, 20);
	head.writeUInt16LE(1, 22);
	head.writeUInt32LE(sampleRate, 24);
	head.writeUInt32LE(sampleRate * 2, 28);
	head.writeUInt16LE(2, 32);
	head.writeUInt16LE(16, 34);
	head.write('data', 36);
	head.writeUInt32LE(samples * 2, 40);
	return head;
}

function windAt(second) {
	const next = Math.max(
		WIND.findIndex(([time]) => time > second),
		1,
	);
	const [[t1, before], [t2, after]] = [WIND[next - 1], WIND[next]];
	return before + ((after - before) * (second - t1)) / (t2 - t1);
}

function thunderAt(second) {
	const [start, loudness] = THUNDER.find(([time]) => second >= time && second < time + THUNDER_SECONDS) ?? [];
	return start === undefined ? 0 : loudness * Math.exp((start - second) / 2);
}

/** A running mean, made as loud again: what is left are low tones. */
function smoothed(noise, width) {
	const means = new Float32Array(noise.length);
	let sum = 0;
	let squares = 0;
	for (let i = 0; i < noise.length + width; i++) {
		sum += noise[i % noise.length] - (i >= width ? noise[(i - width) % noise.length] : 0);
		means[i % noise.length] = sum;
	}
	for (const value of means) squares += value * value;
	const loudness = Math.sqrt(squares / means.length);
	return means.map(value => value / loudness);
}
