import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NetcdfReader } from '../../../src/runtime/formats/netcdf/netcdfReader.ts';
import { type ClassicSpec, classicFile, classicLayout } from '../classicNetcdf.ts';
import type { HostileCase } from '../hostile.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const spec = (version: 1 | 2 | 5): ClassicSpec => ({
	version,
	dimensions: [
		{ name: 'time', length: 0 },
		{ name: 'lat', length: 7 },
		{ name: 'text', length: 12 },
	],
	records: 9,
	attributes: [{ name: 'title', type: 'char', values: 'A small climate' }],
	variables: [
		{ name: 'lat', type: 'float', dimensions: [1], values: [-60, -40, -20, 0, 20, 40, 60] },
		{ name: 'station', type: 'char', dimensions: [1, 2], values: 'Alert       '.repeat(7) },
		{ name: 'time', type: 'double', dimensions: [0], values: Array.from({ length: 9 }, (_, i) => i) },
		{
			name: 'rain',
			type: 'short',
			dimensions: [0, 1],
			attributes: [{ name: 'scale_factor', type: 'float', values: [0.5] }],
			values: Array.from({ length: 63 }, (_, i) => i),
		},
	],
});

/** One file of each classic layout. What is cut off must throw, except the bytes that fill up the last record. */
export async function hostileCase(): Promise<HostileCase> {
	const folder = temporaryFolder('hostile-netcdf');
	const files: string[] = [];
	const neededBytes = new Map<string, number>();
	for (const version of [1, 2, 5] as const) {
		const file = join(folder.path, `cdf${version}.nc`);
		await writeFile(file, classicFile(spec(version)));
		const { begins, recordBytes } = classicLayout(spec(version));
		neededBytes.set(file, (begins[3] ?? 0) + 8 * recordBytes + 14);
		files.push(file);
	}
	return {
		format: 'netcdf',
		files,
		read,
		maySucceedAt: (file, bytes) => bytes >= (neededBytes.get(file) ?? 0),
		dispose: () => folder.remove(),
	};
}

async function read(path: string, signal: AbortSignal): Promise<string> {
	await using reader = await NetcdfReader.open(path, { signal });
	const hash = createHash('sha256');
	for await (const item of reader) hash.update(item.name);
	for (const { name, type } of reader.variables()) {
		if (type === 'char') for await (const text of reader.texts(name)) hash.update(text);
		else for await (const { data } of reader.slabs(name, { unpack: true })) hash.update(data);
	}
	return hash.digest('hex');
}
