import type { NetcdfData, NetcdfVariable } from './netcdfTypes.ts';
import { numericKind } from './netcdfVariable.ts';

export type UnpackedData = Float32Array | Float64Array;

/**
 * A function that gives true values: `stored · scale_factor + add_offset`, and NaN for `_FillValue` (or what the library writes by default
 * where there is none, -127 and 255 of bytes among them), `missing_value` and what lies outside `valid_range`: the CF conventions (2.5.1,
 * 8.1), and what they leave open as netCDF4-python has it.
 * `_Unsigned = "true"` makes stored integers unsigned. `undefined` for types that are no numbers.
 */
export function unpacker(variable: NetcdfVariable): ((data: NetcdfData) => UnpackedData) | undefined {
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
	return data => {
		const unpacked = variable.unpackedType === 'float' ? new Float32Array(data.length) : new Float64Array(data.length);
		for (let i = 0; i < data.length; i++) {
			const value = wrapped(Number(data[i]), wrap);
			const isGap =
				value === firstGap || value === secondGap || (manyGaps && gaps.has(value)) || !(value >= low && value <= high);
			unpacked[i] = isGap ? NaN : value * scaleFactor + addOffset;
		}
		return unpacked;
	};
}

/** What is added to a negative number to read it as unsigned; 0 where it is what it is. */
function unsignedWrap({ type, attributes }: NetcdfVariable, bytes: number): number {
	const signed = type === 'byte' || type === 'short' || type === 'int' || type === 'int64';
	return signed && String(attributes.get('_Unsigned')).toLowerCase() === 'true' ? 2 ** (8 * bytes) : 0;
}

const wrapped = (value: number, wrap: number): number => (value < 0 ? value + wrap : value);
