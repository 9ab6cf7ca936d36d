import { product } from './fitsBoxes.ts';
import type { FitsHdu } from './fitsHdu.ts';
import type { FitsHeader } from './fitsHeader.ts';

/**
 * The letter of TFORM: `L` logical, `X` bits, `B` unsigned byte, `I` `J` `K` integers of 16, 32, 64 bits, `A` text, `E` `D` floating-point
 * numbers of 32 and 64 bits, `C` `M` complex ones of them. `F` stands in ASCII tables only: `A`, `I`, `F`, `E`, `D` there.
 */
export type FitsColumnType = 'L' | 'X' | 'B' | 'I' | 'J' | 'K' | 'A' | 'E' | 'D' | 'C' | 'M' | 'F';

/** One column of a table, as its header describes it. */
export interface FitsColumn {
	/** From 0. */
	readonly index: number;
	/** TTYPE, or empty. */
	readonly name: string;
	/** What batches and rows call it: its name, made unlike the others; `column3` for the third if it has none. */
	readonly key: string;
	readonly form: string;
	readonly type: FitsColumnType;
	/** Elements in each row; of a text its characters, of a variable array 1. */
	readonly repeat: number;
	/** Of the elements in a row, slowest axis first (TDIM); empty for one element. */
	readonly shape: readonly number[];
	/** Characters of each text where a row holds several; 0 for what is no text. */
	readonly textBytes: number;
	/** Arrays of their own length, in the heap. */
	readonly variable: boolean;
	readonly unit: string | undefined;
	readonly scale: number;
	readonly zero: number;
	/** TNULL: a number, or in ASCII tables the text of the field. */
	readonly nullValue: number | bigint | string | undefined;
	/** Within the row. */
	readonly offset: number;
	/** Bytes within the row. */
	readonly bytes: number;
	/** Digits behind the point where none is written; ASCII tables only. */
	readonly decimals: number;
	/** @internal Of a variable array: two numbers of 4 or 8 bytes. */
	readonly descriptorBytes: 0 | 8 | 16;
}

/** Bytes of one element; bits are counted by themselves. */
export const ELEMENT_BYTES: Readonly<Record<FitsColumnType, number>> = {
	L: 1,
	X: 1,
	B: 1,
	I: 2,
	J: 4,
	K: 8,
	A: 1,
	E: 4,
	D: 8,
	C: 8,
	M: 16,
	F: 8,
};

export function storedBytes(type: FitsColumnType, elements: number): number {
	return type === 'X' ? Math.ceil(elements / 8) : elements * ELEMENT_BYTES[type];
}

type Fail = (problem: string) => never;
const BINARY_FORM = /^\s*(\d*)\s*([LXBIJKAEDCMPQ])(.*)$/;
const VARIABLE_FORM = /^([LXBIJKAEDCM])/;
const ASCII_FORM = /^\s*([AIFED])\s*(\d+)(?:\.(\d+))?/;
const MOST_COLUMNS = 999;

export function tableColumns(hdu: FitsHdu, fail: Fail): FitsColumn[] {
	const { header, kind } = hdu;
	if (kind !== 'table' && kind !== 'asciiTable' && kind !== 'compressedImage') return [];
	const count = header.number('TFIELDS') ?? fail('TFIELDS is missing');
	if (!Number.isSafeInteger(count) || count < 0 || count > MOST_COLUMNS) {
		fail(`TFIELDS is ${count}, and must be a whole number from 0 to ${MOST_COLUMNS}`);
	}
	const keys = new Set<string>(['__proto__']);
	const columns: FitsColumn[] = [];
	let offset = 0;
	for (let index = 0; index < count; index++) {
		const number = index + 1;
		const form = header.text(`TFORM${number}`) ?? fail(`TFORM${number} is missing`);
		const shape =
			kind === 'asciiTable' ? asciiShape(header, number, form, fail) : binaryShape(header, number, form, fail);
		const at = shape.offset ?? offset;
		offset = at + shape.bytes;
		if (at < 0 || offset > hdu.rowBytes) {
			fail(`column ${number} ends at byte ${offset} of a row, which has only ${hdu.rowBytes}`);
		}
		const name = header.text(`TTYPE${number}`) ?? '';
		const nullValue = header.get(`TNULL${number}`);
		columns.push({
			...shape,
			index,
			name,
			key: uniqueKey(name, number, keys),
			form,
			unit: header.text(`TUNIT${number}`),
			scale: header.number(`TSCAL${number}`) ?? 1,
			zero: header.number(`TZERO${number}`) ?? 0,
			nullValue:
				typeof nullValue === 'bigint' || typeof nullValue === 'string' || Number.isInteger(nullValue)
					? (nullValue as number | bigint | string)
					: undefined,
			offset: at,
		});
	}
	return columns;
}

type Shape = Pick<
	FitsColumn,
	'type' | 'repeat' | 'shape' | 'textBytes' | 'variable' | 'bytes' | 'decimals' | 'descriptorBytes'
> & { readonly offset?: number };

function binaryShape(header: FitsHeader, number: number, form: string, fail: Fail): Shape {
	const [, repeatText = '', letter, rest = ''] = BINARY_FORM.exec(form) ?? [];
	const repeat = repeatText === '' ? 1 : Number(repeatText);
	if (letter === undefined || !Number.isSafeInteger(repeat)) fail(`TFORM${number} is "${form}", which is no format`);
	if (letter === 'P' || letter === 'Q') {
		const [, element] = VARIABLE_FORM.exec(rest) ?? [];
		if (element === undefined || repeat > 1) fail(`TFORM${number} is "${form}", which is no variable array`);
		const descriptorBytes = letter === 'P' ? 8 : 16;
		const bytes = repeat * descriptorBytes;
		const type = element as FitsColumnType;
		const base = { type, repeat, shape: [], textBytes: 0, decimals: 0 };
		return { ...base, variable: true, bytes, descriptorBytes };
	}
	const type = letter as FitsColumnType;
	const bytes = storedBytes(type, repeat);
	const dims = dimensions(header.text(`TDIM${number}`), repeat);
	const base = { type, repeat, variable: false, bytes, decimals: 0, descriptorBytes: 0 } as const;
	if (type === 'A') {
		const [...axes] = dims ?? [repeat];
		const textBytes = axes.pop() ?? repeat;
		return { ...base, shape: axes, textBytes };
	}
	return { ...base, shape: dims ?? (repeat === 1 ? [] : [repeat]), textBytes: 0 };
}

/** TDIM, slowest axis first; `undefined` where it does not fit the row: then it is left out of account, as others do. */
function dimensions(text: string | undefined, repeat: number): number[] | undefined {
	const inner = /^\s*\(([\d\s,]+)\)\s*$/.exec(text ?? '')?.[1];
	if (inner === undefined) return undefined;
	const axes = inner.split(',').map(Number).reverse();
	return product(axes) === repeat ? axes : undefined;
}

function asciiShape(header: FitsHeader, number: number, form: string, fail: Fail): Shape {
	const [, letter, widthText, decimalsText] = ASCII_FORM.exec(form) ?? [];
	if (letter === undefined) fail(`TFORM${number} is "${form}", which is no format of an ASCII table`);
	const width = Number(widthText);
	const column = header.number(`TBCOL${number}`);
	if (column === undefined || !Number.isSafeInteger(column)) fail(`TBCOL${number} is missing`);
	return {
		type: letter as FitsColumnType,
		repeat: letter === 'A' ? width : 1,
		shape: [],
		textBytes: width,
		variable: false,
		bytes: width,
		decimals: Number(decimalsText ?? 0),
		descriptorBytes: 0,
		offset: column - 1,
	};
}

function uniqueKey(name: string, number: number, keys: Set<string>): string {
	let key = name === '' ? `column${number}` : name;
	while (keys.has(key)) key = `${key}_${number}`;
	keys.add(key);
	return key;
}
