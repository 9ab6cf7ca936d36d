import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { NetcdfReader } from '../../../src/runtime/formats/netcdf/netcdfReader.ts';
import type { HostileCase } from '../hostile.ts';

const UNREADABLE = ['compound', 'vlen', 'opaque'];

/** Each case starts a thread with the library: some tenths of a second. */
export async function hostileCase(): Promise<HostileCase> {
	const folder = join(projectRoot, 'test', 'fixtures', 'formats', 'netcdf4');
	return {
		format: 'netcdf4',
		files: [join(folder, 'dimensions.nc'), join(folder, 'groups.nc')],
		async read(path, signal) {
			await using reader = await NetcdfReader.open(path, { signal });
			let seen = reader.layout;
			for (const { name, type } of reader.variables()) {
				if (UNREADABLE.includes(type)) continue;
				for await (const { start, shape } of reader.slabs(name)) seen += `${name} ${start}+${shape},`;
			}
			return seen;
		},
	};
}
