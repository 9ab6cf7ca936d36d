import { type Box, boxesOf } from '../netcdf/slabPlan.ts';
import { chunkBoxes } from './chunkPlan.ts';
import { decode, single } from './decode.ts';
import {
	dtypeOf,
	hasNumbersOnly,
	hasVariable,
	memoryBytes,
	refusesTurning,
	turnedByLibrary,
	unreadable,
} from './dtypes.ts';
import { filterOf, missingFilter } from './filters.ts';
import { Refusal, rootCause, type SlabRequest } from './hdf5Protocol.ts';
import type { Hdf5Attribute, Hdf5Dataset, Hdf5Dtype, Hdf5Slab, Hdf5Values } from './hdf5Types.ts';
import type { Library, Metadata } from './library.ts';

/** Longer values of attributes are left out: they come with every listing. */
const MOST_ATTRIBUTE_BYTES = 1024 * 1024;
/** What a text or a list of unknown length is taken for. */
const VARIABLE_BYTES = 256;
/** A chunk is in memory packed, unpacked and as what was asked for. */
const CHUNK_SHARE = 4;
const CHARACTER: Hdf5Dtype = { kind: 'integer', name: 'uint8', bytes: 1, signed: false, bigEndian: false };
/** Of an attribute whose type cannot be told. */
const UNKNOWN: Hdf5Dtype = { kind: 'opaque', name: 'unknown', bytes: 0 };
const NO_ATTRIBUTE = 'memory-manager asks for what is not there';
/** Begins the library's own errors; others are of what lies around it. */
const HDF5_SAYS = 'HDF5-DIAG';
const GROUP = 0;
const DATASET = 1;
const NAMED_TYPE = 2;

/** As many as may be under way at once. */
const MOST_SPARES = 4;

const product = (lengths: readonly number[]): number => lengths.reduce((all, length) => all * length, 1);

export interface ContentOptions {
	readonly pluginFolder: string | undefined;
	readonly otherFiles: boolean;
	readonly maxMemoryBytes: number;
}

export type ObjectType = 'group' | 'dataset' | 'datatype';

/** What stands in an open file: objects by their paths, and their values. */
export class Content {
	readonly #library: Library;
	readonly #file: bigint;
	readonly #options: ContentOptions;
	readonly #spares: ArrayBuffer[] = [];
	/** Attributes at which the library has failed, in whatever instance, and why. */
	readonly damages: Map<string, string>;

	constructor(library: Library, file: bigint, options: ContentOptions, damages: Map<string, string>) {
		this.#library = library;
		this.#file = file;
		this.#options = options;
		this.damages = damages;
	}

	/** Memory of a slab that is done with, for one to come: what is allocated anew each time outlives its use until it is collected. */
	giveBack(spare: ArrayBuffer): void {
		this.#spares.push(spare);
		if (this.#spares.length > MOST_SPARES) this.#spares.shift();
	}

	/** Names of a group's members. */
	names(group: string): string[] {
		return this.#library.get_names(this.#file, group, false);
	}

	softLink(path: string): string | undefined {
		return this.#library.get_symbolic_link(this.#file, path) ?? undefined;
	}

	externalLink(path: string): { file: string; path: string } | undefined {
		const link = this.#library.get_external_link(this.#file, path);
		return link?.filename === undefined ? undefined : { file: link.filename, path: link.obj_path };
	}

	/** `undefined`: nothing, or nothing that HDF5 describes. */
	typeOf(path: string): ObjectType | undefined {
		const type = this.#library.get_type(this.#file, path);
		if (type === GROUP) return 'group';
		if (type === DATASET) return 'dataset';
		return type === NAMED_TYPE ? 'datatype' : undefined;
	}

	address(path: string): bigint {
		const reference = this.#library.create_object_reference(this.#file, path);
		return Buffer.from(reference).readBigUInt64LE(0);
	}

	namedType(path: string): Hdf5Dtype {
		return dtypeOf(this.#library.get_datatype_metadata(this.#file, path));
	}

	attributes(path: string): Pick<Hdf5Dataset, 'attributes' | 'attributesRefused'> {
		const damage = this.damages.get(path);
		if (damage !== undefined) return { attributes: new Map(), attributesRefused: `they are damaged (${damage})` };
		this.#checkAttributes(path);
		const names = this.#library.get_attribute_names(this.#file, path);
		return { attributes: new Map(names.map(name => [name, this.#soundAttribute(path, name)])) };
	}

	/** Of an object whose attributes make no sense the library names none; asked for one that is not there, it says what is wrong. */
	#checkAttributes(path: string): void {
		try {
			this.#library.get_attribute_metadata(this.#file, path, NO_ATTRIBUTE);
		} catch (error) {
			if (!(error instanceof Error) || !error.message.includes(HDF5_SAYS)) return;
			this.damages.set(path, rootCause(error.message));
			throw error;
		}
	}

	dataset(path: string): Omit<Hdf5Dataset, 'address' | 'attributes' | 'attributesRefused'> {
		const metadata = this.#library.get_dataset_metadata(this.#file, path);
		return this.#dataset(path, metadata);
	}

	#dataset(path: string, metadata: Metadata): Omit<Hdf5Dataset, 'address' | 'attributes' | 'attributesRefused'> {
		const { shape, maxshape, chunks, size: valueBytes } = metadata;
		const dtype = dtypeOf(metadata);
		const { pluginFolder } = this.#options;
		const filters = this.#library.get_dataset_filters(this.#file, path).map(filter => filterOf(filter, pluginFolder));
		const sources = metadata.virtual_sources?.map(({ file_name, dset_name }) => ({ file: file_name, path: dset_name }));
		const other = this.#options.otherFiles ? undefined : sources?.find(({ file }) => file !== '.');
		const refused =
			unreadable(metadata) ??
			missingFilter(filters) ??
			(other && `its values lie in the file "${other.file}"; pass { otherFiles: true } to read them from there`);
		// More than all of them together cannot be told apart by exact numbers, and no disk holds it.
		if (shape && product(shape) * valueBytes > Number.MAX_SAFE_INTEGER) {
			throw new Refusal('damaged', `${path} claims to have the shape ${shape.join(' x ')}`);
		}
		return {
			type: 'dataset',
			path,
			shape,
			maxShape: maxshape?.map(length => (length >= 2 ** 63 ? Number.POSITIVE_INFINITY : length)) ?? null,
			dtype,
			valueBytes,
			chunks: chunks ?? undefined,
			filters,
			...(sources && { sources }),
			...(refused !== undefined && { refused }),
		};
	}

	/** Boxes along the chunks, each in one or several pieces of `slabBytes`; all that is asked for in one piece for `whole`. */
	*slabs(
		{ path, start, count, slabBytes, characters }: SlabRequest,
		whole: boolean,
	): Generator<Hdf5Slab, void, unknown> {
		const metadata = this.#library.get_dataset_metadata(this.#file, path);
		const { refused, chunks, shape, ...described } = this.#dataset(path, metadata);
		if (refused !== undefined) throw new Refusal('unsupported', `${path} cannot be read: ${refused}.`);
		const dtype = characters ? CHARACTER : described.dtype;
		const bytes = memoryBytes(dtype);
		this.#checkChunk(path, chunks, metadata.size);
		const mostValues = Math.max(
			Math.floor(slabBytes / (hasVariable(dtype) ? Math.max(bytes, VARIABLE_BYTES) : bytes)),
			1,
		);
		const box: Box = { start, shape: count };
		if (!shape || product(count) === 0) {
			if (whole) yield { start, shape: count, data: decode(dtype, emptyPacked) };
			return;
		}
		if (whole || product(count) <= mostValues) yield* this.#pieces(path, metadata, dtype, box, product(count));
		else {
			const blocks = chunks ? chunkBoxes(box, chunks, mostValues) : boxesOf(box, mostValues);
			for (const block of blocks) yield* this.#pieces(path, metadata, dtype, block, mostValues);
		}
	}

	#checkChunk(path: string, chunks: readonly number[] | undefined, valueBytes: number): void {
		const chunkBytes = product(chunks ?? [0]) * valueBytes;
		if (chunkBytes * CHUNK_SHARE <= this.#options.maxMemoryBytes) return;
		throw new Refusal('memory', `a chunk of ${path} takes ${chunkBytes} bytes, which must be in memory as a whole`);
	}

	/** Reads a box at once and gives it in pieces. */
	*#pieces(path: string, metadata: Metadata, dtype: Hdf5Dtype, box: Box, mostValues: number): Generator<Hdf5Slab> {
		const bytes = memoryBytes(dtype);
		const library = this.#library;
		const memory = hasNumbersOnly(dtype) ? (size: number) => this.#memory(size) : undefined;
		const isSingle = box.shape.length === 0;
		const count = isSingle ? null : box.shape.map(BigInt);
		const offset = isSingle ? null : box.start.map(BigInt);
		const strides = isSingle ? null : box.shape.map(() => 1n);
		const pointer = this.#allocate(product(box.shape) * bytes);
		try {
			// What was never written of a list or a text stays an address of 0.
			if (hasVariable(dtype)) library.HEAPU8.fill(0, pointer, pointer + product(box.shape) * bytes);
			this.#quietly(metadata, () =>
				library.get_dataset_data(this.#file, path, count, offset, strides, BigInt(pointer)),
			);
			try {
				let at = pointer;
				for (const { start, shape } of boxesOf(box, mostValues)) {
					const values = product(shape);
					const heap = library.HEAPU8;
					const packed = { bytes: heap.subarray(at, at + values * bytes), count: values, heap };
					yield { start, shape, data: decode(dtype, { ...packed, turned: turnedByLibrary(metadata), memory }) };
					at += values * bytes;
				}
			} finally {
				if (hasVariable(dtype)) {
					if (count) library.reclaim_vlen_memory_count(this.#file, path, '', BigInt(pointer), count);
					else library.reclaim_vlen_memory(this.#file, path, '', BigInt(pointer));
				}
			}
		} finally {
			library._free(pointer);
		}
	}

	/** One that cannot be read is told as such. Where the library fails at it, it throws the first time, and the library is to be renewed. */
	#soundAttribute(path: string, name: string): Hdf5Attribute {
		const key = `${path}\0${name}`;
		const damage = this.damages.get(key);
		if (damage !== undefined)
			return { dtype: UNKNOWN, shape: null, refused: `it is damaged (${damage})`, damaged: true };
		try {
			return this.#attribute(path, name);
		} catch (error) {
			if (!(error instanceof Error) || error.name === 'RuntimeError') throw error;
			const words = rootCause(error.message);
			if (!(error instanceof Refusal) || error.kind === 'crashed') this.damages.set(key, words);
			else if (error.kind === 'unsupported') return { dtype: UNKNOWN, shape: null, refused: words };
			else if (error.kind === 'damaged') {
				return { dtype: UNKNOWN, shape: null, refused: `it is damaged (${words})`, damaged: true };
			}
			throw error;
		}
	}

	#attribute(path: string, name: string): Hdf5Attribute {
		const library = this.#library;
		const metadata = library.get_attribute_metadata(this.#file, path, name);
		const dtype = dtypeOf(metadata);
		const { shape } = metadata;
		if (shape === null) return { dtype, shape, value: null };
		const count = product(shape);
		const bytes = count * memoryBytes(dtype);
		const refused =
			unreadable(metadata) ??
			(bytes > MOST_ATTRIBUTE_BYTES ? `it takes ${bytes} bytes, more than ${MOST_ATTRIBUTE_BYTES}` : undefined);
		if (refused !== undefined) return { dtype, shape, refused };
		if (count === 0) return { dtype, shape, value: decode(dtype, emptyPacked) };
		const pointer = this.#allocate(bytes);
		try {
			library.HEAPU8.fill(0, pointer, pointer + bytes);
			this.#quietly(metadata, () => library.get_attribute_data(this.#file, path, name, BigInt(pointer)));
			const heap = library.HEAPU8;
			const packed = { bytes: heap.subarray(pointer, pointer + bytes), count, heap };
			const values: Hdf5Values = decode(dtype, { ...packed, turned: turnedByLibrary(metadata) });
			if (hasVariable(dtype)) library.reclaim_vlen_memory(this.#file, path, name, BigInt(pointer));
			return { dtype, shape, value: shape.length === 0 ? single(dtype, values) : values };
		} finally {
			library._free(pointer);
		}
	}

	#memory(bytes: number): ArrayBuffer {
		const found = this.#spares.findIndex(({ byteLength }) => byteLength === bytes);
		return found < 0 ? new ArrayBuffer(bytes) : (this.#spares.splice(found, 1)[0] as ArrayBuffer);
	}

	#allocate(bytes: number): number {
		const pointer = bytes < this.#options.maxMemoryBytes ? this.#library._malloc(Math.max(bytes, 1)) : 0;
		if (pointer === 0) throw new Refusal('memory', `${bytes} bytes at once`);
		return pointer;
	}

	/**
	 * The library is asked to turn big-endian values, which it refuses for enumerations; it reads them as they are then, if that error does
	 * not end the reading.
	 */
	#quietly(metadata: Metadata, read: () => number): void {
		const quiet = refusesTurning(metadata);
		if (quiet) this.#library.deactivate_throwing_error_handler();
		try {
			if (read() < 0) throw new Refusal('crashed', 'the values cannot be read');
		} finally {
			if (quiet) this.#library.activate_throwing_error_handler();
		}
	}
}

const emptyPacked = { bytes: new Uint8Array(0), count: 0, heap: new Uint8Array(0), turned: true };
