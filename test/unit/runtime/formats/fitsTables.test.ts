import { strict as assert } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FitsTableOptions } from '../../../../src/runtime/formats/fits/fitsOptions.ts';
import { FitsReader } from '../../../../src/runtime/formats/fits/fitsReader.ts';
import { FitsTexts } from '../../../../src/runtime/formats/fits/fitsTexts.ts';
import { type ColumnCards, imageHdu, mixedFile, tableHdu } from '../../../support/fitsFiles.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';

describe('FITS tables', () => {
	let folder: TemporaryFolder;
	let files = 0;
	before(() => {
		folder = temporaryFolder('fits');
	});
	after(() => folder.remove());

	async function opened(bytes: Buffer, options = {}): Promise<FitsReader> {
		const path = join(folder.path, `${files++}.fits`);
		await writeFile(path, bytes);
		return FitsReader.open(path, options);
	}

	function withTable(...table: Parameters<typeof tableHdu>): Promise<FitsReader> {
		return opened(Buffer.concat([imageHdu(8, [], Buffer.alloc(0)), tableHdu(...table)]));
	}

	/** The only column of a table of one row. */
	async function column(cards: Omit<ColumnCards, 'name'>, row: Buffer, options: FitsTableOptions = {}) {
		await using reader = await withTable([{ name: 'X', ...cards }], row.length, row);
		let field: unknown;
		for await (const object of reader.rows(1, options)) field = object.X;
		for await (const batch of reader.columns(1, { ...options, reuse: false }))
			return { data: batch.data.get('X'), field };
		return undefined;
	}

	it('give every type of column', async () => {
		const bytes = (size: number, write: (row: Buffer) => unknown) => {
			const row = Buffer.alloc(size);
			write(row);
			return row;
		};
		const two = bytes(4, row => row.writeInt16BE(-2, 0) + row.writeInt16BE(7, 2));
		const cases: [string, Buffer, unknown, unknown][] = [
			['L', Buffer.from('T'), new Uint8Array([1]), true],
			['3L', Buffer.from('TF\0'), new Uint8Array([1, 0, 255]), [true, false, null]],
			['10X', Buffer.from([0b10100000, 0b01000000]), new Uint8Array([1, 0, 1, 0, 0, 0, 0, 0, 0, 1]), undefined],
			['B', Buffer.from([200]), new Uint8Array([200]), 200],
			['2I', two, new Int16Array([-2, 7]), undefined],
			['J', bytes(4, row => row.writeInt32BE(-70_000)), new Int32Array([-70_000]), -70_000],
			['K', bytes(8, row => row.writeBigInt64BE(-5n)), new BigInt64Array([-5n]), -5n],
			['E', bytes(4, row => row.writeFloatBE(0.5)), new Float32Array([0.5]), 0.5],
			['1D', bytes(8, row => row.writeDoubleBE(Math.PI)), new Float64Array([Math.PI]), Math.PI],
			['C', bytes(8, row => row.writeFloatBE(1) + row.writeFloatBE(-2, 4)), new Float32Array([1, -2]), undefined],
			['M', bytes(16, row => row.writeDoubleBE(1) + row.writeDoubleBE(-2, 8)), new Float64Array([1, -2]), undefined],
		];
		for (const [form, row, data, field] of cases) {
			assert.deepEqual(await column({ form }, row), { data, field: field === undefined ? data : field }, form);
		}
	});

	it('give texts one by one, and several in a row by TDIM', async () => {
		const one = await column({ form: '6A' }, Buffer.from('ab \0cd'));
		assert.ok(one?.data instanceof FitsTexts);
		assert.deepEqual([one.data.toArray(), one.field], [['ab'], 'ab']);
		const four = await column({ form: '8A', more: { TDIM: "'(2,2,2)'" } }, Buffer.from('a bcd ef'));
		assert.deepEqual(Array.from(four?.data as FitsTexts), ['a', 'bc', 'd', 'ef']);
		assert.deepEqual(four?.field, ['a', 'bc', 'd', 'ef']);
	});

	it('scale numbers, know unsigned ones and those without a value', async () => {
		const row = Buffer.alloc(2);
		row.writeInt16BE(-1);
		const cases: [Record<string, number>, FitsTableOptions, unknown, unknown][] = [
			[{ TZERO: 32768 }, {}, new Uint16Array([32767]), 32767],
			[{ TSCAL: 0.5, TZERO: 3 }, {}, new Float64Array([2.5]), 2.5],
			[{ TNULL: -1 }, {}, new Float64Array([Number.NaN]), null],
			[{ TNULL: -2 }, {}, new Float64Array([-1]), -1],
			[{ TSCAL: 0.5, TNULL: 7 }, { values: 'raw' }, new Int16Array([-1]), -1],
			[{}, { values: 'float' }, new Float64Array([-1]), -1],
		];
		for (const [more, options, data, field] of cases) {
			assert.deepEqual(await column({ form: 'I', more }, row, options), { data, field }, JSON.stringify(more));
		}
		const wide = Buffer.alloc(8);
		wide.writeBigInt64BE(-1n);
		assert.deepEqual(await column({ form: 'K', more: { TNULL: -1 } }, wide), {
			data: new BigInt64Array([-1n]),
			field: null,
		});
	});

	it('read arrays of their own length from the heap, a batch no larger than it may be', async () => {
		const row = Buffer.alloc(3 * 16);
		const heap = Buffer.alloc(4000);
		for (let i = 0; i < 1000; i++) heap.writeInt32BE(i, i * 4);
		for (const [i, [count, offset]] of [
			[3, 0],
			[0, 0],
			[900, 400],
		].entries()) {
			row.writeBigInt64BE(BigInt(count ?? 0), i * 16);
			row.writeBigInt64BE(BigInt(offset ?? 0), i * 16 + 8);
		}
		await using reader = await withTable([{ name: 'X', form: 'QJ(900)' }], 16, row, heap);
		const batches: number[][] = [];
		for await (const batch of reader.columns(1, { maxBytes: 1000 })) {
			batches.push(batch.arrays('X').map(array => array.length));
			if (batch.start === 0) assert.deepEqual(batch.arrays('X')[0], new Int32Array([0, 1, 2]));
			assert.throws(() => batch.numbers('X'), { code: 'invalidOption' });
		}
		assert.deepEqual(batches.flat(), [3, 0, 900]);
		assert.ok(batches.length > 1);
		row.writeBigInt64BE(4001n, 8);
		await using broken = await withTable([{ name: 'X', form: 'QJ(900)' }], 16, row, heap);
		await assert.rejects(broken.rows(1).next(), { code: 'damaged', offset: 2880 * 2 });
	});

	it('of text are read by the rules of Fortran', async () => {
		const fields = ['  12', '1234', ' 1.5', '15E1', '2D-1', '1+2 ', '    ', ' -- '];
		const expected = [0.12, 12.34, 1.5, 1.5, 0.002, 1, 0, Number.NaN];
		const cards = { name: 'X', form: 'F4.2', more: { TBCOL: 1, TNULL: "'--'" } };
		await using reader = await withTable([cards], 4, Buffer.from(fields.join('')), undefined, 'TABLE');
		for await (const batch of reader.columns(1))
			assert.deepEqual(Array.from(batch.numbers('X') as Float64Array), expected);
		await using broken = await withTable([cards], 4, Buffer.from('1.5 12ab'), undefined, 'TABLE');
		await assert.rejects(broken.columns(1).next(), {
			code: 'damaged',
			offset: 2880 * 2 + 4,
			message: /"12ab" in column X is no number/,
		});
		// Once in cubic time: years.
		const wide = Buffer.from(`${'1'.repeat(99_999)}x`);
		const wideCards = { name: 'X', form: 'F100000.2', more: { TBCOL: 1 } };
		await using hostile = await withTable([wideCards], wide.length, wide, undefined, 'TABLE');
		const failing = hostile.columns(1).next();
		await assert.rejects(failing, (error: Error) => /is no number/.test(error.message) && error.message.length < 1000);
	});

	it('give the rows and columns that are asked for', async () => {
		await using reader = await opened(mixedFile());
		const rows = async (options: FitsTableOptions) => {
			const found: unknown[] = [];
			for await (const row of reader.rows(2, options)) found.push({ ...row });
			return found;
		};
		const list = (...values: number[]) => new Int16Array(values);
		assert.deepEqual(await rows({}), [
			{ ID: 0, NAME: 'star0', LIST: list(0, 1, 4) },
			{ ID: 10, NAME: 'star1', LIST: list(9, 16, 25) },
			{ ID: null, NAME: 'star2', LIST: list(36, 49, 64) },
			{ ID: 30, NAME: 'star3', LIST: list(81, 100, 121) },
		]);
		assert.deepEqual(await rows({ columns: ['NAME'], start: 1, count: 2, rows: 1 }), [
			{ NAME: 'star1' },
			{ NAME: 'star2' },
		]);
		await assert.rejects(rows({ columns: ['NAMES'] }), { code: 'invalidOption', message: /ID, NAME, LIST/ });
		await assert.rejects(rows({ start: 5 }), { code: 'invalidOption' });
		await assert.rejects(reader.rows(0).next(), { code: 'invalidOption', message: /an HDU with a table/ });
	});

	it('name columns without a name, or with one that is taken', async () => {
		const names = ['A', '', 'A', '__proto__'];
		await using reader = await withTable(
			names.map(name => ({ name, form: 'B' })),
			4,
			Buffer.from([1, 2, 3, 4]),
		);
		for await (const row of reader.rows(1)) assert.deepEqual(row, { A: 1, column2: 2, A_3: 3, __proto___4: 4 });
	});
});
