import type { OutputFile } from '../files/outputFile.ts';
import type { BandStatistics } from './bandStatistics.ts';
import type { JournalEntry } from './batchJournal.ts';
import type { PixelCoordinates } from './greenness.ts';
import type { RegionStatistics } from './measureRegions.ts';

const FIGURES = ['count', 'mean', 'std', 'min', 'max'] as const;
const CHROMATIC = ['rcc', 'gcc', 'bcc', 'exg', 'brightness'] as const;
const PER_PIXEL = ['rcc', 'gcc', 'bcc', 'exg'] as const;

/** Which columns there are. @internal */
export interface ResultColumns {
	/** Of all images, in the order in which they were first seen. */
	readonly bands: readonly string[];
	readonly percentiles: readonly number[];
	readonly perPixel: boolean;
}

/** One row per region of an image; one that failed has a row with its error. Streams: holds one image's rows. @internal */
export async function writeCsv(
	output: OutputFile,
	entries: AsyncIterable<JournalEntry>,
	columns: ResultColumns,
): Promise<void> {
	await output.write(line(headings(columns)));
	for await (const entry of entries) {
		for (const row of rowsOf(entry, columns)) await output.write(line(row));
	}
}

/** One array with an object per image, each on a line. @internal */
export async function writeJson(output: OutputFile, entries: AsyncIterable<JournalEntry>): Promise<void> {
	let before = '[\n';
	for await (const entry of entries) {
		await output.write(Buffer.from(before + JSON.stringify(entry)));
		before = ',\n';
	}
	await output.write(Buffer.from(before === '[\n' ? '[]\n' : '\n]\n'));
}

function headings({ bands, percentiles, perPixel }: ResultColumns): string[] {
	const ofBands = bands.flatMap(band =>
		[...FIGURES, ...percentiles.map(percent => `p${percent}`)].map(name => `${band}_${name}`),
	);
	const ofPixels = perPixel ? PER_PIXEL.flatMap(name => [`pixel_${name}_mean`, `pixel_${name}_std`]) : [];
	return ['path', 'region', 'width', 'height', 'pixels', ...ofBands, ...CHROMATIC, ...ofPixels, 'error'];
}

function* rowsOf(entry: JournalEntry, columns: ResultColumns): Generator<unknown[]> {
	const { path, width, height, regions = [], error } = entry;
	const width_ = headings(columns).length;
	if (error) {
		const row: unknown[] = new Array(width_).fill('');
		row[0] = path;
		row[width_ - 1] = error.message;
		yield row;
	}
	for (const region of regions)
		yield [path, region.region, width, height, region.pixels, ...figures(region, columns), ''];
}

function figures({ bands, chromatic, perPixel }: RegionStatistics, columns: ResultColumns): unknown[] {
	const ofBand = (band: BandStatistics | undefined) => [
		...FIGURES.map(name => band?.[name]),
		...columns.percentiles.map(percent => band?.percentiles?.[String(percent)]),
	];
	const ofPixels = (pixels: PixelCoordinates | undefined) =>
		PER_PIXEL.flatMap(name => [pixels?.[name]?.mean, pixels?.[name]?.std]);
	return [
		...columns.bands.flatMap(name => ofBand(Object.hasOwn(bands, name) ? bands[name] : undefined)),
		...CHROMATIC.map(name => chromatic?.[name]),
		...(columns.perPixel ? ofPixels(perPixel) : []),
	];
}

/** By RFC 4180; what is not known stays empty. */
function line(values: readonly unknown[]): Buffer {
	const texts = values.map(value => {
		const text = value === undefined || value === null ? '' : String(value);
		return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
	});
	return Buffer.from(`${texts.join(',')}\r\n`);
}
