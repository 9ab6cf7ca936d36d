import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { Hdf5Reader } from '../../../src/runtime/formats/hdf5/hdf5Reader.ts';
import type { HostileCase } from '../hostile.ts';

/** Each case starts a thread with the library: some tenths of a second. */
export async function hostileCase(): Promise<HostileCase> {
	return {
		format: 'hdf5',
		files: [
			join(projectRoot, 'node_modules', 'h5wasm', 'test', 'array.h5'),
			join(projectRoot, 'test', 'fixtures', 'formats', 'netcdf4', 'types.nc'),
		],
		read: readAll,
	};
}

async function readAll(path: string, signal: AbortSignal): Promise<string> {
	await using reader = await Hdf5Reader.open(path, { signal });
	let seen = '';
	for await (const entry of reader) {
		seen += `${entry.type} ${entry.path};`;
		if (entry.type !== 'dataset' || entry.refused !== undefined) continue;
		for await (const { start, shape } of reader.slabs(entry.path)) seen += `${start}+${shape},`;
	}
	return seen;
}
