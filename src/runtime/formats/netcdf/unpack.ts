import type { NetcdfData, NetcdfVariable } from './netcdfTypes.ts';
import { numericKind } from './netcdfVariable.ts';

export type UnpackedData = Float32Array | Float64Array;

interface Unpacker {
	/** Of one value. */
	readonly bytes: number;
	/** Into memory that has room for as many, from its start on. */
	unpack(data: NetcdfData, memory: ArrayBuffer): UnpackedData;
}

/**
 * What gives true values: `stored · scale_factor + add_offset`, and NaN for `_FillValue` (or what the library writes by default
 * where there is none, -127 and 255 of bytes among them), `missing_value` and what lies outside `valid_range`: the CF conventions (2.5.1,
 * 8.1), and what they leave open as netCDF4-python has it.
 * `_Unsigned = "true"` makes stored integers unsigned. `undefined` for types that are no numbers.
 */
export function unpacker(variable: NetcdfVariable): Unpacker | undefined {
	const { type, fillValue, missingValues, validMin, validMax, scaleFactor, addOffset } = variable;
	const kind = numericKind(type);
	if (!kind || type === 'char') return undefined;
	const wrap = unsignedWrap(variable, kind.bytes);
	// Attributes may be more precise than the values they are compared with.
	const stored = (value: number | bigint | string) =>
		type === 'float' ? Math.fround(Number(value)) : wrapped(Number(value), wrap);
	const gaps = new Set([...missingValues.map(stored), stored(fillValue ?? kind.defaultFill ?? NaN)]);
	const [firstGap = NaN, secondGap = NaN] = gaps;
	const manyGaps = gaps.size > 2;
	const low = validMin === undefined ? Number.NEGATIVE_INFINITY : stored(validMin);
	const high = validMax === undefined ? Number.POSITIVE_INFINITY : stored(validMax);
	const Values = variable.unpackedType === 'float' ? Float32Array : Float64Array;
	const unpack = (data: NetcdfData, memory: ArrayBuffer) => {
		const values = new Values(memory, 0, data.length);
		copyInto(values, data, wrap);
		for (let i = 0; i < values.length; i++) {
			const value = values[i] ?? NaN;
			const isGap =
				value === firstGap || value === secondGap || (manyGaps && gaps.has(value)) || !(value >= low && value <= high);
			// Two branches: of `isGap ? NaN : …` V8 makes an object for each value.
			if (isGap) values[i] = NaN;
			else values[i] = value * scaleFactor + addOffset;
		}
		return values;
	};
	return { bytes: Values.BYTES_PER_ELEMENT, unpack };
}

/** What is added to a negative number to read it as unsigned; 0 where it is what it is. */
function unsignedWrap({ type, attributes }: NetcdfVariable, bytes: number): number {
	const signed = type === 'byte' || type === 'short' || type === 'int' || type === 'int64';
	return signed && String(attributes.get('_Unsigned')).toLowerCase() === 'true' ? 2 ** (8 * bytes) : 0;
}

/** As floating point numbers, which hold every stored value of the type (64-bit integers nearly). */
function copyInto(values: UnpackedData, data: NetcdfData, wrap: number): void {
	if (wrap === 0 && !Array.isArray(data) && !(data instanceof BigInt64Array) && !(data instanceof BigUint64Array)) {
		values.set(data);
		return;
	}
	for (let i = 0; i < data.length; i++) values[i] = wrapped(Number(data[i]), wrap);
}

const wrapped = (value: number, wrap: number): number => (value < 0 ? value + wrap : value);
