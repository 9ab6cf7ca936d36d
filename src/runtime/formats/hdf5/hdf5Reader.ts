import { isPositiveInteger, runtimeErrors } from '../../internals.ts';
import type { OptionNames } from '../../optionNames.ts';
import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import {
	type FileInput,
	FormatReader,
	openFormatSource,
	READER_OPTION_NAMES,
	type ReaderSettings,
	readerSettings,
} from '../formatReader.ts';
import { Hdf5Host } from './hdf5Host.ts';
import type {
	Hdf5Dataset,
	Hdf5Entry,
	Hdf5Range,
	Hdf5ReaderOptions,
	Hdf5Slab,
	Hdf5SlabOptions,
	Hdf5Values,
} from './hdf5Types.ts';
import { checkSuperblock } from './superblock.ts';

const OPTION_NAMES: OptionNames<Hdf5ReaderOptions> = {
	...READER_OPTION_NAMES,
	maxMemoryBytes: true,
	maxReadBytes: true,
	otherFiles: true,
};
const SLAB_NAMES: OptionNames<Hdf5SlabOptions> = { start: true, count: true, slabBytes: true, reuse: true };
const MEBIBYTE = 1024 * 1024;
/** Of the library; see `maxMemoryBytes`. */
export const DEFAULT_MEMORY_BYTES = 256 * MEBIBYTE;
const LEAST_MEMORY_BYTES = 64 * MEBIBYTE;
const DEFAULT_READ_BYTES = 64 * MEBIBYTE;

export interface Hdf5Settings extends ReaderSettings {
	readonly maxMemoryBytes: number;
	readonly maxReadBytes: number;
	readonly otherFiles: boolean;
}

/**
 * Reads HDF5 through the package `h5wasm`, in a thread of its own that is bounded in memory and goes when the reader is closed. Iterating
 * gives what the file is made of, as `structure` does; no value is read unless asked for.
 *
 * Throws `wrongFormat`, `truncated`, `damaged`, `unsupported` (which names the filter, the type or the other file), `tooLarge`,
 * `missingPackage`, and what all readers throw.
 *
 * @example
 * await using file = await Hdf5Reader.open('climate.h5');
 * for await (const entry of file) if (entry.type === 'dataset') console.log(entry.path, entry.dtype.name, entry.shape);
 * let sum = 0;
 * for await (const { data } of file.slabs<Float32Array>('/temperature')) for (const value of data) sum += value;
 */
export class Hdf5Reader extends FormatReader<Hdf5Entry> {
	readonly format = 'hdf5';
	readonly #host: Hdf5Host;
	readonly #maxReadBytes: number;

	private constructor(source: ByteSource, settings: Hdf5Settings) {
		super(source, settings);
		this.#host = new Hdf5Host(source, settings);
		this.#maxReadBytes = settings.maxReadBytes;
	}

	/** A file, or a `FileHandle`, that begins as HDF5 does and is as long as it says it is. */
	static async open(input: FileInput, options: Hdf5ReaderOptions = {}): Promise<Hdf5Reader> {
		const settings = hdf5Settings(input, options);
		const source = await openFormatSource(settings, 'HDF5');
		try {
			await checkSuperblock(source);
			return new Hdf5Reader(source, settings);
		} catch (error) {
			source.track.failed();
			await source.close();
			throw error;
		}
	}

	/** Groups, datasets with their attributes, and links, from the root on. */
	structure(): AsyncGenerator<Hdf5Entry, void, undefined> {
		return this[Symbol.asyncIterator]();
	}

	/** One dataset as `structure` tells it. Throws `invalidOption` where there is none. */
	dataset(path: string): Promise<Hdf5Dataset> {
		return this.answer(() => this.#dataset(path));
	}

	/**
	 * The values of a dataset, box by box, along its chunks, so that each chunk is unpacked once; up to three small
	 * slabs are read ahead. The numbers of a slab are valid until the next is asked for, unless `reuse` is false.
	 */
	slabs<Values extends Hdf5Values = Hdf5Values>(
		path: string,
		options: Hdf5SlabOptions = {},
	): AsyncGenerator<Hdf5Slab<Values>, void, undefined> {
		return this.counted(this.#slabs<Values>(path, options));
	}

	/** All that is asked for at once, at most `maxReadBytes`; more throws `tooLarge`. */
	read<Values extends Hdf5Values = Hdf5Values>(path: string, range: Hdf5Range = {}): Promise<Hdf5Slab<Values>> {
		return this.answer(async () => {
			const { start, count, bytes } = await this.#selection(path, range);
			if (bytes > this.#maxReadBytes) {
				throw formatErrors.tooLarge(this.path, path, bytes, 'maxReadBytes', this.#maxReadBytes);
			}
			const slab = await this.#host.ask('whole', { path, start, count, slabBytes: this.#maxReadBytes });
			return slab as Hdf5Slab<Values>;
		});
	}

	override async close(): Promise<void> {
		await this.#host.close();
		await super.close();
	}

	protected async *items(): AsyncGenerator<Hdf5Entry, void, undefined> {
		for await (const entries of this.#host.stream('structure', undefined)) yield* entries;
	}

	#dataset(path: string): Promise<Hdf5Dataset> {
		if (typeof path !== 'string' || path === '') {
			throw runtimeErrors.invalidOption('Hdf5Reader', 'path', 'the path of a dataset in the file', path);
		}
		return this.#host.ask('dataset', path);
	}

	async *#slabs<Values extends Hdf5Values>(
		path: string,
		options: Hdf5SlabOptions,
	): AsyncGenerator<Hdf5Slab<Values>, void, undefined> {
		checkNames(options);
		const { slabBytes = this.settings.windowBytes, reuse = true } = options;
		if (typeof reuse !== 'boolean') throw runtimeErrors.invalidOption('Hdf5Reader', 'reuse', 'true or false', reuse);
		if (!isPositiveInteger(slabBytes)) {
			throw runtimeErrors.invalidOption('Hdf5Reader', 'slabBytes', 'a positive whole number of bytes', slabBytes);
		}
		const { start, count } = await this.#selection(path, options);
		for await (const slab of this.#host.stream('slabs', { path, start, count, slabBytes }, slabBytes, reuse)) {
			yield slab as Hdf5Slab<Values>;
		}
	}

	async #selection(path: string, range: Hdf5Range): Promise<{ start: number[]; count: number[]; bytes: number }> {
		const { refused, shape, valueBytes } = await this.#dataset(path);
		if (refused !== undefined) throw formatErrors.unsupported(this.path, `${path} cannot be read: ${refused}.`);
		const lengths = shape ?? [0];
		const start = indices(
			'start',
			range.start,
			lengths,
			() => 0,
			length => length,
		);
		const rest = (dimension: number) => (lengths[dimension] ?? 0) - (start[dimension] ?? 0);
		const count = indices('count', range.count, lengths, rest, (_, dimension) => rest(dimension));
		return { start, count, bytes: count.reduce((all, length) => all * length, valueBytes) };
	}
}

/** Throws `invalidOption` unless there is one whole number for each dimension, from 0 to `most`. */
function indices(
	option: 'start' | 'count',
	given: readonly number[] | undefined,
	shape: readonly number[],
	otherwise: (dimension: number) => number,
	most: (length: number, dimension: number) => number,
): number[] {
	const values = given === undefined ? shape.map((_, dimension) => otherwise(dimension)) : [...given];
	const fits = (value: number, dimension: number) =>
		Number.isSafeInteger(value) && value >= 0 && value <= most(shape[dimension] ?? 0, dimension);
	if (values.length !== shape.length || !values.every(fits)) {
		const expected = `${shape.length} whole numbers within the shape ${shape.join(' x ') || 'of a single value'}`;
		throw runtimeErrors.invalidOption('Hdf5Reader', option, expected, given?.join(', '));
	}
	return values;
}

function checkNames(options: Hdf5SlabOptions): void {
	const unknown = Object.keys(options).find(name => !Object.hasOwn(SLAB_NAMES, name));
	if (unknown !== undefined) throw runtimeErrors.unknownOption('Hdf5Reader', unknown, Object.keys(SLAB_NAMES));
}

function hdf5Settings(input: FileInput, options: Hdf5ReaderOptions): Hdf5Settings {
	const settings = readerSettings('Hdf5Reader', input, options, OPTION_NAMES, Hdf5Reader.open);
	const { maxMemoryBytes = DEFAULT_MEMORY_BYTES, maxReadBytes = DEFAULT_READ_BYTES, otherFiles = false } = options;
	if (!isPositiveInteger(maxMemoryBytes) || maxMemoryBytes < LEAST_MEMORY_BYTES) {
		const expected = `a whole number of bytes from ${LEAST_MEMORY_BYTES} on`;
		throw runtimeErrors.invalidOption('Hdf5Reader', 'maxMemoryBytes', expected, maxMemoryBytes);
	}
	if (!isPositiveInteger(maxReadBytes)) {
		throw runtimeErrors.invalidOption('Hdf5Reader', 'maxReadBytes', 'a positive whole number of bytes', maxReadBytes);
	}
	if (typeof otherFiles !== 'boolean') {
		throw runtimeErrors.invalidOption('Hdf5Reader', 'otherFiles', 'true or false', otherFiles);
	}
	return { ...settings, maxMemoryBytes, maxReadBytes, otherFiles };
}
