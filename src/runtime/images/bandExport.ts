import { mkdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { checkOptionNames, fileErrors, OutputFile, pathText, runtimeErrors } from '../internals.ts';
import type { OptionNames } from '../optionNames.ts';
import { checkColored } from './bandPlanes.ts';
import type { GreyStream } from './greyStream.ts';
import { imageErrors } from './imageErrors.ts';
import type { ImageInfo } from './imageInfo.ts';
import type { PixelRows, RowBand } from './pixelRows.ts';
import type { Depth, PixelArray } from './pixelTypes.ts';
import { PngStream } from './pngStream.ts';
import { TiffStream } from './tiffStream.ts';

const BANDS = ['red', 'green', 'blue', 'rcc', 'gcc', 'bcc', 'exg'] as const;
export type ExportableBand = (typeof BANDS)[number];

/**
 * Which bands become files, and how. Red, green and blue keep their digital numbers; from 8 to 16 bits they are multiplied by 257, from 16
 * to 8 divided by it and rounded. Coordinates are shares of the largest number of the file (gcc = 0.4 is 102 of 255), 0 where a pixel is black.
 * ExG, from −2 to 2 times the largest sample, is laid over the whole range: half of the largest number is 0.
 */
export interface BandExport {
	/** Made where it is missing. */
	folder: string;
	/** Red, green and blue when absent. */
	bands?: readonly ExportableBand[];
	/** `png` when absent. TIFF is written without compression. */
	format?: 'png' | 'tiff';
	/** Those of the image when absent. */
	bits?: 8 | 16;
	/** What files begin with: `<stem>_gcc.png`. The image's name without its ending when absent. */
	stem?: string;
	/** Replaces files that are there; otherwise they are refused. */
	overwrite?: boolean;
}

export interface ExportedBand {
	readonly band: ExportableBand;
	readonly path: string;
	readonly bytes: number;
}

const NAMES: OptionNames<BandExport> = {
	folder: true,
	bands: true,
	format: true,
	bits: true,
	stem: true,
	overwrite: true,
};

/** Throws `invalidOption`. @internal */
export function checkExport(
	wanted: BandExport,
): Required<Omit<BandExport, 'bits' | 'stem'>> & Pick<BandExport, 'bits' | 'stem'> {
	const owner = 'exportBands';
	if (typeof wanted !== 'object' || wanted === null) {
		throw runtimeErrors.invalidOption(owner, 'options', 'an object such as { folder: "bands" }', wanted);
	}
	checkOptionNames(owner, wanted, NAMES);
	const { bands = ['red', 'green', 'blue'], format = 'png', bits, stem, overwrite = false } = wanted;
	const isBands = Array.isArray(bands) && bands.length > 0 && bands.every(band => BANDS.includes(band));
	if (!isBands) throw runtimeErrors.invalidOption(owner, 'bands', `some of ${BANDS.join(', ')}`, bands);
	if (format !== 'png' && format !== 'tiff')
		throw runtimeErrors.invalidOption(owner, 'format', '"png" or "tiff"', format);
	if (bits !== undefined && bits !== 8 && bits !== 16)
		throw runtimeErrors.invalidOption(owner, 'bits', '8 or 16', bits);
	if (stem !== undefined && (typeof stem !== 'string' || stem === '' || basename(stem) !== stem)) {
		throw runtimeErrors.invalidOption(owner, 'stem', 'the beginning of a file name', stem);
	}
	if (typeof overwrite !== 'boolean') throw runtimeErrors.invalidOption(owner, 'overwrite', 'true or false', overwrite);
	const folder = pathText(owner, wanted.folder, 'folder');
	const unique = [...new Set(bands)];
	return { folder, bands: unique, format, overwrite, ...(bits && { bits }), ...(stem !== undefined && { stem }) };
}

interface Target {
	readonly band: ExportableBand;
	readonly path: string;
	readonly output: OutputFile;
	readonly stream: GreyStream;
	readonly value: Value;
}

/** One way through the image for all bands. @internal */
export async function exportBands(
	info: ImageInfo,
	rows: PixelRows,
	wanted: BandExport,
	signal: AbortSignal | undefined,
	onBand: (band: RowBand) => void,
): Promise<ExportedBand[]> {
	const checked = checkExport(wanted);
	const { folder, bands, format, overwrite, stem = basename(info.path, extname(info.path)) } = checked;
	checkColored(info, rows);
	const full = fullScale(info, rows.depth);
	const bits = checked.bits ?? (full > 255 ? 16 : 8);
	const shape = { width: rows.width, height: rows.height, bits };
	const targets: Target[] = [];
	try {
		await mkdir(folder, { recursive: true }).catch((error: unknown) => {
			throw fileErrors.fileUnwritable(folder, error);
		});
		for (const band of bands) {
			const path = join(folder, `${stem}_${band}.${format === 'png' ? 'png' : 'tif'}`);
			const output = await OutputFile.create(path, { overwrite, input: info.path });
			const begin = format === 'png' ? PngStream.begin(output, shape) : TiffStream.begin(output, shape, path);
			const stream = await begin.catch(async (error: unknown) => {
				await output.discard();
				throw error;
			});
			targets.push({ band, path, output, stream, value: sampleValue(band, full, 2 ** bits - 1) });
		}
		for await (const band of rows.bands(signal)) {
			for (const { stream, value } of targets) await stream.rows(plane(band.data, value, bits));
			onBand(band);
		}
		for (const { stream } of targets) await stream.end();
		for (const { output } of targets) await output.commit();
	} catch (error) {
		for (const { stream, output } of targets) {
			stream.discard();
			await output.discard();
		}
		throw error;
	}
	return targets.map(({ band, path, output }) => ({ band, path, bytes: output.writtenBytes }));
}

/** The largest digital number there can be. */
function fullScale({ path }: ImageInfo, depth: Depth): number {
	if (depth === 'uchar') return 255;
	if (depth === 'ushort') return 65_535;
	throw imageErrors.unsupported(
		path,
		`its bands cannot be exported: only samples of 8 and 16 bits without a sign can (${depth})`,
	);
}

type Value = (red: number, green: number, blue: number) => number;

function sampleValue(band: ExportableBand, full: number, most: number): Value {
	const scale = most / full;
	const share = (part: number, sum: number) => (sum === 0 ? 0 : (part / sum) * most);
	switch (band) {
		case 'red':
			return red => red * scale;
		case 'green':
			return (_, green) => green * scale;
		case 'blue':
			return (_red, _green, blue) => blue * scale;
		case 'rcc':
			return (red, green, blue) => share(red, red + green + blue);
		case 'gcc':
			return (red, green, blue) => share(green, red + green + blue);
		case 'bcc':
			return (red, green, blue) => share(blue, red + green + blue);
		case 'exg':
			return (red, green, blue) => ((2 * green - red - blue + 2 * full) / (4 * full)) * most;
	}
}

function plane(data: PixelArray, value: Value, bits: 8 | 16): Uint8Array | Uint16Array {
	const samples = bits === 8 ? new Uint8Array(data.length / 3) : new Uint16Array(data.length / 3);
	for (let i = 0, to = 0; i < data.length; i += 3, to++) {
		samples[to] = Math.round(value(data[i] as number, data[i + 1] as number, data[i + 2] as number));
	}
	return samples;
}
