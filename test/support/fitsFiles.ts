import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { projectRoot } from '../../scripts/paths.ts';
import { headerText } from './bigFiles/fits.ts';

const BLOCK_BYTES = 2880;
/** Every tile compression that astropy writes; see `truth/fitsTiles.py`. */
export const tilesFile = join(projectRoot, 'test', 'fixtures', 'formats', 'fits', 'tiles.fits.gz');

export type FitsCards = readonly (readonly [keyword: string, value: string | number])[];

/** One HDU: its cards (a keyword of eight characters and `''` for free text are not needed here) and its data, padded. */
export function hduBytes(cards: FitsCards, data: Buffer = Buffer.alloc(0)): Buffer {
	const padding = Buffer.alloc((BLOCK_BYTES - (data.length % BLOCK_BYTES)) % BLOCK_BYTES);
	return Buffer.concat([Buffer.from(headerText(cards), 'latin1'), data, padding]);
}

export function imageHdu(
	bitpix: number,
	axes: readonly number[],
	data: Buffer,
	more: FitsCards = [],
	first = true,
): Buffer {
	const begin: FitsCards = first ? [['SIMPLE', 'T']] : [['XTENSION', "'IMAGE'"]];
	const shape = axes.map((axis, i) => [`NAXIS${i + 1}`, axis] as const);
	const counts: FitsCards = first ? [] : [['PCOUNT', 0], ['GCOUNT', 1]]; // biome-ignore format: one line
	return hduBytes([...begin, ['BITPIX', bitpix], ['NAXIS', axes.length], ...shape, ...counts, ...more], data);
}

export interface ColumnCards {
	readonly name: string;
	readonly form: string;
	readonly more?: Readonly<Record<string, string | number>>;
}

/** A table with `rows` rows; `heap` follows them. Further cards of a column get its number: `{ TNULL: -1 }`. */
export function tableHdu(
	columns: readonly ColumnCards[],
	rowBytes: number,
	rows: Buffer,
	heap: Buffer = Buffer.alloc(0),
	kind = 'BINTABLE',
): Buffer {
	const cards: [string, string | number][] = [
		['XTENSION', `'${kind}'`],
		['BITPIX', 8],
		['NAXIS', 2],
		['NAXIS1', rowBytes],
		['NAXIS2', rows.length / rowBytes],
		['PCOUNT', heap.length],
		['GCOUNT', 1],
		['TFIELDS', columns.length],
	];
	for (const [i, { name, form, more = {} }] of columns.entries()) {
		cards.push([`TTYPE${i + 1}`, `'${name}'`], [`TFORM${i + 1}`, `'${form}'`]);
		for (const [keyword, value] of Object.entries(more)) cards.push([`${keyword}${i + 1}`, value]);
	}
	return hduBytes(cards, Buffer.concat([rows, heap]));
}

/** Images, both kinds of tables, an array in the heap. */
export function mixedFile(): Buffer {
	const pixels = Buffer.alloc(600 * 2);
	for (let i = 0; i < 600; i++) pixels.writeInt16BE(i * 7 - 2000, i * 2);
	const floats = Buffer.alloc(24 * 4);
	for (let i = 0; i < 24; i++) floats.writeFloatBE(i / 8, i * 4);
	const rows = Buffer.alloc(4 * 20);
	const heap = Buffer.alloc(24);
	for (let i = 0; i < 4; i++) {
		rows.writeInt32BE(i === 2 ? -1 : i * 10, i * 20);
		rows.write(`star${i}`, i * 20 + 4, 'latin1');
		rows.writeInt32BE(3, i * 20 + 12);
		rows.writeInt32BE(i * 6, i * 20 + 16);
	}
	for (let i = 0; i < 12; i++) heap.writeInt16BE(i * i, i * 2);
	const text = Buffer.from(['  12 3.50', '   7-0.25', '  -1 1D+2'].join(''), 'latin1');
	return Buffer.concat([
		imageHdu(16, [30, 20], pixels, [
			['BZERO', 32768],
			['EXTEND', 'T'],
		]),
		imageHdu(-32, [4, 3, 2], floats, [['EXTNAME', "'CUBE'"]], false),
		tableHdu(
			[
				{ name: 'ID', form: 'J', more: { TNULL: -1 } },
				{ name: 'NAME', form: '8A' },
				{ name: 'LIST', form: 'PI(3)' },
			],
			20,
			rows,
			heap,
		),
		tableHdu(
			[
				{ name: 'A', form: 'I4', more: { TBCOL: 1 } },
				{ name: 'B', form: 'D5.2', more: { TBCOL: 5 } },
			],
			9,
			text,
			undefined,
			'TABLE',
		),
	]);
}

/** Three groups with two parameters each. */
export function groupsFile(): Buffer {
	const data = Buffer.alloc(3 * 6 * 4);
	for (let i = 0; i < 18; i++) data.writeFloatBE(i, i * 4);
	const scale: FitsCards = [
		['PTYPE1', "'UU'"],
		['PTYPE2', "'DATE'"],
		['PZERO2', 2455955.5],
	];
	const counts: FitsCards = [
		['GROUPS', 'T'],
		['PCOUNT', 2],
		['GCOUNT', 3],
	];
	return imageHdu(-32, [0, 2, 2], data, [...counts, ...scale]);
}

/** Writes the files above and the tiles, unpacked, into `folder`. */
export async function writeFitsFiles(folder: string): Promise<{ mixed: string; groups: string; tiles: string }> {
	const files = {
		mixed: join(folder, 'mixed.fits'),
		groups: join(folder, 'groups.fits'),
		tiles: join(folder, 'tiles.fits'),
	};
	await writeFile(files.mixed, mixedFile());
	await writeFile(files.groups, groupsFile());
	await writeFile(files.tiles, gunzipSync(await readFile(tilesFile)));
	return files;
}
