import { open } from 'node:fs/promises';
import { classicLayout } from '../classicNetcdf.ts';

const LATITUDES = 180;
const LONGITUDES = 360;

/** CDF-2 of at least so many bytes: a record per day of two fields on a grid, shorts and floats, and its time. */
export async function makeBig(path: string, bytes: number): Promise<void> {
	const cells = LATITUDES * LONGITUDES;
	const records = Math.ceil(bytes / (6 * cells + 8));
	const { header } = classicLayout({
		version: 2,
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
					{ name: 'scale_factor', type: 'float', values: [0.5] },
					{ name: '_FillValue', type: 'short', values: [-1] },
				],
			},
			{ name: 'temperature', type: 'float', dimensions: [0, 1, 2] },
		],
	});
	const file = await open(path, 'w');
	try {
		await file.writev([header]);
		const record = Buffer.alloc(8 + 6 * cells);
		for (let i = 0; i < cells; i++) {
			record.writeInt16BE(i % 7 === 0 ? -1 : i % 1000, 8 + 2 * i);
			record.writeFloatBE(15 + (i % 64) / 4, 8 + 2 * cells + 4 * i);
		}
		for (let day = 0; day < records; day++) {
			record.writeDoubleBE(day, 0);
			await file.writev([record]);
		}
	} finally {
		await file.close();
	}
}
