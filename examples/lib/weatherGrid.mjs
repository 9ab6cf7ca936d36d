// Daily temperatures around Seattle on a grid: the record of the station, cooler with height and with noise, without the sea.

import { writeNetcdf } from './classicNetcdf.mjs';
import { readCsv } from './datasets.mjs';
import { gaussians } from './random.mjs';

/** K for each km (the standard atmosphere of ICAO). */
const LAPSE_RATE = 6.5;
const FILL_VALUE = -32_768;
const SCALE = 0.01;
/** Packed together in HDF5. */
const CHUNK_DAYS = 16;
const STATION = { latitude: 47.6, longitude: -122.3 };

/** The station's cell has the station's record, without noise. */
export function weatherGrid(rows, columns) {
	const record = readCsv('seattle-weather.csv').map(({ temp_max }) => Number(temp_max));
	const latitudes = steps(rows, STATION.latitude - 1, 2);
	const longitudes = steps(columns, STATION.longitude - 1.5, 3);
	const cells = rows * columns;
	const station = Math.floor(rows / 2) * columns + Math.floor(columns / 2);
	// The Sound in the west of the city, the Cascades in its east; km.
	const heights = Float32Array.from({ length: cells }, (_, i) => {
		const [north, east] = [
			latitudes[Math.floor(i / columns)] - STATION.latitude,
			longitudes[i % columns] - STATION.longitude,
		];
		return i === station ? 0 : -0.2 + 1.8 * Math.exp(-((east - 0.9) ** 2) / 0.3) + 0.3 * Math.sin(9 * east + 4 * north);
	});
	const noise = gaussians(1 << 16, 1.5, 2012);
	function* days() {
		const day = new Int16Array(cells);
		for (const [number, degrees] of record.entries()) {
			for (let i = 0; i < cells; i++) {
				const there =
					degrees - LAPSE_RATE * heights[i] + (i === station ? 0 : noise[(i + number * 4_099) % noise.length]);
				day[i] = heights[i] < 0 ? FILL_VALUE : Math.round(there / SCALE);
			}
			yield day;
		}
	}
	return {
		latitudes,
		longitudes,
		timeUnits: 'days since 2012-01-01',
		variable: 'tmax',
		attributes: { units: 'degC', long_name: 'highest temperature of the day', scale_factor: SCALE },
		fillValue: FILL_VALUE,
		count: record.length,
		days: days(),
	};
}

export const writeAsNetcdf = (path, rows, columns) => writeNetcdf(path, weatherGrid(rows, columns));

/** The same as HDF5, packed by gzip. Throws where the package `h5wasm` is not installed. */
export async function writeAsHdf5(path, rows, columns) {
	const { ready, File } = await import('h5wasm/node');
	await ready;
	const { latitudes, longitudes, timeUnits, variable, attributes, fillValue, count, days } = weatherGrid(rows, columns);
	const file = new File(path, 'w');
	file.create_dataset({ name: 'lat', data: Float64Array.from(latitudes) });
	file.create_dataset({ name: 'lon', data: Float64Array.from(longitudes) });
	const time = file.create_dataset({ name: 'time', data: Float64Array.from({ length: count }, (_, day) => day) });
	time.create_attribute('units', timeUnits);
	const shape = [count, rows, columns];
	const values = file.create_dataset({
		name: variable,
		data: new Int16Array(0),
		shape: [0, rows, columns],
		maxshape: shape,
		dtype: '<h',
		chunks: [CHUNK_DAYS, rows, columns],
		compression: 'gzip',
		compression_opts: [1],
	});
	for (const [name, value] of Object.entries(attributes)) values.create_attribute(name, value);
	values.create_attribute('_FillValue', fillValue, null, '<h');
	values.resize(shape);
	// Whole chunks: of a part, all of its chunk would be unpacked and packed again.
	const block = new Int16Array(CHUNK_DAYS * rows * columns);
	let day = 0;
	for (const grid of days) {
		block.set(grid, (day % CHUNK_DAYS) * grid.length);
		day++;
		if (day % CHUNK_DAYS !== 0 && day !== count) continue;
		const from = Math.floor((day - 1) / CHUNK_DAYS) * CHUNK_DAYS;
		const whole = block.subarray(0, (day - from) * grid.length);
		values.write_slice(
			[
				[from, day],
				[0, rows],
				[0, columns],
			],
			whole,
		);
	}
	file.close();
}

const steps = (count, from, width) =>
	Array.from({ length: count }, (_, i) => from + (width * i) / Math.floor(count / 2) / 2);
