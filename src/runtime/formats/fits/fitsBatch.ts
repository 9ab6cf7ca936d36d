import { runtimeErrors } from '../../internals.ts';
import { type FitsArray, type FitsColumnData, UNDEFINED_LOGICAL } from './columnDecoder.ts';
import { product } from './fitsBoxes.ts';
import type { FitsColumn } from './fitsColumns.ts';
import type { FitsPixels } from './fitsPixels.ts';
import { FitsTexts } from './fitsTexts.ts';

/** A field of a row: `null` where it has no value. Several elements in a row are an array. */
export type FitsField = number | bigint | boolean | string | null | (boolean | null)[] | string[] | FitsPixels;
export type FitsRow = Record<string, FitsField>;

/** Some rows of a table, as columns. */
export class FitsBatch {
	/** The first row's number in the table, from 0. */
	readonly start: number;
	readonly rows: number;
	/**
	 * By the columns' keys. Numbers: those of all rows one after the other, `repeat` for each row, complex ones as pairs, logical values as
	 * 1 and 0 (255: neither). Texts: one for each row, or as many as the column's shape says. Variable arrays: one array for each row.
	 */
	readonly data: ReadonlyMap<string, FitsColumnData>;
	readonly #columns: readonly FitsColumn[];

	/** @internal */
	constructor(start: number, rows: number, columns: readonly FitsColumn[], data: ReadonlyMap<string, FitsColumnData>) {
		this.start = start;
		this.rows = rows;
		this.data = data;
		this.#columns = columns;
	}

	/** A column of numbers. Throws `invalidOption` where there is no such column, or it holds texts or arrays. */
	numbers(key: string): FitsPixels {
		const data = this.data.get(key);
		if (data && !Array.isArray(data) && !(data instanceof FitsTexts)) return data;
		throw this.#not(key, 'numbers', data);
	}

	/** A column of texts. Throws as `numbers`. */
	texts(key: string): FitsTexts {
		const data = this.data.get(key);
		if (data instanceof FitsTexts) return data;
		throw this.#not(key, 'texts', data);
	}

	/** A column of variable arrays. Throws as `numbers`. */
	arrays(key: string): FitsArray[] {
		const data = this.data.get(key);
		if (Array.isArray(data)) return data;
		throw this.#not(key, 'variable arrays', data);
	}

	/** The same as objects, in memory of their own. */
	*objects(): Generator<FitsRow, void, undefined> {
		const fields = this.#columns.map(column => ({
			key: column.key,
			at: fieldReader(column, this.data.get(column.key) ?? []),
		}));
		for (let row = 0; row < this.rows; row++) {
			const object: FitsRow = {};
			for (const { key, at } of fields) object[key] = at(row);
			yield object;
		}
	}

	#not(key: string, what: string, data: unknown): Error {
		const expected = data === undefined ? `one of ${[...this.data.keys()].join(', ')}` : `a column of ${what}`;
		return runtimeErrors.invalidOption('FitsBatch', 'key', expected, key);
	}
}

function fieldReader(column: FitsColumn, data: FitsColumnData): (row: number) => FitsField {
	const single = column.shape.length === 0 && (column.repeat === 1 || column.type === 'A');
	if (Array.isArray(data)) return row => data[row] ?? null;
	if (data instanceof FitsTexts) {
		if (single) return row => data.at(row) ?? null;
		const count = product(column.shape);
		return row => Array.from({ length: count }, (_, i) => data.at(row * count + i) ?? '');
	}
	if (column.type === 'L') {
		const truth = (value: number | bigint | undefined) =>
			value === 1 || value === 0x54 ? true : value === UNDEFINED_LOGICAL || value === undefined ? null : false;
		if (single) return row => truth(data[row]);
		return row => Array.from(data.subarray(row * column.repeat, (row + 1) * column.repeat), truth);
	}
	const complex = column.type === 'C' || column.type === 'M';
	if (single && !complex) {
		const { nullValue } = column;
		if (nullValue === undefined) return row => data[row] ?? null;
		return row => {
			const value = data[row];
			return value === undefined || Number.isNaN(value) || value === nullOf(nullValue, value) ? null : value;
		};
	}
	const width = column.repeat * (complex ? 2 : 1);
	return row => data.slice(row * width, (row + 1) * width);
}

/** TNULL in the type of the values: 64-bit numbers are big integers, however small TNULL is. */
function nullOf(nullValue: number | bigint | string, value: number | bigint): number | bigint | undefined {
	if (typeof nullValue === 'string') return undefined;
	return typeof value === 'bigint' ? BigInt(nullValue) : undefined;
}
