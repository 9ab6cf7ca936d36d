import type { FitsColumn } from './fitsColumns.ts';
import type { FitsPixels, FitsValues } from './fitsPixels.ts';

/** Up to this width every whole number fits into 32 bits, and up to the other into a number without loss. */
const WIDEST_INT32 = 9;
const WIDEST_EXACT = 15;
/** No two parts of it can take the same digits: long runs of them in broken files would take cubic time. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[ED](?:[+-]?\d+)?|[+-]\d+)?$/i;
const WHOLE = /^[+-]?\d+$/;

/** How a column of an ASCII table becomes an array. */
export interface AsciiPlan {
	readonly column: FitsColumn;
	/** `undefined` for texts. */
	readonly given: Int32ArrayConstructor | Float64ArrayConstructor | BigInt64ArrayConstructor | undefined;
	readonly scaled: boolean;
}

export function planAscii(column: FitsColumn, values: FitsValues): AsciiPlan {
	if (column.type === 'A' || values === 'raw') return { column, given: undefined, scaled: false };
	const scaled = column.scale !== 1 || column.zero !== 0;
	const float = scaled || values === 'float' || column.type !== 'I' || column.nullValue !== undefined;
	if (float) return { column, given: Float64Array, scaled };
	const given = column.bytes <= WIDEST_INT32 ? Int32Array : column.bytes <= WIDEST_EXACT ? Float64Array : BigInt64Array;
	return { column, given, scaled };
}

/**
 * Fields of an ASCII table. A blank number is 0, unless TNULL is blank (FITS standard 4.0, section 7.2.5); what is TNULL becomes NaN.
 * `fail` is told of what is no number, with its offset within `bytes`.
 */
export function decodeAscii(
	{ column, scaled }: AsciiPlan,
	bytes: Buffer,
	rows: number,
	rowBytes: number,
	out: FitsPixels,
	fail: (offset: number, field: string) => never,
): void {
	const none = typeof column.nullValue === 'string' ? column.nullValue.trim() : undefined;
	for (let row = 0; row < rows; row++) {
		const at = row * rowBytes + column.offset;
		const field = bytes.toString('latin1', at, at + column.bytes).trim();
		if (out instanceof BigInt64Array) {
			if (field !== '' && !WHOLE.test(field)) fail(at, field);
			out[row] = BigInt(field.startsWith('+') ? field.slice(1) : field);
			continue;
		}
		const value = field === none ? Number.NaN : (numberOf(field, column.decimals) ?? fail(at, field));
		out[row] = scaled ? value * column.scale + column.zero : value;
	}
}

/** Fortran's rules: D for E, an exponent by its sign alone, and a point that is not written stands before the last `decimals` digits. */
function numberOf(field: string, decimals: number): number | undefined {
	if (field === '') return 0;
	const plain = Number(field);
	if (!Number.isNaN(plain) && (decimals === 0 || field.includes('.'))) return plain;
	if (/^[+-]?(?:nan|inf(?:inity)?)$/i.test(field)) {
		return /nan/i.test(field)
			? Number.NaN
			: field.startsWith('-')
				? Number.NEGATIVE_INFINITY
				: Number.POSITIVE_INFINITY;
	}
	if (!NUMBER.test(field)) return undefined;
	const value = Number(
		field
			.replace(/[ED]$/i, '')
			.replace(/[ED]/i, 'e')
			.replace(/(?<=[\d.])(?=[+-])/, 'e'),
	);
	return decimals > 0 && !field.includes('.') ? value / 10 ** decimals : value;
}
