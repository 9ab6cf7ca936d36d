import type { NetcdfAttribute, NetcdfData, NetcdfType, NetcdfVariable } from './netcdfTypes.ts';

type Numbers = Exclude<NetcdfData, string[]>;
type NumericType = Exclude<NetcdfType, 'string' | 'enum' | 'compound' | 'opaque' | 'vlen'>;

interface NumericKind {
	readonly bytes: number;
	/** A view on `bytes · length` of the memory, from its start. */
	view(memory: ArrayBuffer, length: number): Numbers;
	/** What the library writes where nothing was written and there is no `_FillValue` (netcdf.h, NC_FILL_…). */
	readonly defaultFill?: number | bigint;
}

/** The types that are numbers in the file, char among them. */
export const NUMERIC_KINDS: { readonly [Type in NumericType]: NumericKind } = {
	byte: { bytes: 1, view: (memory, length) => new Int8Array(memory, 0, length), defaultFill: -127 },
	char: { bytes: 1, view: (memory, length) => new Uint8Array(memory, 0, length) },
	ubyte: { bytes: 1, view: (memory, length) => new Uint8Array(memory, 0, length), defaultFill: 255 },
	short: { bytes: 2, view: (memory, length) => new Int16Array(memory, 0, length), defaultFill: -32_767 },
	ushort: { bytes: 2, view: (memory, length) => new Uint16Array(memory, 0, length), defaultFill: 65_535 },
	int: { bytes: 4, view: (memory, length) => new Int32Array(memory, 0, length), defaultFill: -2_147_483_647 },
	uint: { bytes: 4, view: (memory, length) => new Uint32Array(memory, 0, length), defaultFill: 4_294_967_295 },
	float: { bytes: 4, view: (memory, length) => new Float32Array(memory, 0, length), defaultFill: 2 ** 123 * 0.9375 },
	double: { bytes: 8, view: (memory, length) => new Float64Array(memory, 0, length), defaultFill: 2 ** 123 * 0.9375 },
	int64: { bytes: 8, view: (memory, length) => new BigInt64Array(memory, 0, length), defaultFill: -(2n ** 63n) + 2n },
	uint64: { bytes: 8, view: (memory, length) => new BigUint64Array(memory, 0, length), defaultFill: 2n ** 64n - 2n },
};

export function numericKind(type: NetcdfType): NumericKind | undefined {
	return (NUMERIC_KINDS as Partial<Record<NetcdfType, NumericKind>>)[type];
}

/** A variable from what stands in the file: reads the attributes that have a meaning to every reader. */
export function netcdfVariable(
	name: string,
	type: NetcdfType,
	dimensions: readonly string[],
	shape: readonly number[],
	attributes: readonly NetcdfAttribute[],
): NetcdfVariable {
	const named = new Map(attributes.map(attribute => [attribute.name, attribute]));
	const numbers = (key: string) => valuesOf(named.get(key)).map(value => (typeof value === 'string' ? NaN : value));
	const first = (key: string) => {
		const value = numbers(key)[0];
		return value === undefined || Number.isNaN(Number(value)) ? undefined : Number(value);
	};
	const [fill] = valuesOf(named.get('_FillValue'));
	const [low, high] = numbers('valid_range').map(Number);
	const validMin = low ?? first('valid_min');
	const validMax = high ?? first('valid_max');
	return {
		kind: 'variable',
		name,
		type,
		dimensions,
		shape,
		attributes: new Map(attributes.map(attribute => [attribute.name, attribute.value])),
		...(fill !== undefined && { fillValue: fill }),
		missingValues: numbers('missing_value'),
		...(validMin !== undefined && { validMin }),
		...(validMax !== undefined && { validMax }),
		scaleFactor: first('scale_factor') ?? 1,
		addOffset: first('add_offset') ?? 0,
		unpackedType: unpackedType(type, named.get('scale_factor')?.type, named.get('add_offset')?.type),
	};
}

function valuesOf(attribute: NetcdfAttribute | undefined): (number | bigint | string)[] {
	if (!attribute) return [];
	const { value } = attribute;
	return typeof value === 'object' ? Array.from<number | bigint | string>(value) : [value];
}

/** What holds every unpacked value: the type of scale and offset (CF conventions, 8.1), never less precise than the stored one. */
function unpackedType(type: NetcdfType, ...packing: (NetcdfType | undefined)[]): 'float' | 'double' {
	const exact = ['byte', 'char', 'ubyte', 'short', 'ushort', 'float'].includes(type);
	return exact && packing.every(each => each === undefined || each === 'float') ? 'float' : 'double';
}
