import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { Hdf5Host } from '../hdf5/hdf5Host.ts';
import { DEFAULT_MEMORY_BYTES } from '../hdf5/hdf5Reader.ts';
import type { Hdf5Dataset, Hdf5Entry, Hdf5Slab } from '../hdf5/hdf5Types.ts';
import { checkSuperblock } from '../hdf5/superblock.ts';
import { type Netcdf4Structure, netcdf4Structure } from './netcdf4Structure.ts';
import type {
	NetcdfBackend,
	NetcdfData,
	NetcdfRequest,
	NetcdfSettings,
	NetcdfSlab,
	NetcdfVariable,
	OpenNetcdf,
} from './netcdfTypes.ts';
import { numericKind } from './netcdfVariable.ts';
import { type Box, boxesOf } from './slabPlan.ts';

/** What is kept of a dataset or a group at least. */
const ENTRY_BYTES = 256;

/** NetCDF-4 and any other HDF5 file, through the thread that reads HDF5. */
export const openNetcdf4: OpenNetcdf = async (source, settings) => {
	await checkSuperblock(source);
	const host = new Hdf5Host(source, { ...settings, otherFiles: false, maxMemoryBytes: DEFAULT_MEMORY_BYTES });
	try {
		const entries: Hdf5Entry[] = [];
		for await (const batch of host.stream('structure', undefined)) {
			for (const entry of batch) {
				checkAttributes(source, entry);
				entries.push(await followed(host, entry));
			}
			checkCount(source, entries.length, settings);
		}
		return backend(source, host, netcdf4Structure(entries));
	} catch (error) {
		await host.close();
		throw error;
	}
};

/** What dimensions and values mean stands in attributes: without one of them a file would say something else. */
function checkAttributes({ path }: ByteSource, entry: Hdf5Entry): void {
	if (entry.type === 'link') return;
	if (entry.attributesRefused !== undefined) {
		throw formatErrors.damaged(path, undefined, `the attributes of ${entry.path}: ${entry.attributesRefused}`);
	}
	for (const [name, { damaged, refused = '' }] of entry.attributes) {
		if (damaged) throw formatErrors.damaged(path, undefined, `the attribute ${name} of ${entry.path}: ${refused}`);
	}
}

/** As the library does, soft links to datasets are variables of their own. */
async function followed(host: Hdf5Host, entry: Hdf5Entry): Promise<Hdf5Entry> {
	if (entry.type !== 'link' || entry.kind !== 'soft') return entry;
	const target = await host.ask('target', entry.path);
	return target ?? entry;
}

function checkCount({ path }: ByteSource, entries: number, { maxHeaderBytes }: NetcdfSettings): void {
	const bytes = entries * ENTRY_BYTES;
	if (bytes > maxHeaderBytes)
		throw formatErrors.tooLarge(path, 'the structure', bytes, 'maxHeaderBytes', maxHeaderBytes);
}

function backend({ path }: ByteSource, host: Hdf5Host, structure: Netcdf4Structure): NetcdfBackend {
	const datasets = new Map<NetcdfVariable, Hdf5Dataset>(
		structure.variables.map(({ variable, dataset }) => [variable, dataset]),
	);
	return {
		layout: structure.layout,
		dimensions: structure.dimensions,
		variables: structure.variables.map(({ variable }) => variable),
		attributes: structure.attributes,
		slabs: request => slabs(path, host, datasets.get(request.variable), request),
		close: () => host.close(),
	};
}

async function* slabs(
	path: string,
	host: Hdf5Host,
	dataset: Hdf5Dataset | undefined,
	request: NetcdfRequest,
): AsyncGenerator<NetcdfSlab, void, undefined> {
	const { variable, start, count, slabBytes } = request;
	const { name, type } = variable;
	if (!dataset || type === 'compound' || type === 'vlen' || type === 'opaque') {
		throw formatErrors.unsupported(path, `the variable "${name}" is of type ${type}.`, 'Hdf5Reader reads it.');
	}
	if (dataset.refused !== undefined) {
		throw formatErrors.unsupported(path, `the variable "${name}" cannot be read: ${dataset.refused}.`);
	}
	const total = product(count);
	if (total === 0) return;
	const asked: Box = { start, shape: count };
	const [there, ...missing] = regions(asked, dataset.shape ?? []);
	const read = { path: dataset.path, slabBytes, ...(type === 'char' && { characters: true }) };
	if (total * memoryBytesOf(variable) <= slabBytes) {
		const box = there && product(there.shape) > 0 ? there : undefined;
		const slab = box && (await host.ask('whole', { ...read, start: box.start, count: box.shape }));
		yield missing.length === 0 && slab ? given(slab) : filledUp(variable, asked, slab);
		return;
	}
	if (there) {
		const found = host.stream('slabs', { ...read, start: there.start, count: there.shape }, slabBytes, request.reuse);
		for await (const slab of found) yield given(slab);
	}
	const mostValues = Math.max(Math.floor(slabBytes / memoryBytesOf(variable)), 1);
	for (const region of missing) {
		for (const box of boxesOf(region, mostValues)) yield filledUp(variable, box, undefined);
	}
}

const product = (lengths: readonly number[]): number => lengths.reduce((all, length) => all * length, 1);

const given = ({ start, shape, data }: Hdf5Slab): NetcdfSlab => ({ start, shape, data: data as NetcdfData });

const memoryBytesOf = ({ type }: NetcdfVariable): number => numericKind(type)?.bytes ?? 8;

/**
 * What of a box lies within the dataset, and what does not: variables that share an unlimited dimension may have been written up to
 * different lengths. For each dimension what lies beyond it and not beyond those before.
 */
function regions({ start, shape }: Box, extent: readonly number[]): Box[] {
	const within = shape.map((count, i) => Math.max(Math.min(count, (extent[i] ?? 0) - (start[i] ?? 0)), 0));
	const found: Box[] = [{ start, shape: within }];
	for (const [i, count] of shape.entries()) {
		const inside = within[i] ?? 0;
		if (inside === count) continue;
		found.push({
			start: start.map((first, j) => (j === i ? first + inside : first)),
			shape: shape.map((each, j) => (j < i ? (within[j] ?? 0) : j === i ? count - inside : each)),
		});
	}
	return found;
}

/** A box of fill values, with what is there of it. */
function filledUp(variable: NetcdfVariable, { start, shape }: Box, slab: Hdf5Slab | undefined): NetcdfSlab {
	const data = fillOf(variable, product(shape));
	if (!slab) return { start, shape, data };
	const from = slab.data as NetcdfData;
	const rank = shape.length;
	const rowValues = slab.shape[rank - 1] ?? 1;
	const index = slab.shape.map(() => 0);
	for (let at = 0; at < from.length; at += rowValues) {
		const target = index.reduce((place, i, dimension) => place * (shape[dimension] ?? 1) + i, 0);
		for (let i = 0; i < rowValues; i++) data[target + i] = from[at + i] as never;
		for (let dimension = rank - 2; dimension >= 0; dimension--) {
			const next = (index[dimension] ?? 0) + 1;
			index[dimension] = next < (slab.shape[dimension] ?? 0) ? next : 0;
			if (next < (slab.shape[dimension] ?? 0)) break;
		}
	}
	return { start, shape, data };
}

function fillOf({ type, fillValue }: NetcdfVariable, length: number): NetcdfData {
	const kind = numericKind(type);
	if (!kind) return new Array<string>(length).fill(typeof fillValue === 'string' ? fillValue : '');
	const data = kind.view(new ArrayBuffer(length * kind.bytes), length);
	const fill = typeof fillValue === 'string' ? fillValue.charCodeAt(0) : fillValue;
	return data.fill((fill ?? kind.defaultFill ?? 0) as never) as NetcdfData;
}
