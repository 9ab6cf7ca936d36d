import { formatBytes } from '../../protocol/units.ts';
import { checkPressure, MemoryManagerError } from '../internals.ts';
import { type BandStatistics, type BandTally, HistogramTally } from './bandStatistics.ts';
import {
	type ChromaticCoordinates,
	chromaticCoordinates,
	PixelCoordinateSums,
	type PixelCoordinates,
} from './greenness.ts';
import { MeansTally } from './meansTally.ts';
import type { PixelRows, RowBand } from './pixelRows.ts';
import type { Depth } from './pixelTypes.ts';
import { type RegionRows, Spans } from './regionRows.ts';
import { SKETCH_BYTES, SketchTally } from './sketchTally.ts';

/** What one region, or the whole image, is in figures. */
export interface RegionStatistics {
	/** As given; `image` for the whole. */
	readonly region: string;
	/** Pixels of the image that belong to it. */
	readonly pixels: number;
	/** `red`, `green`, `blue`; `grey`; `cyan`, `magenta`, `yellow`, `black`; otherwise `band1` … */
	readonly bands: Readonly<Record<string, BandStatistics>>;
	/** Of images with red, green and blue. */
	readonly chromatic?: ChromaticCoordinates;
	/** With `perPixel`. */
	readonly perPixel?: PixelCoordinates;
}

/** @internal */
export interface MeasuredRegion {
	readonly name: string;
	readonly rows: RegionRows;
}

/** @internal */
export interface Measures {
	readonly percentiles: readonly number[];
	readonly perPixel: boolean;
	readonly onlyMeans: boolean;
}

/** Sixteen-bit counts of many regions add up; more than this is refused. */
const MAX_TALLY_BYTES = 128 * 1024 * 1024;
const COUNTED: Partial<Record<Depth, { levels: number; lowest: number }>> = {
	uchar: { levels: 256, lowest: 0 },
	char: { levels: 256, lowest: -128 },
	ushort: { levels: 65_536, lowest: 0 },
	short: { levels: 65_536, lowest: -32_768 },
};

/** @internal */
export function bandNames(channels: number, space: string): string[] {
	if (channels === 1) return ['grey'];
	if (channels === 3 && ['srgb', 'rgb', 'rgb16', 'scrgb'].includes(space)) return ['red', 'green', 'blue'];
	if (channels === 4 && space === 'cmyk') return ['cyan', 'magenta', 'yellow', 'black'];
	return Array.from({ length: channels }, (_, index) => `band${index + 1}`);
}

/**
 * All figures of all regions, in one way through the image. Memory is a band of rows and what the tallies take, whatever the image's size.
 *
 * @internal
 */
export async function measureRegions(
	image: PixelRows,
	space: string,
	regions: readonly MeasuredRegion[],
	{ percentiles, perPixel, onlyMeans }: Measures,
	signal: AbortSignal | undefined,
	onBand: (band: RowBand) => void,
): Promise<RegionStatistics[]> {
	const { channels, depth, width } = image;
	const names = bandNames(channels, space);
	const isColored = names[0] === 'red';
	if (!onlyMeans) checkTallies(regions.length, channels, depth);
	const tallies = regions.map(({ name, rows }) => ({
		name,
		rows,
		tally: onlyMeans ? new MeansTally(channels) : tallyFor(channels, depth),
		colors: perPixel && isColored ? new PixelCoordinateSums() : undefined,
		pixels: 0,
	}));
	const spans = new Spans();
	for await (const band of image.bands(signal)) {
		checkPressure();
		for (const entry of tallies) {
			await entry.rows.prepare?.(band.y, band.y + band.rows);
			for (let row = 0; row < band.rows; row++) {
				spans.clear();
				entry.rows.row(band.y + row, spans);
				const start = row * width;
				for (let i = 0; i < spans.count; i++) {
					const from = (start + spans.from(i)) * channels;
					const to = (start + spans.to(i)) * channels;
					entry.pixels += spans.to(i) - spans.from(i);
					entry.tally.add(band.data, from, to);
					entry.colors?.add(band.data, from, to);
				}
			}
		}
		onBand(band);
	}
	return tallies.map(({ name, tally, colors, pixels }) => {
		const entries = names.map((band, channel) => [band, tally.band(channel, percentiles)] as const);
		const means = entries.map(([, { mean }]) => mean);
		const [red = 0, green = 0, blue = 0] = means;
		return {
			region: name,
			pixels,
			bands: Object.fromEntries(entries),
			...(isColored && { chromatic: chromaticCoordinates(red, green, blue) }),
			...(colors && { perPixel: colors.result() }),
		};
	});
}

function tallyFor(channels: number, depth: Depth): BandTally {
	const counted = COUNTED[depth];
	return counted ? new HistogramTally(channels, counted.levels, counted.lowest) : new SketchTally(channels);
}

function checkTallies(regions: number, channels: number, depth: Depth): void {
	const counted = COUNTED[depth];
	const bytes = regions * channels * (counted ? counted.levels * 4 : SKETCH_BYTES);
	if (bytes <= MAX_TALLY_BYTES) return;
	throw new MemoryManagerError(
		'tooLarge',
		`Counting the samples of ${regions} regions takes ${formatBytes(bytes)}, more than ${formatBytes(MAX_TALLY_BYTES)}. Ask for fewer regions at a time.`,
	);
}
