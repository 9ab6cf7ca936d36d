// A variable over time of a NetCDF or HDF5 file: what both kinds of files have in common.
import { openReader } from 'memory-manager-runtime/formats';

const UNIT_MS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** That a month is one of the calendar. */
const CALENDARS = ['', 'standard', 'gregorian', 'proleptic_gregorian'];

/** `wanted`: its name; otherwise the first with time and two axes more. */
export async function openClimate(path, wanted) {
	const reader = await openReader(path);
	try {
		if (reader.format === 'netcdf') return await ofNetcdf(reader, wanted);
		if (reader.format === 'hdf5') return await ofHdf5(reader, wanted);
		throw new Error(`${reader.name} is neither NetCDF nor HDF5, but ${reader.format}.`);
	} catch (error) {
		await reader.close();
		throw error;
	}
}

async function ofNetcdf(reader, wanted) {
	const isTime = name =>
		reader.variables().some(each => each.name === name && / since /.test(each.attributes.get('units')));
	const name =
		wanted ?? reader.variables().find(({ shape, dimensions }) => shape.length >= 3 && isTime(dimensions[0]))?.name;
	if (name === undefined) throw new Error(`${reader.name} has no variable over time; name one.`);
	const { shape, dimensions, attributes } = reader.variable(name);
	const { data } = await reader.read(dimensions[0], { unpack: true });
	const time = reader.variable(dimensions[0]).attributes;
	return {
		reader,
		name,
		shape,
		units: String(attributes.get('units') ?? ''),
		days: dates(data, String(time.get('units') ?? ''), String(time.get('calendar') ?? '')),
		slabs: range => reader.slabs(name, { ...range, unpack: true }),
	};
}

async function ofHdf5(reader, wanted) {
	let found = wanted;
	if (found === undefined) {
		for await (const entry of reader) {
			if (entry.type === 'dataset' && entry.shape?.length >= 3) found ??= entry.path;
		}
	}
	if (found === undefined) throw new Error(`${reader.name} has no dataset of three axes; name one.`);
	const { shape, attributes } = await reader.dataset(found);
	const attribute = (of, key) => of.get(key)?.value;
	const number = key => Number(attribute(attributes, key));
	const [scale, offset] = [number('scale_factor'), number('add_offset')].map((value, i) =>
		Number.isNaN(value) ? 1 - i : value,
	);
	const fillValue = number('_FillValue');
	const times = `${found.slice(0, found.lastIndexOf('/') + 1)}time`;
	const { data } = await reader.read(times);
	const time = (await reader.dataset(times)).attributes;
	return {
		reader,
		name: found,
		shape,
		units: String(attribute(attributes, 'units') ?? ''),
		days: dates(data, String(attribute(time, 'units') ?? ''), String(attribute(time, 'calendar') ?? '')),
		async *slabs(range) {
			for await (const { start, shape, data } of reader.slabs(found, range)) {
				const values = new Float64Array(data.length);
				for (let i = 0; i < data.length; i++) {
					const value = Number(data[i]);
					values[i] = value === fillValue ? Number.NaN : value * scale + offset;
				}
				yield { start, shape, data: values };
			}
		},
	};
}

/** `units` as CF has them: "hours since 1900-01-01 00:00". */
function dates(values, units, calendar) {
	const [, unit, since] = /^(second|minute|hour|day)s? since (.+)$/i.exec(units.trim()) ?? [];
	const from = Date.parse(
		/\d[T ]\d/.test(since ?? '') ? `${since.replace(/ (UTC|GMT)$/, '').replace(' ', 'T')}Z` : (since ?? ''),
	);
	if (unit === undefined || Number.isNaN(from)) throw new Error(`Time in "${units}" is not understood here.`);
	if (!CALENDARS.includes(calendar.toLowerCase()))
		throw new Error(`The calendar "${calendar}" is not understood here.`);
	return Array.from(values, value => new Date(from + Number(value) * UNIT_MS[unit.toLowerCase()]));
}
