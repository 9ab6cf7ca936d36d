// `node netcdf.mjs FILE`: every variable of a NetCDF file, true values. `check`: their sum.
import { NetcdfReader } from '../../../dist/runtime/formats.mjs';
import { measured } from './measured.mjs';

function sum(values) {
	let all = 0;
	for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i])) all += values[i];
	return all;
}

await measured(async () => {
	let items = 0;
	let check = 0;
	const reader = await NetcdfReader.open(process.argv[2]);
	for (const { name, type } of reader.variables()) {
		if (type === 'char' || type === 'string') continue;
		for await (const { data } of reader.slabs(name, { unpack: true })) {
			items += data.length;
			check += sum(data);
		}
	}
	await reader.close();
	// The thread with the HDF5 library waits a second for another file.
	return { items, check, settlesMs: reader.layout.startsWith('NetCDF-4') ? 2_000 : 0 };
});
