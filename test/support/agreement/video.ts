import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { cacheFolder, projectRoot } from '../../../scripts/paths.ts';
import { sampleFolder } from '../../../scripts/samples.ts';
import { VideoReader } from '../../../src/runtime/formats/video/videoReader.ts';
import { MemoryManagerError } from '../../../src/runtime/runtimeError.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import type { AgreementRow } from './agreementRow.ts';

interface Figures {
	codec: string;
	width: number;
	height: number;
	audio: string[];
	frames: number;
	keys: number;
	bytes: number;
	/** The sum of all times. */
	seconds: number;
}

const PACKAGE = 'opencv-doc';

/** `large`: fetch the package of 91 MB, where it is not here yet. */
export async function agreement(large = true): Promise<AgreementRow[] | undefined> {
	if (!large && !existsSync(join(cacheFolder, 'samples', PACKAGE))) {
		console.log(`The sample files of ${PACKAGE} (91 MB) are not here: node test/bench/agreement.ts video fetches them`);
		return undefined;
	}
	if (!(await sampleFolder(PACKAGE))) return undefined;
	const truth = join(projectRoot, 'test', 'fixtures', 'formats', 'video.expected.json');
	const expected = JSON.parse(await readFile(truth, 'utf8')) as Record<string, Figures>;
	const folder = temporaryFolder('films');
	try {
		const rows: AgreementRow[] = [];
		for (const [file, figures] of Object.entries(expected)) {
			const packed = join(cacheFolder, 'samples', file);
			const path = file.endsWith('.gz') ? join(folder.path, basename(file, '.gz')) : packed;
			if (path !== packed) await pipeline(createReadStream(packed), createGunzip(), createWriteStream(path));
			rows.push({ file: basename(path), ...(await compared(path, figures)) });
		}
		return rows;
	} finally {
		await folder.remove();
	}
}

async function compared(path: string, expected: Figures): Promise<Omit<AgreementRow, 'file'>> {
	try {
		const { via, ...read } = await figuresOf(path);
		const differing = Object.entries(expected).filter(
			([name, value]) => JSON.stringify(read[name as keyof Figures]) !== JSON.stringify(value),
		);
		const detail = differing.map(([name, value]) => `${name}: ${read[name as keyof Figures]}, not ${value}`).join('; ');
		if (detail !== '') return { outcome: 'differs', detail };
		return { outcome: 'agrees', detail: `${read.frames} frames, ${read.keys} keys, their sizes and times (${via})` };
	} catch (error) {
		if (!(error instanceof MemoryManagerError)) throw error;
		// The program that it takes is not here: that says nothing about the file.
		if (error.code === 'missingProgram') return { outcome: 'refused', detail: error.message };
		return { outcome: 'differs', detail: error.message };
	}
}

async function figuresOf(path: string): Promise<Figures & { via: string }> {
	await using film = await VideoReader.open(path);
	const { codec, width, height, audio, via } = film.facts();
	const figures = {
		codec,
		width,
		height,
		audio: audio.map(one => one.codec),
		frames: 0,
		keys: 0,
		bytes: 0,
		seconds: 0,
		via,
	};
	for await (const { key, sizeBytes, timestamp } of film) {
		figures.frames++;
		figures.keys += key ? 1 : 0;
		figures.bytes += sizeBytes;
		figures.seconds += timestamp;
	}
	return { ...figures, seconds: Math.round(figures.seconds * 1e3) / 1e3 };
}
