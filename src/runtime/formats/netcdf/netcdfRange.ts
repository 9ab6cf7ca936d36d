import { isPositiveInteger, runtimeErrors } from '../../internals.ts';
import type { OptionNames } from '../../optionNames.ts';
import { DEFAULT_WINDOW_BYTES } from '../byteSource.ts';
import { checkOptions } from '../formatReader.ts';
import type { NetcdfRange, NetcdfVariable } from './netcdfTypes.ts';

export interface NetcdfSlabOptions extends NetcdfRange {
	/** Most bytes of stored values in one slab; 1 MiB without it. */
	slabBytes?: number;
	/** True values as floating point numbers, NaN where there is none. */
	unpack?: boolean;
	/** `false`: each slab has memory of its own and may be kept. */
	reuse?: boolean;
}

const NAMES: OptionNames<NetcdfSlabOptions> = { start: true, count: true, slabBytes: true, unpack: true, reuse: true };
const OWNER = 'NetcdfReader';

/** Options of slabs as they hold. Throws `invalidOption`. */
export function slabOptions(options: NetcdfSlabOptions): { slabBytes: number; unpack: boolean; reuse: boolean } {
	checkOptions(OWNER, options, NAMES);
	const { slabBytes = DEFAULT_WINDOW_BYTES, unpack = false, reuse = true } = options;
	if (!isPositiveInteger(slabBytes)) {
		throw runtimeErrors.invalidOption(OWNER, 'slabBytes', 'a positive whole number of bytes', slabBytes);
	}
	for (const [option, value] of Object.entries({ unpack, reuse })) {
		if (typeof value !== 'boolean') throw runtimeErrors.invalidOption(OWNER, option, 'true or false', value);
	}
	return { slabBytes, unpack, reuse };
}

/** The part of the variable that is meant. Throws `invalidOption` where it lies outside. */
export function checkedRange(variable: NetcdfVariable, range: NetcdfRange): { start: number[]; count: number[] } {
	const { name, shape } = variable;
	const { start = shape.map(() => 0), count = shape.map((length, i) => Math.max(length - (start[i] ?? 0), 0)) } = range;
	for (const [option, indices] of Object.entries({ start, count })) {
		const isList = Array.isArray(indices) && indices.every(index => Number.isSafeInteger(index) && index >= 0);
		if (isList && indices.length === shape.length) continue;
		const expected = `${shape.length} whole numbers from 0 on, one per dimension of "${name}"`;
		throw runtimeErrors.invalidOption(OWNER, option, expected, indices);
	}
	for (const [dimension, length] of shape.entries()) {
		const first = start[dimension] ?? 0;
		const many = count[dimension] ?? 0;
		if (first + many <= length) continue;
		const which = `dimension ${dimension} ("${variable.dimensions[dimension]}") of "${name}"`;
		const option = first > length ? 'start' : 'count';
		const expected = `within the ${length} of ${which}, from ${first} on`;
		throw runtimeErrors.invalidOption(OWNER, option, expected, option === 'start' ? first : many);
	}
	return { start: [...start], count: [...count] };
}
