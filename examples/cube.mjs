// What is in the channels of a data cube? Mean, deviation and median of each, the brightest places, and how fast what shines there
// comes or goes. `node cube.mjs FILE.fits` reads a cube of your own (its first image of two or more axes); without one, the cube of
// a turning galaxy is made first. As large as it may be: a window and a few thousand pixels of it are in memory.
//
// In the panel: one reader, which two channels at a time read from (the batches "channels"); the arrays for medians come from the
// pool "samples". Many channels are brightest at the same place: the cache "spectra" has its spectrum then. More is read than the file
// has, since spectra run across all of it.
import { join } from 'node:path';
import { BatchProcessor, BoundedCache, ObjectPool, region } from 'memory-manager-runtime';
import { FitsReader } from 'memory-manager-runtime/formats';
import { writeCube } from './lib/fitsCube.mjs';
import { inTemporaryFolder } from './lib/temporaryFolder.mjs';

const MB = 1024 * 1024;
const SIZE = 256;
const CHANNELS = 128;
/** Medians are those of so many pixels of a channel, evenly spread; of smaller channels they are exact. */
const SAMPLES = 1 << 16;
/** Pixels of a place, in both directions. */
const PLACE = 8;
const ROWS = 16;

const samples = new ObjectPool({ name: 'samples', create: () => new Float64Array(SAMPLES), max: 4 });
const spectra = new BoundedCache({ name: 'spectra', maxBytes: MB, sizeOf: spectrum => spectrum.byteLength });

async function main() {
	const [given] = process.argv.slice(2);
	if (given) return statistics(given);
	await inTemporaryFolder('cube', async folder => {
		const path = join(folder, 'galaxy.fits');
		await region('write a cube', () => writeCube(path, SIZE, CHANNELS));
		await statistics(path);
	});
}

async function statistics(path) {
	const reader = await FitsReader.open(path);
	try {
		const hdu = await firstImage(reader);
		const unit = hdu.header.text('BUNIT') ?? '';
		const axis = axisOf(hdu);
		console.log(`${hdu.header.text('OBJECT') ?? reader.name}: ${hdu.shape.join(' x ')}, ${unit}`);
		const processor = new BatchProcessor({
			name: 'channels',
			processItem: channel => channelFigures(reader, hdu, channel),
			concurrency: 2,
		});
		const channels = await region('channels', async () => {
			const found = [];
			for await (const figures of processor.process(numbers(axis.count))) found.push(figures);
			return found;
		});
		const step = Math.ceil(channels.length / ROWS);
		for (const each of channels.filter((_, i) => i % step === 0)) printChannel(each, axis);
		const top = channels.reduce((best, each) => (each.peak > best.peak ? each : best));
		console.log(`brightest: ${text(top.peak)} ${unit} at x ${top.x}, y ${top.y}, ${axis.label(top.channel)}`);
		if (axis.count > 1) await region('spectra', () => lines(reader, hdu, channels, axis));
	} finally {
		await reader.close();
	}
}

async function firstImage(reader) {
	for await (const hdu of reader) if (hdu.shape.length >= 2) return hdu;
	throw new Error(`${reader.name} has no image of two axes.`);
}

/** All axes but the last two, as one; with the values of the slowest that is longer than 1 where it is the only one. */
function axisOf({ shape, header }) {
	const outer = shape.slice(0, -2);
	const long = outer.flatMap((length, i) => (length > 1 ? [shape.length - i] : []));
	const [number] = long;
	const key = name => header.number(`${name}${number}`);
	const step = key('CDELT');
	const unit = header.text(`CUNIT${number}`)?.trim() ?? '';
	const isKnown = long.length === 1 && step !== undefined;
	const worldOf = channel => (key('CRVAL') ?? 0) + (channel + 1 - (key('CRPIX') ?? 1)) * step;
	return {
		outer,
		count: outer.reduce((product, length) => product * length, 1),
		unit: isKnown ? unit : 'channels',
		worldOf: isKnown ? worldOf : channel => channel,
		label: channel => (isKnown ? `${text(worldOf(channel))} ${unit}` : `channel ${channel}`),
	};
}

function channelFigures(reader, hdu, channel) {
	return samples.use(async sample => {
		const [rows, columns] = hdu.shape.slice(-2);
		const start = [...indices(channel, hdu.shape.slice(0, -2)), 0, 0];
		const count = [...start.slice(0, -2).fill(1), rows, columns];
		const every = Math.ceil((rows * columns) / SAMPLES);
		const found = { channel, pixels: 0, mean: 0, squares: 0, peak: Number.NEGATIVE_INFINITY, x: 0, y: 0 };
		let [place, kept] = [0, 0];
		for await (const { data } of reader.bands(hdu, { start, count, values: 'float' })) {
			for (let i = 0; i < data.length; i++, place++) {
				const value = data[i];
				if (Number.isNaN(value)) continue;
				// Welford's way: sums of squares would lose the digits of bright pixels.
				const off = value - found.mean;
				found.mean += off / ++found.pixels;
				found.squares += off * (value - found.mean);
				if (value > found.peak) [found.peak, found.x, found.y] = [value, place % columns, Math.floor(place / columns)];
				if (place % every === 0) sample[kept++] = value;
			}
		}
		const sorted = sample.subarray(0, kept).sort();
		const median = kept % 2 === 1 ? sorted[(kept - 1) / 2] : (sorted[kept / 2 - 1] + sorted[kept / 2]) / 2;
		return { ...found, std: Math.sqrt(found.squares / found.pixels), median };
	});
}

/** For the brightest place of each channel: where the line's middle lies, and how wide it is. */
async function lines(reader, hdu, channels, axis) {
	const bright = channels.filter(({ peak, median, std }) => peak > median + 8 * std);
	const found = new Map();
	for (const { x, y } of bright) {
		const corner = [y, x].map(value => Math.floor(value / PLACE) * PLACE);
		const line = lineOf(await spectrumAt(reader, hdu, corner, axis), axis);
		if (line) found.set(corner.join(), { x: corner[1], y: corner[0], ...line });
	}
	const places = [...found.values()].sort((a, b) => b.peak - a.peak);
	for (const { x, y, centre, width } of places.slice(0, 8)) {
		console.log(`x ${x}, y ${y}: line at ${text(centre)} ${axis.unit}, ${text(width)} wide`);
	}
	const centres = places.map(({ centre }) => centre);
	console.log(
		`${places.length} places with a line, from ${text(Math.min(...centres))} to ${text(Math.max(...centres))} ${axis.unit}`,
	);
}

/** The mean over the pixels of a place, in each channel. */
function spectrumAt(reader, hdu, [y, x], { outer, count }) {
	return spectra.getOrCompute(`${x},${y}`, async () => {
		const [height, width] = hdu.shape.slice(-2).map((length, i) => Math.min(PLACE, length - [y, x][i]));
		const corner = [...outer.map(() => 0), y, x];
		const { data } = await reader.section(hdu, corner, [...outer, height, width], { values: 'float' });
		const spectrum = new Float32Array(count);
		const pixels = height * width;
		for (let i = 0; i < data.length; i++) spectrum[Math.floor(i / pixels)] += data[i] / pixels;
		return spectrum;
	});
}

/** First and second moment of what stands above half of the peak's height. */
function lineOf(spectrum, { worldOf }) {
	const peak = spectrum.reduce((best, value) => Math.max(best, value), 0);
	const first = spectrum.findIndex(value => value >= peak / 2);
	if (first < 0) return undefined;
	const last = spectrum.findLastIndex(value => value >= peak / 2);
	let [sum, weighted] = [0, 0];
	for (let i = first; i <= last; i++) {
		sum += spectrum[i];
		weighted += spectrum[i] * worldOf(i);
	}
	return { peak, centre: weighted / sum, width: Math.abs(worldOf(last + 0.5) - worldOf(first - 0.5)) };
}

function printChannel({ channel, mean, std, median, peak, x, y }, axis) {
	const figures = Object.entries({ mean, std, median, peak }).map(([name, value]) => `${name} ${text(value)}`);
	console.log(`${axis.label(channel).padStart(12)}: ${figures.join(', ')} at x ${x}, y ${y}`);
}

function indices(channel, outer) {
	const found = [];
	let rest = channel;
	for (const length of outer.toReversed()) {
		found.unshift(rest % length);
		rest = Math.floor(rest / length);
	}
	return found;
}

function* numbers(count) {
	for (let i = 0; i < count; i++) yield i;
}

const text = value => String(Number(value.toPrecision(5)));

await main();
