import { strict as assert } from 'node:assert';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { dequantize } from '../../../../src/runtime/formats/fits/dither.ts';
import type { FitsBandOptions } from '../../../../src/runtime/formats/fits/fitsOptions.ts';
import type { FitsValues } from '../../../../src/runtime/formats/fits/fitsPixels.ts';
import { FitsReader } from '../../../../src/runtime/formats/fits/fitsReader.ts';
import { tilesAgreement } from '../../../support/agreement/fits.ts';
import { type FitsCards, groupsFile, hduBytes, imageHdu, tilesFile } from '../../../support/fitsFiles.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';

describe('FITS images', () => {
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

	/** 2 × 3 × 4 numbers from 0 to 23, as 16-bit integers. */
	function cube(): Buffer {
		const data = Buffer.alloc(48);
		for (let i = 0; i < 24; i++) data.writeInt16BE(i, i * 2);
		return imageHdu(16, [4, 3, 2], data);
	}

	it('come in bands of whole rows and planes, of at most maxBytes', async () => {
		await using reader = await opened(cube());
		const read = async (options: FitsBandOptions) => {
			const bands: [readonly number[], readonly number[], number[]][] = [];
			for await (const { start, shape, data } of reader.bands(0, options)) {
				bands.push([start, shape, Array.from(data as Int16Array)]);
			}
			return bands;
		};
		const all = Array.from({ length: 24 }, (_, i) => i);
		assert.deepEqual(await read({}), [[[0, 0, 0], [2, 3, 4], all]]);
		assert.deepEqual(await read({ maxBytes: 24 }), [
			[[0, 0, 0], [1, 3, 4], all.slice(0, 12)],
			[[1, 0, 0], [1, 3, 4], all.slice(12)],
		]);
		const rows = await read({ rows: 2 });
		assert.deepEqual(
			rows.map(([start, shape]) => [start, shape]),
			[
				[
					[0, 0, 0],
					[1, 2, 4],
				],
				[
					[0, 2, 0],
					[1, 1, 4],
				],
				[
					[1, 0, 0],
					[1, 2, 4],
				],
				[
					[1, 2, 0],
					[1, 1, 4],
				],
			],
		);
		assert.deepEqual(
			rows.flatMap(([, , data]) => data),
			all,
		);
		const pixels = await read({ maxBytes: 1 });
		assert.equal(pixels.length, 24);
		assert.deepEqual(
			pixels.flatMap(([, , data]) => data),
			all,
		);
		assert.deepEqual(await read({ start: [1, 1, 2], count: [1, 2, 2] }), [
			[
				[1, 1, 2],
				[1, 2, 2],
				[18, 19, 22, 23],
			],
		]);
	});

	it('give any section', async () => {
		await using reader = await opened(cube());
		for (const start of [
			[0, 0, 0],
			[1, 2, 3],
			[0, 1, 1],
		]) {
			for (const count of [
				[1, 1, 1],
				[2, 2, 3],
				[1, 3, 4],
				[2, 0, 1],
			]) {
				const fits = start.every((from, axis) => from + (count[axis] ?? 0) <= ([2, 3, 4][axis] ?? 0));
				if (!fits) {
					await assert.rejects(reader.section(0, start, count), { code: 'invalidOption' });
					continue;
				}
				const expected: number[] = [];
				const [z = 0, y = 0, x = 0] = start;
				const [planes = 0, rows = 0, width = 0] = count;
				for (let i = 0; i < planes; i++) {
					for (let j = 0; j < rows; j++)
						for (let k = 0; k < width; k++) expected.push((z + i) * 12 + (y + j) * 4 + x + k);
				}
				assert.deepEqual(Array.from((await reader.section(0, start, count)).data as Int16Array), expected);
			}
		}
		await assert.rejects(reader.section(0, [0, 0, 0], [2, 3, 4], { maxBytes: 47 }), { code: 'tooLarge' });
	});

	it('have their physical values in the type that holds them', async () => {
		const big = (size: number, write: (data: Buffer) => void) => {
			const data = Buffer.alloc(size * 2);
			write(data);
			return data;
		};
		const i16 = big(2, data => data.writeInt16BE(-32768, 0) + data.writeInt16BE(5, 2));
		const i32 = big(4, data => data.writeInt32BE(-1, 0) + data.writeInt32BE(7, 4));
		const i64 = big(8, data => data.writeBigInt64BE(-1n, 0) + Number(data.writeBigInt64BE(2n, 8)));
		const f32 = big(4, data => data.writeFloatBE(1.5, 0) + data.writeFloatBE(Number.NaN, 4));
		const scaled: FitsCards = [
			['BSCALE', 0.5],
			['BZERO', 10],
			['BLANK', 5],
		];
		const cases: [number, Buffer, FitsCards, FitsValues, unknown][] = [
			[8, Buffer.from([0, 255]), [], 'physical', new Uint8Array([0, 255])],
			[8, Buffer.from([0, 255]), [['BZERO', -128]], 'physical', new Int8Array([-128, 127])],
			[16, i16, [], 'physical', new Int16Array([-32768, 5])],
			[16, i16, [['BZERO', 32768]], 'physical', new Uint16Array([0, 32773])],
			[16, i16, [['BZERO', 32768]], 'float', new Float32Array([0, 32773])],
			[16, i16, [['BZERO', 32768]], 'raw', new Int16Array([-32768, 5])],
			[16, i16, scaled, 'physical', new Float32Array([-16374, Number.NaN])],
			[32, i32, [['BZERO', 2147483648]], 'physical', new Uint32Array([2147483647, 2147483655])],
			[32, i32, [['BLANK', -1]], 'physical', new Float64Array([Number.NaN, 7])],
			[64, i64, [], 'physical', new BigInt64Array([-1n, 2n])],
			[64, i64, [['BZERO', '9223372036854775808']], 'physical', new BigUint64Array([2n ** 63n - 1n, 2n ** 63n + 2n])],
			[64, i64, [['BLANK', 2]], 'physical', new Float64Array([-1, Number.NaN])],
			[-32, f32, [], 'physical', new Float32Array([1.5, Number.NaN])],
			[-32, f32, [['BSCALE', 2]], 'physical', new Float32Array([3, Number.NaN])],
		];
		for (const [bitpix, data, cards, values, expected] of cases) {
			await using reader = await opened(imageHdu(bitpix, [2], data, cards));
			assert.deepEqual((await reader.section(0, [0], [2], { values })).data, expected);
			for await (const band of reader.bands(0, { values })) assert.deepEqual(band.data, expected);
		}
	});

	it('are taken back when the next band is asked for, unless they are to be kept', async () => {
		await using reader = await opened(cube());
		for (const reuse of [true, false]) {
			const bands: ArrayLike<unknown>[] = [];
			for await (const { data } of reader.bands(0, { rows: 1, reuse })) bands.push(data);
			assert.deepEqual(
				bands.map(band => band.length),
				Array(6).fill(reuse ? 0 : 4),
			);
		}
	});

	it('compressed in tiles are as astropy reads them', async () => {
		const rows = await tilesAgreement();
		assert.deepEqual(
			rows.map(({ outcome, detail }) => [outcome, detail]),
			[['agrees', `27 HDUs, ${rows[0]?.detail.split(' ')[2]} pixels, 0 columns`]],
		);
	});

	it('compressed as one large tile are unpacked beside the event loop', async () => {
		const side = 600;
		const pixels = Buffer.from(Array.from({ length: side * side }, (_, i) => i % 251));
		const packed = gzipSync(pixels);
		const row = Buffer.alloc(8);
		row.writeInt32BE(packed.length, 0);
		const more = { ZIMAGE: 'T', ZBITPIX: 8, ZNAXIS: 2, ZNAXIS1: side, ZNAXIS2: side, ZTILE1: side, ZTILE2: side };
		const cards: FitsCards = [
			['XTENSION', "'BINTABLE'"],
			['BITPIX', 8],
			['NAXIS', 2],
			['NAXIS1', 8],
			['NAXIS2', 1],
			['PCOUNT', packed.length],
			['GCOUNT', 1],
			['TFIELDS', 1],
			['TTYPE1', "'COMPRESSED_DATA'"],
			['TFORM1', "'1PB'"],
			['ZCMPTYPE', "'GZIP_1'"],
			...Object.entries(more),
		];
		const file = Buffer.concat([imageHdu(8, [], Buffer.alloc(0)), hduBytes(cards, Buffer.concat([row, packed]))]);
		await using reader = await opened(file);
		const { data } = await reader.section(1, [0, 0], [side, side]);
		assert.deepEqual(Buffer.from(data as Uint8Array), pixels);
	});

	it('compressed give the same by bands and sections of any size', async () => {
		await using reader = await FitsReader.open(tilesFile);
		for (const name of ['RICE_1_16', 'GZIP_2_Q2', 'CUBE']) {
			const hdu = await reader.hdu(name);
			const origin = hdu.shape.map(() => 0);
			const whole = (await reader.section(hdu, origin, hdu.shape)).data as Float32Array;
			for (const options of [{ maxBytes: 1 }, { maxBytes: 500 }, { rows: 4 }]) {
				let pixels = 0;
				for await (const { start, shape, data } of reader.bands(hdu, options)) {
					pixels += data.length;
					assert.deepEqual(data, (await reader.section(hdu, start, shape)).data);
				}
				assert.equal(pixels, whole.length);
			}
			const last = await reader.section(
				hdu,
				hdu.shape.map(size => size - 1),
				hdu.shape.map(() => 1),
			);
			assert.equal(last.data[0], whole.at(-1));
		}
	});

	it('compressed by what is not read here are refused by its name', async () => {
		const bytes = gunzipSync(await readFile(tilesFile));
		bytes.write("'HCOMPRESS_1'", bytes.indexOf("'RICE_1"));
		await using reader = await opened(bytes);
		await assert.rejects(reader.section(1, [0, 0], [1, 1]), {
			code: 'unsupported',
			message: /HCOMPRESS_1, which is not read here/,
		});
	});

	it('undo the dithering of a zero and of nothing', () => {
		const out = new Float32Array(3);
		const how = { scale: 2, zero: 1, blank: -2147483648, method: 'SUBTRACTIVE_DITHER_2', seed: 1, tile: 0 } as const;
		dequantize(new Int32Array([-2147483646, -2147483648, 10]), 3, out, how);
		assert.deepEqual([out[0], out[1]], [0, Number.NaN]);
		assert.ok(Math.abs((out[2] ?? 0) - 21) <= 1);
	});

	it('in random groups come with their parameters', async () => {
		await using reader = await opened(groupsFile());
		for (const maxBytes of [1, 1000]) {
			const [parameters, data]: [number[], number[]] = [[], []];
			for await (const groups of reader.groups(0, { maxBytes })) {
				assert.deepEqual(groups.parameterNames, ['UU', 'DATE']);
				parameters.push(...groups.parameters);
				data.push(...(groups.data as Float32Array));
			}
			assert.deepEqual(parameters, [0, 2455956.5, 6, 2455962.5, 12, 2455968.5]);
			assert.deepEqual(data, [2, 3, 4, 5, 8, 9, 10, 11, 14, 15, 16, 17]);
		}
	});
});
