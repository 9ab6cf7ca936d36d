// How loud is an hour of sound? The level of each second and minute, the loudest minute, where it is silent, and the tone that is the
// strongest in the loudest seconds (of WAV, AIFF and FLAC). `node loudness.mjs FILE` listens to a file of your own (MP3 and Ogg as
// well; anything else through ffmpeg); without one, an hour at the edge of a forest is written first, with a thunderstorm, a siren
// and a silence.
//
// In the panel: two readers of the file, one for the levels, one for the loudest seconds, which the batches "loudest seconds" ask
// for; windows overlap by half, and the cache "half seconds" has the other half. However long the sound, a window of it is in memory.
import { join } from 'node:path';
import { BatchProcessor, BoundedCache, region } from 'memory-manager-runtime';
import { AudioReader } from 'memory-manager-runtime/formats';
import { writeSoundscape } from './lib/soundscape.mjs';
import { strongestTone } from './lib/spectrum.mjs';
import { inTemporaryFolder } from './lib/temporaryFolder.mjs';

const MB = 1024 * 1024;
const SECONDS = 3_600;
const SAMPLE_RATE = 8_000;
/** Below this, in dB of full scale, nothing is heard. */
const SILENT_DB = -70;
const LEAST_SILENCE_SECONDS = 3;
const LOUDEST = 60;

const halves = new BoundedCache({ name: 'half seconds', maxBytes: MB, sizeOf: ({ byteLength }) => byteLength });

async function main() {
	const [given] = process.argv.slice(2);
	if (given) return loudness(given);
	await inTemporaryFolder('loudness', async folder => {
		const path = join(folder, 'forest.wav');
		await region('write an hour', () => writeSoundscape(path, SECONDS, SAMPLE_RATE));
		await loudness(path);
	});
}

async function loudness(path) {
	const sound = await AudioReader.open(path, { name: 'loudest seconds' });
	try {
		const { container, codec, sampleRate, channels, decoder } = await sound.facts();
		const seconds = await region('levels', () => levelsOf(path, sampleRate));
		console.log(`${container}, ${codec}, ${sampleRate} Hz, ${channels} channel(s), ${seconds.length} s`);
		printMinutes(seconds);
		printSilence(seconds);
		// To reach a place in MP3 or Ogg, all before it has to be decoded, which for sixty places takes minutes.
		if (decoder !== 'own' && codec !== 'flac') return;
		const loudest = [...seconds]
			.sort((a, b) => b.rms - a.rms)
			.slice(0, LOUDEST)
			.sort((a, b) => a.time - b.time);
		await region('tones', () => printTones(sound, sampleRate, loudest, durationOf(seconds, sampleRate)));
	} finally {
		await sound.close();
	}
}

/** One frame is one second. */
async function levelsOf(path, sampleRate) {
	const reader = await AudioReader.open(path, { frameSize: sampleRate, name: 'levels' });
	const seconds = [];
	try {
		for await (const { time, samples, rms, peak } of reader) seconds.push({ time, samples, rms, peak });
	} finally {
		await reader.close();
	}
	return seconds;
}

function printMinutes(seconds) {
	const minutes = [];
	for (const { time, samples, rms, peak } of seconds) {
		const minute = Math.floor(time / 60);
		minutes[minute] ??= { minute, samples: 0, squares: 0, peak: 0 };
		minutes[minute].samples += samples;
		// Levels do not add up; their squares do.
		minutes[minute].squares += samples * rms * rms;
		minutes[minute].peak = Math.max(minutes[minute].peak, peak);
	}
	const levels = minutes.map(({ minute, samples, squares, peak }) => ({
		minute,
		rms: Math.sqrt(squares / samples),
		peak,
	}));
	const step = Math.ceil(levels.length / 20);
	for (const { minute, rms, peak } of levels.filter((_, i) => i % step === 0)) {
		console.log(`${clock(minute * 60)}  ${decibels(rms).padStart(6)} dB, peak ${decibels(peak).padStart(6)} dB`);
	}
	const top = levels.reduce((best, each) => (each.rms > best.rms ? each : best));
	console.log(`The loudest minute begins at ${clock(top.minute * 60)}: ${decibels(top.rms)} dB`);
}

function printSilence(seconds) {
	let from = 0;
	const isSilent = ({ rms }) => 20 * Math.log10(rms) < SILENT_DB;
	for (let i = 0; i <= seconds.length; i++) {
		if (i < seconds.length && isSilent(seconds[i])) continue;
		if (i - from >= LEAST_SILENCE_SECONDS) {
			console.log(`Silent from ${clock(seconds[from].time)} for ${i - from} s`);
		}
		from = i + 1;
	}
}

/** Of windows of a second, one each half second: neighbours have a half in common. */
async function printTones(sound, sampleRate, loudest, duration) {
	const processor = new BatchProcessor({
		name: 'loudest seconds',
		maxSize: 16,
		process: batch => Promise.all(batch.map(half => toneAt(sound, sampleRate, half))),
	});
	const windows = new Set(loudest.flatMap(({ time }) => [2 * time, 2 * time + 1]));
	// What is left at the end may be too short for a tone.
	for (const half of windows) if ((half + 2) / 2 > duration) windows.delete(half);
	const tones = new Map();
	for await (const hertz of processor.process(windows)) {
		const rounded = Math.round(hertz / 10) * 10;
		tones.set(rounded, (tones.get(rounded) ?? 0) + 1);
	}
	const most = [...tones].sort(([a, m], [b, n]) => n - m || a - b).slice(0, 3);
	console.log(
		`In the loudest ${loudest.length} s: ${most.map(([hertz, count]) => `${hertz} Hz in ${count} windows`).join(', ')}`,
	);
}

async function toneAt(sound, sampleRate, half) {
	const both = [await halfSecond(sound, half), await halfSecond(sound, half + 1)];
	const length = both[0].length + both[1].length;
	const samples = new Float32Array(2 ** Math.floor(Math.log2(Math.min(length, sampleRate))));
	let at = 0;
	for (const values of both) {
		samples.set(values.subarray(0, samples.length - at), at);
		at += Math.min(values.length, samples.length - at);
	}
	return strongestTone(samples, sampleRate);
}

/** The mean of all channels. */
function halfSecond(sound, half) {
	return halves.getOrCompute(half, async () => {
		const values = [];
		for await (const { channels, samples } of sound.samples({ start: half / 2, end: (half + 1) / 2 })) {
			for (let i = 0; i < samples; i++) {
				values.push(channels.reduce((sum, channel) => sum + channel[i], 0) / channels.length);
			}
		}
		return Float32Array.from(values);
	});
}

const durationOf = (seconds, sampleRate) => seconds.reduce((sum, { samples }) => sum + samples, 0) / sampleRate;
const decibels = level => (20 * Math.log10(level)).toFixed(1);
const clock = seconds => [seconds / 60, seconds % 60].map(part => String(Math.floor(part)).padStart(2, '0')).join(':');

await main();
