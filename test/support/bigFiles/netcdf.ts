import { open } from 'node:fs/promises';
import { File, Module, ready } from 'h5wasm/node';
import { classicLayout } from '../classicNetcdf.ts';

const LATITUDES = 180;
const LONGITUDES = 360;
const CELLS = LATITUDES * LONGITUDES;
const RECORD_BYTES = 6 * CELLS + 8;
const SCALE = 0.5;
const FILL = -1;

type Layout = 'CDF-1' | 'CDF-2' | 'CDF-5' | 'NetCDF-4';

/** Values of at least so many bytes: a record per day of two fields on a grid, shorts and floats, and its time. The same in each. */
export const variants: Readonly<Record<Layout, (path: string, bytes: number) => Promise<void>>> = {
	'CDF-1': (path, bytes) => classic(path, bytes, 1),
	'CDF-2': (path, bytes) => classic(path, bytes, 2),
	'CDF-5': (path, bytes) => classic(path, bytes, 5),
	'NetCDF-4': netcdf4,
};

export const makeBig = variants['CDF-2'];

async function classic(path: string, bytes: number, version: 1 | 2 | 5): Promise<void> {
	const records = Math.ceil(bytes / RECORD_BYTES);
	const { header } = classicLayout({
		version,
		dimensions: [
			{ name: 'time', length: 0 },
			{ name: 'lat', length: LATITUDES },
			{ name: 'lon', length: LONGITUDES },
		],
		records,
		variables: [
			{ name: 'time', type: 'double', dimensions: [0] },
			{
				name: 'rain',
				type: 'short',
				dimensions: [0, 1, 2],
				attributes: [
					{ name: 'scale_factor', type: 'float', values: [SCALE] },
					{ name: '_FillValue', type: 'short', values: [FILL] },
				],
			},
			{ name: 'temperature', type: 'float', dimensions: [0, 1, 2] },
		],
	});
	const file = await open(path, 'w');
	try {
		await file.writev([header]);
		const record = Buffer.alloc(RECORD_BYTES);
		for (let i = 0; i < CELLS; i++) {
			record.writeInt16BE(rainAt(i), 8 + 2 * i);
			record.writeFloatBE(temperatureAt(i), 8 + 2 * CELLS + 4 * i);
		}
		for (let day = 0; day < records; day++) {
			record.writeDoubleBE(day, 0);
			await file.writev([record]);
		}
	} finally {
		await file.close();
	}
}

/** As the NetCDF library writes it: a chunk per day, those of the rain packed with gzip; dimensions are scales. */
async function netcdf4(path: string, bytes: number): Promise<void> {
	await ready;
	Module.activate_throwing_error_handler();
	const records = Math.ceil(bytes / RECORD_BYTES);
	const file = new File(path, 'w', { libver: ['earliest', 'v110'] });
	const days = Float64Array.from({ length: records }, (_, day) => day);
	const time = file.create_dataset({ name: 'time', data: days, dtype: '<f8', chunks: [1024], maxshape: [null] });
	time.make_scale('time');
	for (const [name, length] of [
		['lat', LATITUDES],
		['lon', LONGITUDES],
	] as const) {
		const values = Float64Array.from({ length }, (_, i) => i - length / 2);
		file.create_dataset({ name, data: values, dtype: '<f8' }).make_scale(name);
	}
	const grids = [
		{
			name: 'rain',
			dtype: '<i2',
			plane: Int16Array.from({ length: CELLS }, (_, i) => rainAt(i)),
			packing: { compression: 'gzip', compression_opts: 1 },
		},
		{
			name: 'temperature',
			dtype: '<f4',
			plane: Float32Array.from({ length: CELLS }, (_, i) => temperatureAt(i)),
			packing: {},
		},
	] as const;
	for (const { name, dtype, plane, packing } of grids) {
		const shape = [1, LATITUDES, LONGITUDES];
		const maxshape = [null, LATITUDES, LONGITUDES];
		const grid = file.create_dataset({
			name,
			data: plane,
			shape,
			dtype,
			maxshape,
			chunks: shape,
			...packing,
		});
		for (const [index, scale] of ['time', 'lat', 'lon'].entries()) grid.attach_scale(index, scale);
		if (name === 'rain') {
			grid.create_attribute('scale_factor', SCALE, null, '<f4');
			grid.create_attribute('_FillValue', FILL, null, '<i2');
		}
		grid.resize([records, LATITUDES, LONGITUDES]);
		for (let day = 1; day < records; day++) grid.write_slice([[day, day + 1], [], []], plane);
	}
	file.close();
}

const rainAt = (cell: number): number => (cell % 7 === 0 ? FILL : cell % 1000);
const temperatureAt = (cell: number): number => 15 + (cell % 64) / 4;
