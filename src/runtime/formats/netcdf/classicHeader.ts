import { littleEndian, swapBytes } from '../byteOrder.ts';
import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { HeaderCursor, named, textOf } from './headerCursor.ts';
import type {
	NetcdfAttribute,
	NetcdfAttributeValue,
	NetcdfDimension,
	NetcdfLayout,
	NetcdfType,
	NetcdfVariable,
} from './netcdfTypes.ts';
import { NUMERIC_KINDS, netcdfVariable } from './netcdfVariable.ts';

/** By their numbers in the file, from 1 on. */
const TYPES = [
	'byte',
	'char',
	'short',
	'int',
	'float',
	'double',
	'ubyte',
	'ushort',
	'uint',
	'int64',
	'uint64',
] as const satisfies readonly NetcdfType[];
/** CDF-1 and CDF-2 know the first six. */
const CLASSIC_TYPES = 6;
const LAYOUTS: { readonly [version: number]: NetcdfLayout } = { 1: 'CDF-1', 2: 'CDF-2', 5: 'CDF-5' };
const DIMENSIONS_TAG = 10;
const VARIABLES_TAG = 11;
const ATTRIBUTES_TAG = 12;
/** Dimensions, variables and attributes together; each costs memory beyond its few bytes of the header. */
const MOST_ENTRIES = 256 * 1024;
/** NC_MAX_VAR_DIMS of the library. */
const MOST_RANK = 1024;

/** Where the values of a variable lie. */
export interface ClassicVariable {
	readonly variable: NetcdfVariable;
	readonly type: (typeof TYPES)[number];
	/** Byte of the first value. */
	readonly begin: number;
	/** Of a record variable: its values stand in each record, and `shape[0]` is the number of records. */
	readonly isRecord: boolean;
}

export interface ClassicHeader {
	readonly layout: NetcdfLayout;
	readonly dimensions: readonly NetcdfDimension[];
	readonly variables: readonly ClassicVariable[];
	readonly attributes: readonly NetcdfAttribute[];
	/** From one record to the next, bytes. */
	readonly recordBytes: number;
}

interface Declared {
	readonly name: string;
	readonly type: (typeof TYPES)[number];
	readonly dimensionIds: readonly number[];
	readonly attributes: readonly NetcdfAttribute[];
	readonly begin: number;
}

/**
 * The header of a classic file: "File Format Specifications", NetCDF User's Guide, and the same of CDF-5 by Parallel netCDF.
 * Lengths that follow from others (`vsize`) are computed, since they are wrong in real files and cannot hold more than 4 GB.
 */
export async function readClassicHeader(source: ByteSource, maxBytes: number): Promise<ClassicHeader> {
	const magic = Buffer.alloc(4);
	await source.readExactly(magic, 0, 'the header');
	const version = magic[3] ?? 0;
	const layout = LAYOUTS[version];
	if (layout === undefined || magic.toString('latin1', 0, 3) !== 'CDF') {
		throw formatErrors.wrongFormat(source.path, 'a classic NetCDF file', undefined);
	}
	const parser = new HeaderParser(new HeaderCursor(source, 4, version === 5, maxBytes), version);
	try {
		return await parser.header(layout);
	} finally {
		parser.cursor.release();
	}
}

class HeaderParser {
	readonly cursor: HeaderCursor;
	readonly #version: number;
	#entries = 0;

	constructor(cursor: HeaderCursor, version: number) {
		this.cursor = cursor;
		this.#version = version;
	}

	async header(layout: NetcdfLayout): Promise<ClassicHeader> {
		const written = await this.cursor.rawCount('the number of records');
		const lengths = await this.#list(DIMENSIONS_TAG, 'dimensions', () => this.#dimension());
		const attributes = await this.#list(ATTRIBUTES_TAG, 'attributes', () => this.#attribute());
		const declared = await this.#list(VARIABLES_TAG, 'variables', () => this.#variable(lengths));
		const recordId = lengths.findIndex(({ length }) => length === 0);
		const isRecord = ({ dimensionIds }: Declared) => recordId >= 0 && dimensionIds[0] === recordId;
		const perRecord = declared.filter(isRecord).map(each => ({ each, bytes: this.#recordBytesOf(each, lengths) }));
		const [only] = perRecord;
		// A single record variable is not padded: a rule that is as old as the format, for series of bytes and shorts.
		const recordBytes =
			perRecord.length === 1 ? (only?.bytes ?? 0) : perRecord.reduce((sum, { bytes }) => sum + padded(bytes), 0);
		this.#exact(recordBytes, 'a record');
		const records = this.#records(written, perRecord, recordBytes);
		this.#exact(records * recordBytes, `${records} records`);
		const dimensions = lengths.map(({ name, length }, id): NetcdfDimension => {
			const unlimited = id === recordId;
			return { kind: 'dimension', name, length: unlimited ? records : length, unlimited };
		});
		const variables = declared.map((each): ClassicVariable => {
			const uses = each.dimensionIds.map(id => dimensions[id] as NetcdfDimension);
			const shape = uses.map(({ length }) => length);
			this.#exact(bytesOf(each.type, shape), named('the variable', each.name));
			const variable = netcdfVariable(
				each.name,
				each.type,
				uses.map(({ name }) => name),
				shape,
				each.attributes,
			);
			return { variable, type: each.type, begin: each.begin, isRecord: isRecord(each) };
		});
		return { layout, dimensions, variables, attributes, recordBytes };
	}

	async #list<Entry>(tag: number, what: string, entry: () => Promise<Entry>): Promise<Entry[]> {
		const at = this.cursor.offset;
		const found = await this.cursor.uint32(`the list of ${what}`);
		const count = await this.cursor.count(`the number of ${what}`);
		if (found !== tag && !(found === 0 && count === 0)) {
			throw this.cursor.damaged(at, `the list of ${what} begins with ${found} instead of ${tag}`);
		}
		this.#entries += count;
		if (this.#entries > MOST_ENTRIES) {
			// Each takes at least eight bytes: a count that the file cannot hold is a wrong one.
			const { path, size } = this.cursor.source;
			if (count * 8 > size - at) throw this.cursor.damaged(at, `it claims ${count} ${what}`);
			throw formatErrors.unsupported(path, `its header has more than ${MOST_ENTRIES} entries.`, '', at);
		}
		const entries: Entry[] = [];
		for (let i = 0; i < count; i++) entries.push(await entry());
		return entries;
	}

	async #dimension(): Promise<{ name: string; length: number }> {
		const name = await this.cursor.name('the name of a dimension');
		return { name, length: await this.cursor.count(`the length of ${named('the dimension', name)}`) };
	}

	async #attribute(of?: string): Promise<NetcdfAttribute> {
		const name = await this.cursor.name('the name of an attribute');
		const what = named('the attribute', name);
		const type = await this.#type(what);
		const length = await this.cursor.count(`the length of ${what}`);
		const { bytes: valueBytes } = NUMERIC_KINDS[type];
		const bytes = await this.cursor.padded(length * valueBytes, what);
		return { kind: 'attribute', name, ...(of !== undefined && { of }), type, value: attributeValue(type, bytes) };
	}

	async #variable(dimensions: readonly { name: string; length: number }[]): Promise<Declared> {
		const name = await this.cursor.name('the name of a variable');
		const what = named('the variable', name);
		const at = this.cursor.offset;
		const rank = await this.cursor.count(`the number of dimensions of ${what}`);
		if (rank > MOST_RANK) throw this.cursor.damaged(at, `${what} has ${rank} dimensions`);
		const dimensionIds: number[] = [];
		for (let i = 0; i < rank; i++) {
			const id = await this.cursor.count(`a dimension of ${what}`);
			const dimension = dimensions[id];
			if (!dimension) throw this.cursor.damaged(at, `${what} has a dimension ${id}, of ${dimensions.length}`);
			if (dimension.length === 0 && i > 0) {
				throw this.cursor.damaged(at, `${what} has the unlimited dimension not as its first`);
			}
			dimensionIds.push(id);
		}
		const attributes = await this.#list(ATTRIBUTES_TAG, `attributes of ${what}`, () => this.#attribute(name));
		const type = await this.#type(what);
		await this.cursor.rawCount(`the size of ${what}`);
		const place = `the place of ${what}`;
		const begin = await (this.#version === 1 ? this.cursor.uint32(place) : this.cursor.uint64(place));
		return { name, type, dimensionIds, attributes, begin };
	}

	async #type(what: string): Promise<(typeof TYPES)[number]> {
		const at = this.cursor.offset;
		const number = await this.cursor.uint32(`the type of ${what}`);
		const type = TYPES[number - 1];
		if (type === undefined || (this.#version !== 5 && number > CLASSIC_TYPES)) {
			throw this.cursor.damaged(at, `${what} has the type ${number}, which CDF-${this.#version} does not have`);
		}
		return type;
	}

	/** What one record holds of a variable, not padded. */
	#recordBytesOf({ type, dimensionIds, name }: Declared, lengths: readonly { length: number }[]): number {
		const inner = dimensionIds.slice(1).map(id => lengths[id]?.length ?? 0);
		return this.#exact(bytesOf(type, inner), named('a record of the variable', name));
	}

	/**
	 * The number of records. A writer that streams leaves it open (all bits set): then the file's size tells it. A record that is there in
	 * part counts, so that what is cut off throws where it is read instead of being passed over.
	 */
	#records(written: bigint, perRecord: readonly { each: Declared; bytes: number }[], recordBytes: number): number {
		const open = this.#version === 5 ? 2n ** 64n - 1n : 2n ** 32n - 1n;
		if (written !== open) {
			if (written > BigInt(Number.MAX_SAFE_INTEGER)) throw this.cursor.damaged(4, `it claims ${written} records`);
			return Number(written);
		}
		if (recordBytes === 0) return 0;
		const first = perRecord.reduce((least, { each }) => Math.min(least, each.begin), Number.POSITIVE_INFINITY);
		return Math.max(Math.ceil((this.cursor.source.size - first) / recordBytes), 0);
	}

	/** Beyond 2⁵³ places are no longer exact, and no file has them. */
	#exact(bytes: number, what: string): number {
		if (bytes > Number.MAX_SAFE_INTEGER)
			throw this.cursor.damaged(this.cursor.offset, `${what} would take ${bytes} bytes`);
		return bytes;
	}
}

const padded = (bytes: number): number => Math.ceil(bytes / 4) * 4;

const bytesOf = (type: (typeof TYPES)[number], shape: readonly number[]): number =>
	shape.reduce((product, length) => product * length, NUMERIC_KINDS[type].bytes);

function attributeValue(type: (typeof TYPES)[number], bytes: Buffer): NetcdfAttributeValue {
	if (type === 'char') return textOf(bytes);
	const { bytes: valueBytes, view } = NUMERIC_KINDS[type];
	const memory = new ArrayBuffer(bytes.length);
	const copy = Buffer.from(memory);
	copy.set(bytes);
	if (littleEndian) swapBytes(copy, valueBytes);
	const values = view(memory, bytes.length / valueBytes);
	const [first] = values;
	return values.length === 1 && first !== undefined ? first : values;
}
