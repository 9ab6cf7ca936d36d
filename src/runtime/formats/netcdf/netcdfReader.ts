import { ChunkRing, isPositiveInteger, runtimeErrors } from '../../internals.ts';
import type { OptionNames } from '../../optionNames.ts';
import type { ByteSource } from '../byteSource.ts';
import { NETCDF4 } from '../detect/kinds.ts';
import { detectSource } from '../detect.ts';
import { formatErrors } from '../formatErrors.ts';
import {
	checkOptions,
	type FileInput,
	FormatReader,
	openFormatSource,
	READER_OPTION_NAMES,
	readerSettings,
} from '../formatReader.ts';
import { openClassic } from './classicFile.ts';
import { openNetcdf4 } from './netcdf4.ts';
import { checkedRange, type NetcdfSlabOptions, slabOptions } from './netcdfRange.ts';
import type {
	NetcdfAttributeValue,
	NetcdfBackend,
	NetcdfDimension,
	NetcdfItem,
	NetcdfLayout,
	NetcdfRange,
	NetcdfReaderOptions,
	NetcdfRequest,
	NetcdfSettings,
	NetcdfSlab,
	NetcdfVariable,
} from './netcdfTypes.ts';
import { textRows } from './textRows.ts';
import { type UnpackedData, unpacker } from './unpack.ts';

const DEFAULT_HEADER_BYTES = 16 * 1024 * 1024;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
const OPTION_NAMES: OptionNames<NetcdfReaderOptions> = { ...READER_OPTION_NAMES, maxHeaderBytes: true };

const RANGE_NAMES: OptionNames<NetcdfRange> = { start: true, count: true };
const READ_NAMES: OptionNames<NetcdfReadOptions> = { ...RANGE_NAMES, unpack: true, maxBytes: true };

/** For `read`: a part of a variable, at once. */
export interface NetcdfReadOptions extends NetcdfRange {
	/** True values as floating point numbers, NaN where there is none; see `slabs`. */
	unpack?: boolean;
	/** More than this throws `tooLarge`; 64 MiB without it. */
	maxBytes?: number;
}

/**
 * NetCDF: classic files (CDF-1, CDF-2, CDF-5) by this package itself, NetCDF-4 over HDF5 with the package `h5wasm`. The structure is
 * read when it is opened; values come as slabs of bounded size. Iterating gives the structure: dimensions, variables with their
 * attributes, attributes of the file.
 *
 * @example
 * await using reader = await NetcdfReader.open('climate.nc');
 * for await (const { start, data } of reader.slabs('temperature', { unpack: true })) console.log(start, data.length);
 */
export class NetcdfReader extends FormatReader<NetcdfItem> {
	readonly format = 'netcdf';
	readonly #backend: NetcdfBackend;

	private constructor(source: ByteSource, settings: NetcdfSettings, backend: NetcdfBackend) {
		super(source, settings);
		this.#backend = backend;
	}

	/**
	 * Reads the header. Throws `wrongFormat`, `truncated`, `damaged`, `tooLarge` (see `maxHeaderBytes`), `fileUnreadable`, for NetCDF-4
	 * without its package `missingPackage`, and `invalidOption`.
	 */
	static async open(input: FileInput, options: NetcdfReaderOptions = {}): Promise<NetcdfReader> {
		const common = readerSettings('NetcdfReader', input, options, OPTION_NAMES, NetcdfReader.open);
		const { maxHeaderBytes = DEFAULT_HEADER_BYTES } = options;
		if (!isPositiveInteger(maxHeaderBytes)) {
			throw runtimeErrors.invalidOption(
				'NetcdfReader',
				'maxHeaderBytes',
				'a positive whole number of bytes',
				maxHeaderBytes,
			);
		}
		const settings: NetcdfSettings = { ...common, maxHeaderBytes };
		const source = await openFormatSource(settings, 'NetCDF');
		try {
			return new NetcdfReader(source, settings, await openBackend(source, settings));
		} catch (error) {
			source.track.failed();
			await source.close();
			throw error;
		}
	}

	/** How the file is laid out; CDF-1, 2 and 5 are the classic formats. */
	get layout(): NetcdfLayout {
		return this.#backend.layout;
	}

	dimensions(): readonly NetcdfDimension[] {
		return this.#backend.dimensions;
	}

	variables(): readonly NetcdfVariable[] {
		return this.#backend.variables;
	}

	/** Throws `invalidOption`, naming those that there are. */
	variable(name: string): NetcdfVariable {
		const variables = this.variables();
		const found = variables.find(variable => variable.name === name);
		if (found) return found;
		const names = variables.slice(0, 20).map(variable => variable.name);
		const there = names.length === 0 ? 'there are none' : `${names.join(', ')}${variables.length > 20 ? ', …' : ''}`;
		throw runtimeErrors.invalidOption('NetcdfReader', 'name', `that of a variable (${there})`, name);
	}

	/** Of the file; with `of` those of a variable or of a group. */
	attributes(of?: string): ReadonlyMap<string, NetcdfAttributeValue> {
		const variable = of === undefined ? undefined : this.variables().find(({ name }) => name === of);
		if (variable) return variable.attributes;
		const attributes = this.#backend.attributes.filter(attribute => attribute.of === of);
		return new Map(attributes.map(({ name, value }) => [name, value]));
	}

	/**
	 * A variable, or the part of it that `start` and `count` say, in boxes of at most `slabBytes` (1 MiB without it; at least one value).
	 * With `unpack` the values are true ones: `_FillValue`, `missing_value` and what lies outside `valid_range` become NaN, the rest is
	 * `stored · scale_factor + add_offset`. The data of a slab is valid until the next is asked for, unless `reuse` is false.
	 *
	 * Throws `invalidOption` for names and ranges that there are not, `truncated` where the file ends before, `unsupported` for types
	 * that cannot be given (compounds; texts with `unpack`), and the signal's reason.
	 *
	 * @example
	 * for await (const { start, shape, data } of reader.slabs('sst', { start: [0, 10, 0], count: [12, 5, 360] })) plot(start, shape, data);
	 */
	slabs(
		name: string,
		options: NetcdfSlabOptions & { unpack: true },
	): AsyncGenerator<NetcdfSlab<UnpackedData>, void, undefined>;
	slabs(name: string, options?: NetcdfSlabOptions): AsyncGenerator<NetcdfSlab, void, undefined>;
	slabs(name: string, options: NetcdfSlabOptions = {}): AsyncGenerator<NetcdfSlab, void, undefined> {
		const variable = this.variable(name);
		const { unpack, ...settings } = slabOptions(options);
		const request: NetcdfRequest = { variable, ...checkedRange(variable, options), ...settings };
		return this.counted(unpack ? this.#unpacked(request) : this.#backend.slabs(request));
	}

	/**
	 * The values of a variable, or of a part of it, at once: coordinates, a single time step. Throws as `slabs`, and `tooLarge`
	 * beyond `maxBytes`.
	 *
	 * @example
	 * const { data: latitudes } = await reader.read('lat', { unpack: true });
	 */
	read(name: string, options: NetcdfReadOptions & { unpack: true }): Promise<NetcdfSlab<UnpackedData>>;
	read(name: string, options?: NetcdfReadOptions): Promise<NetcdfSlab>;
	read(name: string, options: NetcdfReadOptions = {}): Promise<NetcdfSlab> {
		checkOptions('NetcdfReader.read', options, READ_NAMES);
		const { maxBytes = DEFAULT_MAX_BYTES, unpack = false, ...range } = options;
		if (!isPositiveInteger(maxBytes)) {
			throw runtimeErrors.invalidOption('NetcdfReader.read', 'maxBytes', 'a positive whole number of bytes', maxBytes);
		}
		return this.answer(async () => {
			const variable = this.variable(name);
			const { start, count } = checkedRange(variable, range);
			const bytes = count.reduce((product, extent) => product * extent, 8);
			if (bytes > maxBytes) {
				throw formatErrors.tooLarge(this.path, `the variable "${name}"`, bytes, 'maxBytes', maxBytes);
			}
			const slabs = this.slabs(name, { ...range, unpack, slabBytes: Math.max(bytes, 8), reuse: false });
			for await (const slab of slabs) return slab;
			return { start, shape: count, data: new Float64Array(0) };
		});
	}

	/**
	 * The texts of a variable of type char, whose last dimension runs along each text, or of type string. Throws as `slabs`,
	 * `unsupported` for numbers.
	 *
	 * @example
	 * for await (const station of reader.texts('station_name')) console.log(station);
	 */
	texts(name: string, range: NetcdfRange = {}): AsyncGenerator<string, void, undefined> {
		checkOptions('NetcdfReader.texts', range, RANGE_NAMES);
		const variable = this.variable(name);
		const { slabBytes } = slabOptions({});
		const request: NetcdfRequest = { variable, ...checkedRange(variable, range), slabBytes, reuse: true };
		return this.counted(textRows(this.path, this.#backend, request));
	}

	override async close(): Promise<void> {
		await this.#backend.close();
		await super.close();
	}

	protected async *items(): AsyncGenerator<NetcdfItem, void, undefined> {
		yield* this.dimensions();
		yield* this.variables();
		yield* this.#backend.attributes;
	}

	async *#unpacked(request: NetcdfRequest): AsyncGenerator<NetcdfSlab<UnpackedData>, void, undefined> {
		const { name, type } = request.variable;
		const unpacking = unpacker(request.variable);
		if (!unpacking) {
			throw formatErrors.unsupported(this.path, `the variable "${name}" is of type ${type}, which is no number.`);
		}
		const ring = new ChunkRing(request.reuse);
		let heldBytes = 0;
		try {
			for await (const { start, shape, data } of this.#backend.slabs(request)) {
				const bytes = data.length * unpacking.bytes;
				const memory = ring.take(bytes, Math.max(bytes, heldBytes));
				if (bytes > heldBytes) {
					this.source.held(bytes - heldBytes);
					heldBytes = bytes;
				}
				yield { start, shape, data: unpacking.unpack(data, memory.buffer as ArrayBuffer) };
				ring.giveBack(memory);
			}
		} finally {
			this.source.held(-heldBytes);
		}
	}
}

async function openBackend(source: ByteSource, settings: NetcdfSettings): Promise<NetcdfBackend> {
	const found = await detectSource(source);
	// Any HDF5 file can be read as NetCDF-4; what its writer called it is his.
	if (found.format === 'hdf5' || found === NETCDF4) return openNetcdf4(source, settings);
	if (found.format === 'netcdf') return openClassic(source, settings);
	throw formatErrors.wrongFormat(source.path, 'NetCDF', found.name);
}
