import { ELEMENT_BYTES, type FitsColumn, type FitsColumnType } from './fitsColumns.ts';
import { type ArrayKind, type FitsPixels, type FitsValues, type Scaling, scaleInto } from './fitsPixels.ts';
import { type FitsTexts, textAt } from './fitsTexts.ts';

/** The texts or numbers of one row's variable array. */
export type FitsArray = FitsPixels | string;
/** Of a column: numbers of all rows, one after the other; texts; or one array for each row. */
export type FitsColumnData = FitsPixels | FitsTexts | FitsArray[];

/** A logical value that is neither T nor F. */
export const UNDEFINED_LOGICAL = 255;

const STORED: Readonly<Record<Exclude<FitsColumnType, 'A'>, ArrayKind>> = {
	L: Uint8Array,
	X: Uint8Array,
	B: Uint8Array,
	I: Int16Array,
	J: Int32Array,
	K: BigInt64Array,
	E: Float32Array,
	D: Float64Array,
	C: Float32Array,
	M: Float64Array,
	F: Float64Array,
};
const FLIPPED: Partial<Record<FitsColumnType, { zero: number; given: ArrayKind }>> = {
	B: { zero: -128, given: Int8Array },
	I: { zero: 2 ** 15, given: Uint16Array },
	J: { zero: 2 ** 31, given: Uint32Array },
	K: { zero: 2 ** 63, given: BigUint64Array },
};

/** How a column of a binary table becomes arrays. */
export interface ColumnPlan {
	readonly column: FitsColumn;
	readonly stored: ArrayKind;
	/** `undefined` for texts. */
	readonly given: ArrayKind | undefined;
	readonly way: 'same' | 'flip' | 'scale';
	readonly raw: boolean;
	/** Numbers given for each element. */
	readonly parts: 1 | 2;
	readonly scaling: Scaling;
}

export function planColumn(column: FitsColumn, values: FitsValues): ColumnPlan {
	const { type, scale, zero, nullValue } = column;
	const whole = type === 'B' || type === 'I' || type === 'J' || type === 'K';
	const parts = type === 'C' || type === 'M' ? 2 : 1;
	const scaled = scale !== 1 || zero !== 0;
	// 64-bit numbers stay exact: who reads them sees TNULL itself.
	const hasNull = whole && (type !== 'K' || scaled) && nullValue !== undefined && typeof nullValue !== 'string';
	const blank = hasNull ? nullValue : undefined;
	const stored = type === 'A' ? Uint8Array : STORED[type];
	const base = { column, stored, parts, raw: values === 'raw', scaling: { scale, zero, blank } } as const;
	if (type === 'A') return { ...base, given: undefined, way: 'same' };
	const fixed = type === 'L' || type === 'X';
	if (values === 'raw' || fixed || (!scaled && blank === undefined && !(whole && values === 'float'))) {
		return { ...base, given: stored, way: 'same' };
	}
	const flipped = FLIPPED[type];
	if (values === 'physical' && blank === undefined && scale === 1 && flipped?.zero === zero) {
		return { ...base, given: flipped.given, way: 'flip' };
	}
	return { ...base, given: Float64Array, way: 'scale' };
}

/** Bytes that a row of the column takes in a batch. */
export function givenBytes({ column, given, parts }: ColumnPlan): number {
	if (column.variable) return 16;
	if (!given) return column.bytes;
	return column.repeat * parts * given.BYTES_PER_ELEMENT;
}

/** Where the elements of a column lie: `rows` times `repeat`, `stride` bytes from row to row. */
export interface Field {
	readonly view: DataView;
	readonly offset: number;
	readonly stride: number;
	readonly rows: number;
	readonly repeat: number;
}

export function decodeNumbers(plan: ColumnPlan, field: Field, out: FitsPixels): void {
	const { way, scaling, stored, parts } = plan;
	const { type } = plan.column;
	if (way !== 'scale') {
		gather(type, field, out, plan.raw);
		if (way === 'flip') flip(out);
		return;
	}
	const native = new stored(out.length);
	gather(type, field, native, true);
	scaleInto(out as Float64Array, native, scaling);
	if (parts === 1) return;
	// TZERO moves the real part only.
	for (let i = 1; i < out.length; i += 2) out[i] = (out[i] as number) - scaling.zero;
}

function flip(out: FitsPixels): void {
	if (out instanceof BigUint64Array) {
		for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0n) ^ (1n << 63n);
		return;
	}
	const numbers = out as Uint32Array;
	const top = 2 ** (8 * out.BYTES_PER_ELEMENT - 1);
	for (let i = 0; i < numbers.length; i++) numbers[i] = (numbers[i] ?? 0) ^ top;
}

/** One loop for each type: a loop over a function that reads an element takes ten times as long. */
function gather(type: FitsColumnType, field: Field, into: FitsPixels, raw: boolean): void {
	const { view, offset, stride, rows } = field;
	const repeat = type === 'C' || type === 'M' ? 2 * field.repeat : field.repeat;
	const out = into as Float64Array;
	let o = 0;
	for (let row = 0, from = offset; row < rows; row++, from += stride) {
		let at = from;
		const end = o + repeat;
		switch (type) {
			case 'I':
				for (; o < end; o++, at += 2) out[o] = view.getInt16(at);
				break;
			case 'J':
				for (; o < end; o++, at += 4) out[o] = view.getInt32(at);
				break;
			case 'E':
			case 'C':
				for (; o < end; o++, at += 4) out[o] = view.getFloat32(at);
				break;
			case 'D':
			case 'M':
				for (; o < end; o++, at += 8) out[o] = view.getFloat64(at);
				break;
			case 'K':
				for (; o < end; o++, at += 8) (into as BigInt64Array)[o] = view.getBigInt64(at);
				break;
			case 'X':
				for (let bit = 0; o < end; o++, bit++) out[o] = (view.getUint8(at + (bit >> 3)) >> (7 - (bit & 7))) & 1;
				break;
			case 'L':
				for (; o < end; o++, at++) out[o] = raw ? view.getUint8(at) : logical(view.getUint8(at));
				break;
			default:
				for (; o < end; o++, at++) out[o] = view.getUint8(at);
		}
	}
}

function logical(byte: number): number {
	return byte === 0x54 ? 1 : byte === 0x46 ? 0 : UNDEFINED_LOGICAL;
}

/** The one array of a row that lies in the heap, in memory of its own. */
export function decodeArray(plan: ColumnPlan, bytes: Buffer, elements: number): FitsArray {
	const { given, parts } = plan;
	if (!given) return textAt(bytes, 0, elements);
	const out = new given(elements * parts);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	decodeNumbers(plan, { view, offset: 0, stride: bytes.length, rows: 1, repeat: elements }, out);
	return out;
}

/** Bytes of memory that an array of the heap takes when it is given. */
export function arrayBytes({ given, parts, column }: ColumnPlan, elements: number): number {
	return elements * (given ? parts * given.BYTES_PER_ELEMENT : ELEMENT_BYTES[column.type]);
}
