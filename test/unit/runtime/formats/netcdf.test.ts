import assert from 'node:assert/strict';
import { open, truncate } from 'node:fs/promises';
import { endianness } from 'node:os';
import fc from 'fast-check';
import { NetcdfReader } from '../../../../src/runtime/formats/netcdf/netcdfReader.ts';
import { type ClassicSpec, classicFile, classicLayout } from '../../../support/classicNetcdf.ts';
import { hostileRun } from '../../../support/hostile.ts';
import { hostileCase } from '../../../support/hostileCases/netcdf.ts';
import { all, scratch } from '../files/files.ts';

const counting = (length: number) => Array.from({ length }, (_, i) => i);

describe('NetcdfReader', () => {
	const { file, path } = scratch();
	const written = (spec: ClassicSpec) => file(classicFile(spec), 'file.nc');
	const onGrid = (more: Partial<ClassicSpec> = {}): ClassicSpec => ({
		version: 1,
		dimensions: [
			{ name: 'time', length: 0 },
			{ name: 'y', length: 3 },
			{ name: 'x', length: 5 },
		],
		records: 4,
		variables: [
			{ name: 'day', type: 'byte', dimensions: [0], values: [0, 1, 2, 3] },
			{ name: 'field', type: 'int', dimensions: [0, 1, 2], values: counting(60) },
		],
		...more,
	});

	it('gives the structure: dimensions, variables with attributes, attributes of the file', async () => {
		const spec = onGrid({ attributes: [{ name: 'title', type: 'char', values: 'Größe\0' }] });
		await using reader = await NetcdfReader.open(written(spec));
		const items = await all(reader);
		assert.deepEqual(
			items.map(({ kind, name }) => `${kind} ${name}`),
			['dimension time', 'dimension y', 'dimension x', 'variable day', 'variable field', 'attribute title'],
		);
		assert.deepEqual(reader.dimensions()[0], { kind: 'dimension', name: 'time', length: 4, unlimited: true });
		assert.deepEqual(reader.variable('field').shape, [4, 3, 5]);
		assert.deepEqual(reader.variable('field').dimensions, ['time', 'y', 'x']);
		assert.equal(reader.attributes().get('title'), 'Größe');
		assert.equal(reader.layout, 'CDF-1');
		assert.throws(() => reader.variable('wind'), { code: 'invalidOption', message: /day, field/ });
	});

	it('reads every type of every layout, in the byte order of this machine', async () => {
		const values = {
			byte: [-128, 127, 3],
			short: [-32_768, 32_767, 3],
			int: [-(2 ** 31), 2 ** 31 - 1, 3],
			float: [-0.5, 1e30, 3],
			double: [-1e300, Math.PI, 3],
			ubyte: [0, 255, 3],
			ushort: [0, 65_535, 3],
			uint: [0, 2 ** 32 - 1, 3],
			int64: [-(2n ** 63n), 2n ** 63n - 1n, 3n],
			uint64: [0n, 2n ** 64n - 1n, 3n],
		} as const;
		for (const version of [1, 2, 5] as const) {
			const types = Object.entries(values).slice(0, version === 5 ? 10 : 5) as [keyof typeof values, never][];
			const spec: ClassicSpec = {
				version,
				dimensions: [{ name: 'x', length: 3 }],
				variables: types.map(([type, each]) => ({
					name: type,
					type,
					dimensions: [0],
					values: each,
					attributes: [{ name: 'same', type, values: each }],
				})),
			};
			await using reader = await NetcdfReader.open(written(spec));
			for (const [type, each] of types) {
				const { data } = await reader.read(type);
				const expected = type === 'float' ? [-0.5, Math.fround(1e30), 3] : [...(each as number[])];
				assert.deepEqual([...data], expected, `${type} of CDF-${version}`);
				assert.deepEqual([...(reader.attributes(type).get('same') as Iterable<number>)], expected);
			}
		}
	});

	it('gives any part in boxes that together are it, for any size of slabs', async () => {
		await using reader = await NetcdfReader.open(written(onGrid()));
		const part = fc.tuple(
			fc.nat(4),
			fc.nat(3),
			fc.nat(5),
			fc.nat(4),
			fc.nat(3),
			fc.nat(5),
			fc.integer({ min: 1, max: 260 }),
		);
		await fc.assert(
			fc.asyncProperty(part, async ([t, y, x, nt, ny, nx, slabBytes]) => {
				const start = [t, y, x];
				const count = [Math.min(nt, 4 - t), Math.min(ny, 3 - y), Math.min(nx, 5 - x)];
				const [records = 0, rows = 0, cells = 0] = count;
				const expected = counting(records * rows * cells).map(i => {
					const cell = i % cells;
					const row = Math.floor(i / cells) % rows;
					return (t + Math.floor(i / cells / rows)) * 15 + (y + row) * 5 + x + cell;
				});
				const seen: number[] = [];
				for await (const { start: at, shape, data } of reader.slabs('field', { start, count, slabBytes })) {
					assert.equal(
						shape.reduce((product, extent) => product * extent, 1),
						data.length,
					);
					assert.ok(data.length === 1 || data.length * 4 <= slabBytes);
					const [first = 0, row = 0, column = 0] = at;
					assert.equal(data[0], first * 15 + row * 5 + column);
					seen.push(...(data as Int32Array));
				}
				assert.deepEqual(seen, expected);
			}),
			{ numRuns: 200 },
		);
	});

	it('refuses ranges that lie outside, naming the dimension', async () => {
		await using reader = await NetcdfReader.open(written(onGrid()));
		const cases = [
			{ start: [0, 0] },
			{ start: [0, 0, 6] },
			{ count: [4, 4, 5] },
			{ start: [-1, 0, 0] },
			{ slabBytes: 0 },
		];
		for (const options of cases) assert.throws(() => reader.slabs('field', options), { code: 'invalidOption' });
		assert.throws(() => reader.slabs('field', { count: [5, 3, 5] }), { message: /"time"/ });
		assert.equal((await all(reader.slabs('field', { count: [0, 3, 5] }))).length, 0);
	});

	it('does not pad a single record variable, pads several', async () => {
		const shorts = { name: 'a', type: 'short', dimensions: [0, 1], values: counting(12) } as const;
		const one = onGrid({ variables: [shorts] });
		const two = onGrid({ variables: [shorts, { name: 'b', type: 'byte', dimensions: [0], values: [9, 8, 7, 6] }] });
		assert.deepEqual([classicLayout(one).recordBytes, classicLayout(two).recordBytes], [6, 12]);
		for (const spec of [one, two]) {
			await using reader = await NetcdfReader.open(written(spec));
			assert.deepEqual([...(await reader.read('a')).data], counting(12));
		}
	});

	it('counts the records of a writer that left them open, and tells of one that is there in part', async () => {
		for (const version of [1, 5] as const) {
			const name = written(onGrid({ version, streamed: true }));
			{
				await using reader = await NetcdfReader.open(name);
				assert.deepEqual([...(await reader.read('field')).data], counting(60));
			}
			const { begins, recordBytes } = classicLayout(onGrid({ version, streamed: true }));
			await truncate(name, (begins[1] ?? 0) + 2 * recordBytes + 30);
			await using reader = await NetcdfReader.open(name);
			await assert.rejects(reader.read('field'), { code: 'truncated' });
			assert.equal((await reader.read('field', { count: [2, 3, 5] })).data.length, 30);
		}
	});

	it('computes sizes itself: what the header says of them is often wrong', async () => {
		await using reader = await NetcdfReader.open(written(onGrid({ vsize: 0xffffffff })));
		assert.deepEqual([...(await reader.read('field')).data], counting(60));
	});

	it('gives true values on request, NaN where there is none', async () => {
		const packing = [
			{ name: 'scale_factor', type: 'float', values: [0.5] },
			{ name: 'add_offset', type: 'float', values: [10] },
			{ name: '_FillValue', type: 'short', values: [-1] },
			{ name: 'missing_value', type: 'short', values: [-2, -3] },
			{ name: 'valid_max', type: 'short', values: [100] },
		] as const;
		const bytes = [{ name: '_Unsigned', type: 'char', values: 'true' }] as const;
		const spec = onGrid({
			dimensions: [{ name: 'x', length: 6 }],
			variables: [
				{ name: 'packed', type: 'short', dimensions: [0], attributes: packing, values: [4, -1, -2, -3, 101, 100] },
				{ name: 'unsigned', type: 'byte', dimensions: [0], attributes: bytes, values: [1, -1, -56, 0, 2, 3] },
				{ name: 'plain', type: 'double', dimensions: [0], values: [1, 2 ** 123 * 0.9375, 3, 4, 5, 6] },
			],
		});
		await using reader = await NetcdfReader.open(written(spec));
		const { data } = await reader.read('packed', { unpack: true });
		assert.ok(data instanceof Float32Array);
		assert.deepEqual([...data], [12, NaN, NaN, NaN, NaN, 60]);
		const { fillValue, missingValues, scaleFactor, addOffset } = reader.variable('packed');
		assert.deepEqual(
			{ fillValue, missingValues, scaleFactor, addOffset },
			{ fillValue: -1, missingValues: [-2, -3], scaleFactor: 0.5, addOffset: 10 },
		);
		assert.deepEqual([...(await reader.read('unsigned', { unpack: true })).data], [1, 255, 200, 0, 2, 3]);
		assert.deepEqual([...(await reader.read('plain', { unpack: true })).data], [1, NaN, 3, 4, 5, 6]);
		const slabs = reader.slabs('packed', { unpack: true, slabBytes: 4 });
		const kept: Float32Array[] = [];
		for await (const slab of slabs) kept.push(slab.data as Float32Array);
		assert.deepEqual(
			kept.map(({ length }) => length),
			[0, 0, 0],
			'a slab that was kept is empty, not another one',
		);
	});

	it('gives texts, row by row', async () => {
		const spec = onGrid({
			dimensions: [
				{ name: 'n', length: 3 },
				{ name: 'length', length: 6 },
			],
			variables: [
				{ name: 'names', type: 'char', dimensions: [0, 1], values: 'Bonn\0\0Zurichalert ' },
				{ name: 'heights', type: 'int', dimensions: [0], values: [1, 2, 3] },
			],
		});
		await using reader = await NetcdfReader.open(written(spec));
		assert.deepEqual(await all(reader.texts('names')), ['Bonn', 'Zurich', 'alert ']);
		await assert.rejects(all(reader.texts('heights')), { code: 'unsupported' });
		await assert.rejects(all(reader.slabs('names', { unpack: true })), { code: 'unsupported' });
	});

	it('reads beyond 4 GB', async () => {
		const spec = onGrid({
			version: 2,
			records: 3,
			dimensions: [
				{ name: 't', length: 0 },
				{ name: 'x', length: 2 ** 29 },
			],
			variables: [
				{ name: 'a', type: 'float', dimensions: [0, 1] },
				{ name: 'b', type: 'int', dimensions: [0] },
			],
		});
		const { header, begins, recordBytes } = classicLayout(spec);
		const name = path('large.nc');
		const handle = await open(name, 'w');
		const at = (begins[1] ?? 0) + 2 * recordBytes;
		const last = Buffer.from([0, 0, 0, 42]);
		await handle.write(header);
		// Nothing is on the disk between.
		await handle.write(last, 0, 4, at);
		await handle.close();
		assert.ok(at > 2 ** 32);
		await using reader = await NetcdfReader.open(name);
		assert.deepEqual([...(await reader.read('b')).data], [0, 0, 42]);
		const end = await reader.read('a', { start: [2, 2 ** 29 - 2], count: [1, 2] });
		assert.deepEqual([...end.data], [0, 0]);
	});

	it('refuses what it is not, and what its header cannot mean', async () => {
		await assert.rejects(NetcdfReader.open(file('GIF89a')), { code: 'wrongFormat', message: /a GIF image/ });
		await assert.rejects(NetcdfReader.open(file(Buffer.from('CDF\x01\0\0'))), { code: 'truncated' });
		const sound = classicFile(onGrid());
		const changed = (at: number, value: number) => {
			const bytes = Buffer.from(sound);
			bytes.writeUInt32BE(value, at);
			return file(bytes, 'changed.nc');
		};
		await assert.rejects(NetcdfReader.open(changed(8, 7)), { code: 'damaged', message: /dimensions/ });
		await assert.rejects(NetcdfReader.open(changed(12, 0xffffffff)), { code: 'damaged' });
		await assert.rejects(NetcdfReader.open(changed(16, 0xfffffff0)), { code: 'truncated' });
		await assert.rejects(NetcdfReader.open(file(sound), { maxHeaderBytes: 100 }), {
			code: 'tooLarge',
			message: /maxHeaderBytes/,
		});
		await using many = await NetcdfReader.open(changed(4, 0xfffffff0));
		await assert.rejects(all(many.slabs('field')), { code: 'truncated' });
		await assert.rejects(many.read('field'), { code: 'tooLarge', message: /maxBytes/ });
	});

	it('survives files that were cut or changed', async () => {
		const hostile = await hostileCase();
		const { problems, cases } = await hostileRun(hostile, { truncations: 20, flips: 120 });
		await hostile.dispose?.();
		assert.equal(cases, 180);
		assert.deepEqual(problems, []);
	});

	it('gives little-endian machines what big-endian files hold', async () => {
		await using reader = await NetcdfReader.open(written(onGrid()));
		const { data } = await reader.read('field', { start: [0, 0, 1], count: [1, 1, 1] });
		assert.ok(data instanceof Int32Array);
		const first = new Uint8Array(data.buffer)[0];
		assert.equal(first, endianness() === 'LE' ? 1 : 0);
	});
});
