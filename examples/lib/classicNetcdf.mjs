// Writes a classic NetCDF file (CDF-2: offsets of 64 bits) with one variable over time, latitude and longitude, record by record.
import { open } from 'node:fs/promises';

const CHAR = 2;
const SHORT = 3;
const DOUBLE = 6;
const DIMENSIONS = 10;
const VARIABLES = 11;
const ATTRIBUTES = 12;
const [TIME, LATITUDE, LONGITUDE] = [0, 1, 2];

/** `days`: an iterable of `Int16Array`s of a day's grid each; as many as `count`. Attributes are texts, or numbers by type. */
export async function writeNetcdf(
	path,
	{ latitudes, longitudes, timeUnits, variable, attributes, fillValue, count, days },
) {
	const cells = latitudes.length * longitudes.length;
	const fixed = [bigEndian(latitudes), bigEndian(longitudes)];
	const slots = [
		{
			name: 'lat',
			dimensions: [LATITUDE],
			type: DOUBLE,
			bytes: fixed[0].length,
			attributes: { units: 'degrees_north' },
		},
		{
			name: 'lon',
			dimensions: [LONGITUDE],
			type: DOUBLE,
			bytes: fixed[1].length,
			attributes: { units: 'degrees_east' },
		},
		{ name: 'time', dimensions: [TIME], type: DOUBLE, bytes: 8, attributes: { units: timeUnits } },
		{
			name: variable,
			dimensions: [TIME, LATITUDE, LONGITUDE],
			type: SHORT,
			bytes: padded(2 * cells),
			attributes,
			fillValue,
		},
	];
	const lengths = { time: 0, lat: latitudes.length, lon: longitudes.length };
	// The header is as long whatever the offsets in it.
	const headerBytes = header(lengths, count, slots, [0, 0, 0, 0]).length;
	const begins = slots.map((_, i) => headerBytes + slots.slice(0, i).reduce((sum, { bytes }) => sum + bytes, 0));
	const file = await open(path, 'wx');
	try {
		await file.write(header(lengths, count, slots, begins));
		for (const values of fixed) await file.write(values);
		const record = Buffer.alloc(8 + padded(2 * cells));
		let day = 0;
		for (const values of days) {
			record.writeDoubleBE(day++, 0);
			for (let i = 0; i < cells; i++) record.writeInt16BE(values[i], 8 + 2 * i);
			await file.write(record);
		}
	} finally {
		await file.close();
	}
}

function header(lengths, records, slots, begins) {
	const dimensions = Object.entries(lengths).map(([key, length]) => [text(key), int(length)]);
	const variables = slots.map(({ name, dimensions, type, bytes, attributes, fillValue }, i) => [
		text(name),
		int(dimensions.length),
		...dimensions.map(int),
		attributeList(attributes, fillValue),
		int(type),
		int(bytes),
		long(begins[i]),
	]);
	return Buffer.concat([
		Buffer.from('CDF\x02'),
		int(records),
		list(DIMENSIONS, dimensions),
		attributeList({ title: 'Example grid' }),
		list(VARIABLES, variables),
	]);
}

function attributeList(attributes, fillValue) {
	const entries = Object.entries(attributes).map(([key, value]) =>
		typeof value === 'string'
			? [text(key), int(CHAR), text(value)]
			: [text(key), int(DOUBLE), int(1), bigEndian([value])],
	);
	if (fillValue !== undefined) {
		const value = Buffer.alloc(4);
		value.writeInt16BE(fillValue);
		entries.push([text('_FillValue'), int(SHORT), int(1), value]);
	}
	return list(ATTRIBUTES, entries);
}

const list = (tag, entries) =>
	Buffer.concat([int(entries.length === 0 ? 0 : tag), int(entries.length), ...entries.flat()]);
const padded = bytes => Math.ceil(bytes / 4) * 4;

function text(value) {
	const bytes = Buffer.alloc(padded(Buffer.byteLength(value)));
	bytes.write(value);
	return Buffer.concat([int(Buffer.byteLength(value)), bytes]);
}

function int(value) {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value);
	return bytes;
}

function long(value) {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64BE(BigInt(value));
	return bytes;
}

function bigEndian(values) {
	return Buffer.from(Float64Array.from(values).buffer).swap64();
}
