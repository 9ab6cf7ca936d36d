/** Real sample types that libvips has; complex ones are refused. */
const TYPES = {
	uchar: { dtype: 'uint8', array: Uint8Array },
	char: { dtype: 'int8', array: Int8Array },
	ushort: { dtype: 'uint16', array: Uint16Array },
	short: { dtype: 'int16', array: Int16Array },
	uint: { dtype: 'uint32', array: Uint32Array },
	int: { dtype: 'int32', array: Int32Array },
	float: { dtype: 'float32', array: Float32Array },
	double: { dtype: 'float64', array: Float64Array },
} as const;

/** libvips' name of a sample type, as `sharp` uses it. */
export type Depth = keyof typeof TYPES;
export type PixelType = (typeof TYPES)[Depth]['dtype'];
export type PixelArray =
	| Uint8Array
	| Int8Array
	| Uint16Array
	| Int16Array
	| Uint32Array
	| Int32Array
	| Float32Array
	| Float64Array;

/** In the order of libvips' own numbers (VipsBandFormat). */
const BY_NUMBER: readonly (Depth | undefined)[] = [
	'uchar',
	'char',
	'ushort',
	'short',
	'uint',
	'int',
	'float',
	undefined,
	'double',
];

export const isDepth = (name: string): name is Depth => Object.hasOwn(TYPES, name);
export const depthNumbered = (number: number): Depth | undefined => BY_NUMBER[number];
export const dtypeOf = (depth: Depth): PixelType => TYPES[depth].dtype;
export const bytesPerSample = (depth: Depth): number => TYPES[depth].array.BYTES_PER_ELEMENT;

/** The samples in `bytes`, without a copy where they are aligned. */
export function samplesIn(depth: Depth, bytes: Uint8Array): PixelArray {
	const { array: Samples } = TYPES[depth];
	const aligned = bytes.byteOffset % Samples.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
	const length = aligned.byteLength / Samples.BYTES_PER_ELEMENT;
	return new Samples(aligned.buffer as ArrayBuffer, aligned.byteOffset, length);
}
