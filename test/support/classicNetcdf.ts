/** Writes classic NetCDF files (CDF-1, 2, 5) for tests, independently of the reader. */

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
] as const;
type Type = (typeof TYPES)[number];
const BYTES: Record<Type, number> = {
	byte: 1,
	char: 1,
	short: 2,
	int: 4,
	float: 4,
	double: 8,
	ubyte: 1,
	ushort: 2,
	uint: 4,
	int64: 8,
	uint64: 8,
};

export type Values = string | readonly (number | bigint)[];

export interface ClassicAttribute {
	name: string;
	type: Type;
	values: Values;
}

export interface ClassicVariableSpec {
	name: string;
	type: Type;
	/** Indices of dimensions. */
	dimensions: readonly number[];
	attributes?: readonly ClassicAttribute[];
	/** All of them, records after each other. */
	values?: Values;
}

export interface ClassicSpec {
	version: 1 | 2 | 5;
	/** 0: unlimited. */
	dimensions: readonly { name: string; length: number }[];
	records?: number;
	/** The number of records is left open, as by a writer that streams. */
	streamed?: boolean;
	attributes?: readonly ClassicAttribute[];
	variables: readonly ClassicVariableSpec[];
	/** Written instead of the true size of each variable, bytes. */
	vsize?: number;
}

export interface ClassicLayout {
	header: Buffer;
	/** Byte of the first value of each variable. */
	begins: number[];
	recordBytes: number;
}

const pad = (bytes: number): number => Math.ceil(bytes / 4) * 4;

export function bytesOf(type: Type, values: Values): Buffer {
	if (typeof values === 'string') return Buffer.from(values);
	const bytes = Buffer.alloc(values.length * BYTES[type]);
	const view = new DataView(bytes.buffer, bytes.byteOffset);
	for (const [i, value] of values.entries()) {
		const at = i * BYTES[type];
		if (type === 'float') view.setFloat32(at, Number(value));
		else if (type === 'double') view.setFloat64(at, Number(value));
		else if (BYTES[type] === 8) view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)));
		else if (BYTES[type] === 4) view.setUint32(at, Number(value) >>> 0);
		else if (BYTES[type] === 2) view.setUint16(at, Number(value) & 0xffff);
		else view.setUint8(at, Number(value) & 0xff);
	}
	return bytes;
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(pad(bytes.length) - bytes.length)]);

/** The header and where everything lies: fixed variables first, then records. */
export function classicLayout(spec: ClassicSpec): ClassicLayout {
	const begins = spec.variables.map(() => 0);
	const sizes = spec.variables.map(variable => sizeOf(spec, variable));
	const { length } = headerBytes(spec, begins);
	const isRecord = ({ dimensions }: ClassicVariableSpec) => spec.dimensions[dimensions[0] ?? -1]?.length === 0;
	let at = length;
	for (const records of [false, true]) {
		for (const [i, variable] of spec.variables.entries()) {
			if (isRecord(variable) !== records) continue;
			begins[i] = at;
			at += pad(sizes[i] ?? 0);
		}
	}
	const perRecord = spec.variables.flatMap((variable, i) => (isRecord(variable) ? [sizes[i] ?? 0] : []));
	const recordBytes =
		perRecord.length === 1 ? (perRecord[0] ?? 0) : perRecord.reduce((sum, size) => sum + pad(size), 0);
	return { header: headerBytes(spec, begins), begins, recordBytes };
}

/** Bytes; of a variable of records, of one. */
function sizeOf(spec: ClassicSpec, { dimensions, type }: ClassicVariableSpec): number {
	return dimensions.reduce((product, id) => product * (spec.dimensions[id]?.length || 1), BYTES[type]);
}

/** The whole file in memory. */
export function classicFile(spec: ClassicSpec): Buffer {
	const { header, begins, recordBytes } = classicLayout(spec);
	const pieces: { at: number; bytes: Buffer }[] = [{ at: 0, bytes: header }];
	for (const [i, variable] of spec.variables.entries()) {
		const bytes = bytesOf(variable.type, variable.values ?? []);
		const begin = begins[i] ?? 0;
		if (spec.dimensions[variable.dimensions[0] ?? -1]?.length !== 0) {
			pieces.push({ at: begin, bytes: padded(bytes) });
			continue;
		}
		const records = spec.records ?? 0;
		const size = bytes.length / records;
		for (let record = 0; record < records; record++) {
			const part = bytes.subarray(record * size, (record + 1) * size);
			pieces.push({ at: begin + record * recordBytes, bytes: recordBytes === size ? part : padded(part) });
		}
	}
	const file = Buffer.alloc(Math.max(...pieces.map(({ at, bytes }) => at + bytes.length)));
	for (const { at, bytes } of pieces) bytes.copy(file, at);
	return file;
}

function headerBytes(spec: ClassicSpec, begins: readonly number[]): Buffer {
	const { version } = spec;
	const int = (value: number) => bytesOf('uint', [value]);
	const count = (value: number) => (version === 5 ? bytesOf('uint64', [BigInt(value)]) : int(value));
	const name = (text: string) => Buffer.concat([count(Buffer.byteLength(text)), padded(Buffer.from(text))]);
	const list = (tag: number, entries: readonly Buffer[]) =>
		Buffer.concat([int(entries.length === 0 ? 0 : tag), count(entries.length), ...entries]);
	const attributes = (each: readonly ClassicAttribute[] = []) =>
		list(
			12,
			each.map(attribute => {
				const bytes = bytesOf(attribute.type, attribute.values);
				const length = count(bytes.length / BYTES[attribute.type]);
				return Buffer.concat([name(attribute.name), int(TYPES.indexOf(attribute.type) + 1), length, padded(bytes)]);
			}),
		);
	const open = Buffer.alloc(version === 5 ? 8 : 4, 0xff);
	return Buffer.concat([
		Buffer.from(`CDF${String.fromCharCode(version)}`),
		spec.streamed ? open : count(spec.records ?? 0),
		list(
			10,
			spec.dimensions.map(dimension => Buffer.concat([name(dimension.name), count(dimension.length)])),
		),
		attributes(spec.attributes),
		list(
			11,
			spec.variables.map((variable, i) =>
				Buffer.concat([
					name(variable.name),
					count(variable.dimensions.length),
					...variable.dimensions.map(count),
					attributes(variable.attributes),
					int(TYPES.indexOf(variable.type) + 1),
					count(spec.vsize ?? Math.min(pad(sizeOf(spec, variable)), 2 ** 32 - 1)),
					version === 1 ? int(begins[i] ?? 0) : bytesOf('uint64', [BigInt(begins[i] ?? 0)]),
				]),
			),
		),
	]);
}
