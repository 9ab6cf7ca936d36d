// What is a usual January, February … at each place of a grid, and which days were far from it? The monthly climatology of a variable
// over time. `node climatology.mjs FILE [VARIABLE]` reads a NetCDF or HDF5 file of your own; without one, four years of daily
// temperatures around Seattle are written as NetCDF and, where the package h5wasm is installed, as HDF5, and must come out the same.
//
// In the panel: a reader for each file, that of HDF5 with a thread of its own; the batches "months" hold a month's slab at a time; the
// tensor dictionary "climatology" holds the twelve maps of each. The cache "days" has what warm spells have in common: days that lie
// within the weeks of several of the warmest days are read once.
import { join } from 'node:path';
import { BatchProcessor, BoundedCache, region, TensorDict } from 'memory-manager-runtime';
import { openClimate } from './lib/climateFile.mjs';
import { inTemporaryFolder } from './lib/temporaryFolder.mjs';
import { writeAsHdf5, writeAsNetcdf } from './lib/weatherGrid.mjs';

const MB = 1024 * 1024;
const [ROWS, COLUMNS] = [48, 72];
const WARMEST = 12;
const DAYS_AROUND = 3;

const fields = new BoundedCache({ name: 'days', maxBytes: 16 * MB, sizeOf: ({ byteLength }) => byteLength });
/** A map for each month of each file, under both their names. */
const maps = new TensorDict({ name: 'climatology' });
const mapName = ({ reader }, month) => `${reader.name} ${month}`;

async function main() {
	const [given, variable] = process.argv.slice(2);
	if (given) return climatology(given, variable);
	await inTemporaryFolder('climatology', async folder => {
		const netcdf = join(folder, 'seattle.nc');
		await region('write NetCDF', () => writeAsNetcdf(netcdf, ROWS, COLUMNS));
		const printed = await climatology(netcdf);
		const hdf5 = join(folder, 'seattle.h5');
		try {
			await region('write HDF5', () => writeAsHdf5(hdf5, ROWS, COLUMNS));
		} catch (error) {
			if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
			return console.log('No HDF5: the package "h5wasm" is not installed (npm install h5wasm).');
		}
		const again = await climatology(hdf5);
		console.log(again.slice(1).join() === printed.slice(1).join() ? 'Both files agree' : 'The files do NOT agree');
	});
}

/** Gives the lines it prints. */
async function climatology(path, variable) {
	const file = await openClimate(path, variable);
	try {
		const { reader, name, shape, units } = file;
		const lines = [`${reader.name}: ${name} of ${shape.join(' x ')}, ${units}`];
		const means = await region(`months of ${reader.format}`, () => monthlyMaps(file));
		for (let month = 0; month < 12; month++) {
			const map = maps.get(mapName(file, month));
			if (map) lines.push(lineOf(month, map));
		}
		lines.push(...(await region(`warm spells of ${reader.format}`, () => warmSpells(file, means))));
		for (const line of lines) console.log(line);
		return lines;
	} finally {
		await file.reader.close();
	}
}

/** One calendar month after the other, so that the sums of one are in memory. Gives the mean over the grid of each time step. */
async function monthlyMaps(file) {
	const { shape, days } = file;
	const cells = shape.slice(1).reduce((product, length) => product * length, 1);
	const means = new Float64Array(shape[0]).fill(Number.NaN);
	const processor = new BatchProcessor({
		name: `months of ${file.reader.format}`,
		processItem: stretch => sumsOf(file, stretch, cells, means),
		concurrency: 2,
		maxBytes: 64 * MB,
		bytesOf: () => 16 * cells + MB,
	});
	for (let month = 0; month < 12; month++) {
		const [sums, counts] = [new Float64Array(cells), new Float64Array(cells)];
		for await (const part of processor.process(stretches(days, month))) {
			for (let i = 0; i < cells; i++) {
				sums[i] += part.sums[i];
				counts[i] += part.counts[i];
			}
		}
		if (counts.some(count => count > 0))
			maps.set(
				mapName(file, month),
				Float32Array.from(sums, (sum, i) => sum / counts[i]),
			);
	}
	return means;
}

/** Where the time steps of a calendar month follow one another. */
function stretches(days, month) {
	const found = [];
	for (const [i, day] of days.entries()) {
		if (day.getUTCMonth() !== month) continue;
		const last = found.at(-1);
		if (last && last.start + last.count === i) last.count++;
		else found.push({ start: i, count: 1 });
	}
	return found;
}

async function sumsOf(file, { start, count }, cells, means) {
	const [sums, counts] = [new Float64Array(cells), new Float64Array(cells)];
	const [sumOfStep, countOfStep] = [new Float64Array(count), new Float64Array(count)];
	const none = file.shape.slice(1).map(() => 0);
	let at = 0;
	for await (const { data } of file.slabs({ start: [start, ...none], count: [count, ...file.shape.slice(1)] })) {
		for (let i = 0; i < data.length; i++, at++) {
			const value = data[i];
			if (Number.isNaN(value)) continue;
			const step = Math.floor(at / cells);
			sums[at % cells] += value;
			counts[at % cells]++;
			sumOfStep[step] += value;
			countOfStep[step]++;
		}
	}
	for (let step = 0; step < count; step++) means[start + step] = sumOfStep[step] / countOfStep[step];
	return { sums, counts };
}

/** The days of the warmest grids, with the place that was farthest above its month in the days around. */
async function warmSpells(file, means) {
	const { days, shape } = file;
	const warmest = [...means.keys()].filter(i => !Number.isNaN(means[i])).sort((a, b) => means[b] - means[a]);
	const lines = [];
	for (const day of warmest.slice(0, WARMEST)) {
		const best = { above: Number.NEGATIVE_INFINITY, cell: 0, day };
		for (let i = Math.max(day - DAYS_AROUND, 0); i <= Math.min(day + DAYS_AROUND, shape[0] - 1); i++) {
			const usual = maps.get(mapName(file, days[i].getUTCMonth()));
			const field = await fieldOf(file, i);
			for (let cell = 0; cell < field.length; cell++) {
				const above = field[cell] - usual[cell];
				if (above > best.above) [best.above, best.cell, best.day] = [above, cell, i];
			}
		}
		lines.push(
			`${dateOf(days[day])}: ${means[day].toFixed(2)} on average; farthest above its month: cell ${placeOf(best.cell, shape)} by ${best.above.toFixed(2)} on ${dateOf(days[best.day])}`,
		);
	}
	return lines;
}

function fieldOf({ slabs, shape, reader }, day) {
	return fields.getOrCompute(`${reader.name} ${day}`, async () => {
		const values = new Float32Array(shape.slice(1).reduce((product, length) => product * length, 1));
		let filled = 0;
		const range = { start: [day, ...shape.slice(1).map(() => 0)], count: [1, ...shape.slice(1)] };
		for await (const { data } of slabs(range)) {
			values.set(data, filled);
			filled += data.length;
		}
		return values;
	});
}

function lineOf(month, map) {
	const found = { cells: 0, sum: 0, least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY };
	for (const value of map) {
		if (Number.isNaN(value)) continue;
		found.cells++;
		found.sum += value;
		found.least = Math.min(found.least, value);
		found.most = Math.max(found.most, value);
	}
	const name = new Date(Date.UTC(2001, month)).toLocaleString('en', { month: 'long', timeZone: 'UTC' });
	const [mean, least, most] = [found.sum / found.cells, found.least, found.most].map(value => value.toFixed(2));
	return `${name.padEnd(9)} ${mean.padStart(6)} on average over ${found.cells} cells, from ${least} to ${most}`;
}

const dateOf = day => day.toISOString().slice(0, 10);
const placeOf = (cell, shape) => `${Math.floor(cell / shape.at(-1))}, ${cell % shape.at(-1)}`;

await main();
