import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, projectRoot } from '../../../scripts/paths.ts';
import { type SamplePackage, sampleFolder } from '../../../scripts/samples.ts';
import { AudioReader } from '../../../src/runtime/formats/audio/audioReader.ts';
import { FileError } from '../../../src/runtime/internals.ts';
import type { AgreementRow } from './agreementRow.ts';

interface Figures {
	sampleRate: number;
	samples: number;
	/** Of each channel. */
	sums: number[];
	squares: number[];
	peaks: number[];
	/** Of the mean of the channels, in frames of 2,048 samples each 512. */
	frames: number;
	levels: number;
	weighed: number;
	lastLevel: number;
	/** From 16 bits of a decoder that has more. */
	coarse?: true;
}

const PACKAGES: readonly SamplePackage[] = ['alsa-utils', 'pocketsphinx-testdata', 'sound-theme-freedesktop'];
/** Integers are the same everywhere; two decoders of Vorbis round differently. */
const TOLERANCE = { wav: 1e-8, oga: 1e-6, coarse: 1e-3 };

export async function agreement(): Promise<AgreementRow[] | undefined> {
	for (const name of PACKAGES) if (!(await sampleFolder(name))) return undefined;
	const truth = join(projectRoot, 'test', 'fixtures', 'formats', 'audio.expected.json');
	const expected = JSON.parse(await readFile(truth, 'utf8')) as Record<string, Figures>;
	const rows: AgreementRow[] = [];
	for (const [file, figures] of Object.entries(expected)) rows.push(await compare(file, figures));
	return rows;
}

async function compare(file: string, expected: Figures): Promise<AgreementRow> {
	try {
		const ours = await figuresOf(join(cacheFolder, 'samples', file));
		const { coarse, ...figures } = expected;
		const kind = coarse ? 'coarse' : file.endsWith('.wav') ? 'wav' : 'oga';
		const differences = differencesOf(ours, figures, TOLERANCE[kind]);
		if (differences.length > 0) return { file, outcome: 'differs', detail: differences.join('; ') };
		return { file, outcome: 'agrees', detail: `${ours.samples} samples, ${ours.frames} frames` };
	} catch (error) {
		if (!(error instanceof FileError)) throw error;
		return { file, outcome: 'refused', detail: error.message };
	}
}

async function figuresOf(path: string): Promise<Figures> {
	await using reader = await AudioReader.open(path, { frameSize: 2048, hop: 512, decoder: 'wasm' });
	const { sampleRate, channels: count } = await reader.facts();
	const zeros = () => new Array<number>(count).fill(0);
	const [sums, squares, peaks] = [zeros(), zeros(), zeros()];
	const told = { sampleRate, samples: 0, sums, squares, peaks, frames: 0, levels: 0, weighed: 0, lastLevel: 0 };
	for await (const { channels, samples } of reader.samples()) {
		told.samples += samples;
		for (const [channel, values] of channels.entries()) {
			for (const value of values) {
				sums[channel] = (sums[channel] ?? 0) + value;
				squares[channel] = (squares[channel] ?? 0) + value * value;
				peaks[channel] = Math.max(peaks[channel] ?? 0, Math.abs(value));
			}
		}
	}
	for await (const { number, rms } of reader) {
		told.frames++;
		told.levels += rms;
		told.weighed += rms * (number + 1);
		told.lastLevel = rms;
	}
	return told;
}

function differencesOf(ours: Figures, theirs: Omit<Figures, 'coarse'>, tolerance: number): string[] {
	return Object.entries(theirs).flatMap(([name, value]) => {
		const own = ours[name as keyof typeof theirs];
		const pairs = [value]
			.flat()
			.map((expected: number, i): [number, number] => [expected, [own].flat()[i] ?? Number.NaN]);
		// A sum of samples is small beside its parts.
		const scale = name === 'sums' ? Math.sqrt(theirs.samples * Math.max(...theirs.squares)) : 0;
		const isExact = name === 'samples' || name === 'frames' || name === 'sampleRate';
		const isSame = ([expected, actual]: [number, number]) =>
			Math.abs(actual - expected) <= (isExact ? 0 : tolerance * Math.max(Math.abs(expected), scale));
		return pairs.every(isSame) ? [] : [`${name} ${String(own)}, not ${String(value)}`];
	});
}
