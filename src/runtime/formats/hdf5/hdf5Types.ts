import type { ReaderOptions } from '../formatReader.ts';

/** What a value is. `name` is short, for tables: `float32`, `uint8[3]`, `compound`. */
export type Hdf5Dtype =
	| {
			readonly kind: 'integer';
			readonly name: string;
			readonly bytes: number;
			readonly signed: boolean;
			readonly bigEndian: boolean;
	  }
	| { readonly kind: 'float'; readonly name: string; readonly bytes: number; readonly bigEndian: boolean }
	/** Bits as they stand, given as an unsigned integer. */
	| { readonly kind: 'bitfield'; readonly name: string; readonly bytes: number; readonly bigEndian: boolean }
	/** An enumeration of FALSE and TRUE, as h5py and PyTables write them. */
	| { readonly kind: 'boolean'; readonly name: string; readonly bytes: number; readonly bigEndian: boolean }
	| {
			readonly kind: 'enum';
			readonly name: string;
			readonly bytes: number;
			readonly signed: boolean;
			readonly bigEndian: boolean;
			/** The numbers behind the names. */
			readonly members: ReadonlyMap<string, number>;
	  }
	| {
			readonly kind: 'string';
			readonly name: string;
			/** Absent where each text has a length of its own. */
			readonly bytes?: number;
			readonly charset: 'ascii' | 'utf8';
			/** Where a text ends that is shorter than `bytes`: at its first zero, before the zeros or the spaces that follow it. */
			readonly padding: 'zero' | 'zeros' | 'spaces';
	  }
	| {
			readonly kind: 'compound';
			readonly name: string;
			readonly bytes: number;
			readonly members: readonly Hdf5Member[];
	  }
	/** A small array as one value; its numbers follow each other in the data. */
	| { readonly kind: 'array'; readonly name: string; readonly shape: readonly number[]; readonly of: Hdf5Dtype }
	/** As many values as each happens to have. */
	| { readonly kind: 'variable'; readonly name: string; readonly of: Hdf5Dtype }
	/** The address of an object, `address` of its entry. */
	| { readonly kind: 'reference'; readonly name: string }
	| { readonly kind: 'regionReference'; readonly name: string; readonly bytes: number }
	| { readonly kind: 'opaque'; readonly name: string; readonly bytes: number }
	| { readonly kind: 'time'; readonly name: string; readonly bytes: number; readonly bigEndian: boolean };

export interface Hdf5Member {
	readonly name: string;
	/** Bytes from the start of the compound value. */
	readonly offset: number;
	readonly dtype: Hdf5Dtype;
}

export type Hdf5Numbers =
	| Int8Array
	| Uint8Array
	| Int16Array
	| Uint16Array
	| Int32Array
	| Uint32Array
	| Float32Array
	| Float64Array
	| BigInt64Array
	| BigUint64Array;

/**
 * Values by their dtype: numbers as a typed array (float16 as `Float32Array`; boolean as `Uint8Array` of 0 and 1; an enumeration as its
 * numbers; references as `BigUint64Array`), strings as texts, compound values as one entry for each member, values of variable length and
 * opaque ones as an array with one entry for each.
 */
export type Hdf5Values = Hdf5Numbers | readonly string[] | readonly Hdf5Values[] | Hdf5Columns;

/** Of compound values: member → its values over all of them. */
export interface Hdf5Columns {
	readonly [member: string]: Hdf5Values;
}

export interface Hdf5Attribute {
	readonly dtype: Hdf5Dtype;
	/** No dimensions: a single value. `null`: it has none (a null dataspace). */
	readonly shape: readonly number[] | null;
	/** A single value as itself (compound: its members); absent where it is not read, and `refused` says why. */
	readonly value?: Hdf5Values | string | number | bigint | boolean | null;
	readonly refused?: string;
	/** What the file says of it makes no sense; then neither do `dtype` and `shape`. */
	readonly damaged?: true;
}

export interface Hdf5Filter {
	/** As registered with The HDF Group. */
	readonly id: number;
	/** `gzip`, `shuffle`, `lzf`, `blosc` … */
	readonly name: string;
	/** Whether it can be undone here. */
	readonly available: boolean;
	readonly options: readonly number[];
}

interface Hdf5Object {
	/** From the root: `/group/name`. */
	readonly path: string;
	/** Byte of its header in the file; what references to it hold. */
	readonly address: bigint;
	/** The path under which the same object came before: hard links give it several. A group's members come only once. */
	readonly sameAs?: string;
	readonly attributes: ReadonlyMap<string, Hdf5Attribute>;
	/** Why `attributes` is empty although there are some. */
	readonly attributesRefused?: string;
}

export interface Hdf5Group extends Hdf5Object {
	readonly type: 'group';
}

export interface Hdf5Dataset extends Hdf5Object {
	readonly type: 'dataset';
	/** No dimensions: a single value. `null`: it holds none (a null dataspace). */
	readonly shape: readonly number[] | null;
	/** As far as it can be enlarged; `Infinity` where there is no end. */
	readonly maxShape: readonly number[] | null;
	readonly dtype: Hdf5Dtype;
	/** Bytes of one value in the file, or of what stands for it. */
	readonly valueBytes: number;
	/** `undefined`: its values lie in one piece. */
	readonly chunks: readonly number[] | undefined;
	/** In the order in which they were applied. */
	readonly filters: readonly Hdf5Filter[];
	/** A virtual dataset: where its values lie. */
	readonly sources?: readonly { readonly file: string; readonly path: string }[];
	/** Why its values cannot be read here: a filter that is not there, a type that JavaScript cannot hold. */
	readonly refused?: string;
}

/** A type that was given a name. */
export interface Hdf5NamedType extends Hdf5Object {
	readonly type: 'datatype';
	readonly dtype: Hdf5Dtype;
}

/** Not followed. */
export interface Hdf5Link {
	readonly type: 'link';
	readonly path: string;
	readonly kind: 'soft' | 'external' | 'userDefined';
	/** A path in the file, or in `file`. */
	readonly target: string | undefined;
	/** Of an external link. */
	readonly file?: string;
}

export type Hdf5Entry = Hdf5Group | Hdf5Dataset | Hdf5NamedType | Hdf5Link;

/** Which part of a dataset; per dimension, slowest first. */
export interface Hdf5Range {
	/** First index of each dimension; zeros without it. */
	start?: readonly number[];
	/** How many of each; up to the end without it. */
	count?: readonly number[];
}

export interface Hdf5SlabOptions extends Hdf5Range {
	/** Most bytes of one slab as they stand in the file; `windowBytes` without it. One value at least, however large. */
	slabBytes?: number;
	/**
	 * `false`: each slab has memory of its own and may be kept. Otherwise an array of numbers is valid until the next slab is asked for, and
	 * empty (detached) afterwards.
	 */
	reuse?: boolean;
}

/** A box of a dataset, rows of its last dimension next to each other. */
export interface Hdf5Slab<Values extends Hdf5Values = Hdf5Values> {
	/** Its first index in each dimension. */
	readonly start: readonly number[];
	/** Its extent in each dimension. */
	readonly shape: readonly number[];
	readonly data: Values;
}

export interface Hdf5ReaderOptions extends ReaderOptions {
	/**
	 * Most memory that the HDF5 library may take for itself, bytes; 256 MiB without it, at least 64 MiB. A chunk is unpacked as a whole:
	 * one of more than a quarter of this is refused.
	 */
	maxMemoryBytes?: number;
	/** Most bytes that `read` gives at once; 64 MiB without it. */
	maxReadBytes?: number;
	/** Whether values that lie in other files (virtual datasets, external storage and links) are read from there; refused without it. */
	otherFiles?: boolean;
}
