/** What the classic files (CDF-1, 2, 5) and NetCDF-4 have in common: the words of the reader, and the seam between it and what reads either kind. */
import type { ByteSource } from '../byteSource.ts';
import type { ReaderOptions, ReaderSettings } from '../formatReader.ts';

/** How the file is laid out; `nc_inq_format` calls them classic, 64-bit offset, 64-bit data, netCDF-4 and netCDF-4 classic model. */
export type NetcdfLayout = 'CDF-1' | 'CDF-2' | 'CDF-5' | 'NetCDF-4' | 'NetCDF-4 classic model';

/** Types of values by their CDL names. The last four are NetCDF-4's own, user-defined. */
export type NetcdfType =
	| 'byte'
	| 'char'
	| 'short'
	| 'int'
	| 'float'
	| 'double'
	| 'ubyte'
	| 'ushort'
	| 'uint'
	| 'int64'
	| 'uint64'
	| 'string'
	| 'enum'
	| 'compound'
	| 'opaque'
	| 'vlen';

/** By type: byte `Int8Array`, char and ubyte `Uint8Array`, …, int64 `BigInt64Array`, uint64 `BigUint64Array`, string `string[]`. */
export type NetcdfData =
	| Int8Array
	| Uint8Array
	| Int16Array
	| Uint16Array
	| Int32Array
	| Uint32Array
	| Float32Array
	| Float64Array
	| BigInt64Array
	| BigUint64Array
	| string[];

/** A text (char), one value, or several. */
export type NetcdfAttributeValue = string | number | bigint | NetcdfData;

export interface NetcdfAttribute {
	readonly kind: 'attribute';
	readonly name: string;
	/** The variable or the group it belongs to; absent: the file. */
	readonly of?: string;
	readonly type: NetcdfType;
	readonly value: NetcdfAttributeValue;
}

export interface NetcdfDimension {
	readonly kind: 'dimension';
	/** With the groups it lies in (`forecast/time`); as it is at the top. */
	readonly name: string;
	/** Now; of an unlimited one the number of records. */
	readonly length: number;
	readonly unlimited: boolean;
}

/** Made by `netcdfVariable()`. */
export interface NetcdfVariable {
	readonly kind: 'variable';
	/** With the groups it lies in (`forecast/temperature`); as it is at the top. */
	readonly name: string;
	readonly type: NetcdfType;
	/** Names of its dimensions, slowest first; none for a single value. */
	readonly dimensions: readonly string[];
	/** Their lengths. */
	readonly shape: readonly number[];
	/** In the file's order. */
	readonly attributes: ReadonlyMap<string, NetcdfAttributeValue>;
	/** `_FillValue`: what stands where nothing was written. */
	readonly fillValue?: number | bigint | string;
	/** `missing_value`: what means "not measured"; often one, sometimes several. */
	readonly missingValues: readonly (number | bigint)[];
	/** `valid_range`, `valid_min`, `valid_max`, of stored values: what lies outside means "not measured", too. */
	readonly validMin?: number;
	readonly validMax?: number;
	/** The true value is `stored · scaleFactor + addOffset`; 1 and 0 without the attributes. */
	readonly scaleFactor: number;
	readonly addOffset: number;
	/** What `unpack` gives: `Float32Array` or `Float64Array`. */
	readonly unpackedType: 'float' | 'double';
}

/** What the file is made of, in its order: dimensions, variables (each with its attributes), attributes of the file and of groups. */
export type NetcdfItem = NetcdfDimension | NetcdfVariable | NetcdfAttribute;

/** Which part of a variable; per dimension, slowest first. */
export interface NetcdfRange {
	/** First index of each dimension; zeros without it. */
	start?: readonly number[];
	/** How many of each; up to the end without it. */
	count?: readonly number[];
}

/** A box of a variable, rows of its last dimension next to each other. */
export interface NetcdfSlab<Data extends NetcdfData = NetcdfData> {
	/** Its first index in each dimension of the variable. */
	readonly start: readonly number[];
	/** Its extent in each dimension; their product is `data.length`. */
	readonly shape: readonly number[];
	readonly data: Data;
}

/** Options of `NetcdfReader`. */
export interface NetcdfReaderOptions extends ReaderOptions {
	/** Longest header that is read (what names dimensions, variables and attributes), bytes; 16 MiB without it. */
	maxHeaderBytes?: number;
}

/** A part of a variable, checked: `start` and `count` have one entry per dimension and lie within `variable.shape`. */
export interface NetcdfRequest {
	readonly variable: NetcdfVariable;
	readonly start: readonly number[];
	readonly count: readonly number[];
	/** Most bytes of one slab's data; at least one value is given. */
	readonly slabBytes: number;
	/** The memory of a slab is used for a later one as soon as the next is asked for; what was kept is then detached (empty). */
	readonly reuse: boolean;
}

/** What reads one kind of file. Told about bytes and buffers: `source.track`. Bounds (signal, time-out, window): the settings. */
export interface NetcdfBackend {
	readonly layout: NetcdfLayout;
	readonly dimensions: readonly NetcdfDimension[];
	readonly variables: readonly NetcdfVariable[];
	/** Of the file and its groups; those of variables are with them. */
	readonly attributes: readonly NetcdfAttribute[];
	/** Boxes in order that together are the request; `count` with a 0 gives none. Values as stored, in the machine's byte order. */
	slabs(request: NetcdfRequest): AsyncGenerator<NetcdfSlab, void, undefined>;
	/** Ends what it has started besides the source; may be called again. */
	close(): Promise<void>;
}

export interface NetcdfSettings extends ReaderSettings {
	readonly maxHeaderBytes: number;
}

/** Reads the structure. The source is open and stays its opener's; a failure leaves nothing behind. */
export type OpenNetcdf = (source: ByteSource, settings: NetcdfSettings) => Promise<NetcdfBackend>;
