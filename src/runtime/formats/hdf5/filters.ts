import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Hdf5Filter } from './hdf5Types.ts';

/** From here on filters are not HDF5's own. */
const FIRST_REGISTERED = 256;

/** Names of "Registered Filter Plugins" (The HDF Group), as their fields say them; HDF5's own first. */
const NAMES: Readonly<Record<number, string>> = {
	1: 'gzip',
	2: 'shuffle',
	3: 'fletcher32',
	4: 'szip',
	5: 'nbit',
	6: 'scaleoffset',
	305: 'lzo',
	307: 'bzip2',
	32000: 'lzf',
	32001: 'blosc',
	32004: 'lz4',
	32008: 'bitshuffle',
	32013: 'zfp',
	32014: 'fpzip',
	32015: 'zstd',
	32017: 'sz',
	32019: 'jpeg',
	32022: 'bitgroom',
	32023: 'granular bitround',
	32024: 'sz3',
	32026: 'blosc2',
};

/** Which file of `h5wasm-plugins` undoes which filter. */
const PLUGINS: Readonly<Record<number, string>> = {
	307: 'bz2',
	32000: 'lzf',
	32001: 'blosc',
	32004: 'lz4',
	32008: 'bshuf',
	32013: 'zfp',
	32015: 'zstd',
	32019: 'jpeg',
	32022: 'bitgroom',
	32026: 'blosc2',
};

interface Described {
	readonly id: number;
	/** As the file calls it. */
	readonly name: string;
	readonly cd_values: readonly number[];
}

export function filterOf({ id, name, cd_values }: Described, pluginFolder: string | undefined): Hdf5Filter {
	const own = id < FIRST_REGISTERED && NAMES[id] !== undefined;
	const plugin = pluginFolder === undefined ? undefined : PLUGINS[id];
	const available =
		own || (pluginFolder !== undefined && plugin !== undefined && existsSync(join(pluginFolder, `libH5Z${plugin}.so`)));
	return { id, name: NAMES[id] ?? (name || `number ${id}`), available, options: [...cd_values] };
}

/** Why a dataset with these filters cannot be read; `undefined`: it can be. */
export function missingFilter(filters: readonly Hdf5Filter[]): string | undefined {
	const missing = filters.find(({ available }) => !available);
	if (!missing) return undefined;
	const advice = PLUGINS[missing.id] === undefined ? '' : '; the package "h5wasm-plugins" brings it';
	return `it is compressed with the filter ${missing.name} (${missing.id}), which is not here${advice}`;
}
