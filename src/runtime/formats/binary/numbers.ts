import { runtimeErrors } from '../../internals.ts';
import type { BinaryArrays, BinaryNumber } from './fields.ts';

type Read = (view: DataView, at: number, little: boolean) => number | bigint;

export interface NumberKind<Type extends BinaryNumber = BinaryNumber> {
	readonly bytes: number;
	readonly read: Read;
	/** A view on `length` values, from the memory's start. */
	array(memory: ArrayBuffer, length: number): BinaryArrays[Type];
	/** Every value of `values` from the bytes, the first one at `at`, each `step` behind the one before. */
	fill(values: BinaryArrays[Type], view: DataView, at: number, step: number, little: boolean): void;
}

/** A loop of its own for each type: V8 makes a loop fast that always sees the same one. */
export const NUMBERS: { readonly [Type in BinaryNumber]: NumberKind<Type> } = {
	int8: {
		bytes: 1,
		read: (view, at) => view.getInt8(at),
		array: (memory, length) => new Int8Array(memory, 0, length),
		fill: (values, view, at, step) => {
			for (let i = 0; i < values.length; i++) values[i] = view.getInt8(at + i * step);
		},
	},
	uint8: {
		bytes: 1,
		read: (view, at) => view.getUint8(at),
		array: (memory, length) => new Uint8Array(memory, 0, length),
		fill: (values, view, at, step) => {
			for (let i = 0; i < values.length; i++) values[i] = view.getUint8(at + i * step);
		},
	},
	int16: {
		bytes: 2,
		read: (view, at, little) => view.getInt16(at, little),
		array: (memory, length) => new Int16Array(memory, 0, length),
		fill: (values, view, at, step, little) => {
			for (let i = 0; i < values.length; i++) values[i] = view.getInt16(at + i * step, little);
		},
	},
	uint16: {
		bytes: 2,
		read: (view, at, little) => view.getUint16(at, little),
		array: (memory, length) => new Uint16Array(memory, 0, length),
		fill: (values, view, at, step, little) => {
			for (let i = 0; i < values.length; i++) values[i] = view.getUint16(at + i * step, little);
		},
	},
	int32: {
		bytes: 4,
		read: (view, at, little) => view.getInt32(at, little),
		array: (memory, length) => new Int32Array(memory, 0, length),
		fill: (values, view, at, step, little) => {
			for (let i = 0; i < values.length; i++) values[i] = view.getInt32(at + i * step, little);
		},
	},
	uint32: {
		bytes: 4,
		read: (view, at, little) => view.getUint32(at, little),
		array: (memory, length) => new Uint32Array(memory, 0, length),
		fill: (values, view, at, step, little) => {
			for (let i = 0; i < values.length; i++) values[i] = view.getUint32(at + i * step, little);
		},
	},
	int64: {
		bytes: 8,
		read: (view, at, little) => view.getBigInt64(at, little),
		array: (memory, length) => new BigInt64Array(memory, 0, length),
		fill: (values, view, at, step, little) => {
			for (let i = 0; i < values.length; i++) values[i] = view.getBigInt64(at + i * step, little);
		},
	},
	uint64: {
		bytes: 8,
		read: (view, at, little) => view.getBigUint64(at, little),
		array: (memory, length) => new BigUint64Array(memory, 0, length),
		fill: (values, view, at, step, little) => {
			for (let i = 0; i < values.length; i++) values[i] = view.getBigUint64(at + i * step, little);
		},
	},
	float32: {
		bytes: 4,
		read: (view, at, little) => view.getFloat32(at, little),
		array: (memory, length) => new Float32Array(memory, 0, length),
		fill: (values, view, at, step, little) => {
			for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(at + i * step, little);
		},
	},
	float64: {
		bytes: 8,
		read: (view, at, little) => view.getFloat64(at, little),
		array: (memory, length) => new Float64Array(memory, 0, length),
		fill: (values, view, at, step, little) => {
			for (let i = 0; i < values.length; i++) values[i] = view.getFloat64(at + i * step, little);
		},
	},
};

/** Throws `invalidOption` for what is no type of numbers. */
export function numberKind<Type extends BinaryNumber>(type: Type): NumberKind<Type> {
	if (typeof type === 'string' && Object.hasOwn(NUMBERS, type)) return NUMBERS[type];
	throw runtimeErrors.invalidOption('BinaryReader', 'type', `one of ${Object.keys(NUMBERS).join(', ')}`, type);
}
