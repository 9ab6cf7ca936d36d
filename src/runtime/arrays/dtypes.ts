/** An array over memory outside of V8's heap; elements are numbers, or for the last two big integers. */
export type TypedArray =
	| Int8Array
	| Uint8Array
	| Uint8ClampedArray
	| Int16Array
	| Uint16Array
	| Int32Array
	| Uint32Array
	| Float32Array
	| Float64Array
	| BigInt64Array
	| BigUint64Array;

/** Names of element types, as `Float64Array` without the `Array`, in small letters. */
export type Dtype =
	| 'int8'
	| 'uint8'
	| 'uint8clamped'
	| 'int16'
	| 'uint16'
	| 'int32'
	| 'uint32'
	| 'float16'
	| 'float32'
	| 'float64'
	| 'bigint64'
	| 'biguint64';

const BYTES: Readonly<Record<Dtype, number>> = {
	int8: 1,
	uint8: 1,
	uint8clamped: 1,
	int16: 2,
	uint16: 2,
	int32: 4,
	uint32: 4,
	float16: 2,
	float32: 4,
	float64: 8,
	bigint64: 8,
	biguint64: 8,
};

export const dtypeNames = Object.keys(BYTES) as readonly Dtype[];

export const isDtype = (value: unknown): value is Dtype => typeof value === 'string' && Object.hasOwn(BYTES, value);

export const bytesPerElement = (dtype: Dtype): number => BYTES[dtype];

/** `float64` for a `Float64Array`, `uint8` for a `Buffer`; `undefined` for what is no typed array. Also for those of other realms. */
export function dtypeOf(value: unknown): Dtype | undefined {
	if (!ArrayBuffer.isView(value)) return undefined;
	const name = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
	const dtype = typeof name === 'string' ? name.slice(0, -'Array'.length).toLowerCase() : undefined;
	return isDtype(dtype) ? dtype : undefined;
}

export const isTypedArray = (value: unknown): value is TypedArray => dtypeOf(value) !== undefined;

/** What an array can be made smaller into. Node 20 and 22 have no `Float16Array`, so that is none. */
export type SmallDtype = 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'float32';

export const smallArrays = {
	int8: Int8Array,
	uint8: Uint8Array,
	int16: Int16Array,
	uint16: Uint16Array,
	int32: Int32Array,
	uint32: Uint32Array,
	float32: Float32Array,
} as const;

/** The smallest type that holds all whole numbers from `low` to `high`; `undefined` beyond 32 bits. */
export function integerDtype(low: number, high: number): Exclude<SmallDtype, 'float32'> | undefined {
	if (low >= 0) return high <= 0xff ? 'uint8' : high <= 0xffff ? 'uint16' : high <= 0xffff_ffff ? 'uint32' : undefined;
	if (low >= -0x80 && high <= 0x7f) return 'int8';
	if (low >= -0x8000 && high <= 0x7fff) return 'int16';
	return low >= -0x8000_0000 && high <= 0x7fff_ffff ? 'int32' : undefined;
}
