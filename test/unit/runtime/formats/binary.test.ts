import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BinaryReader } from '../../../../src/runtime/formats/binary/binaryReader.ts';
import { hostileRun } from '../../../support/hostile.ts';
import { hostileCase } from '../../../support/hostileCases/binary.ts';
import { all, scratch } from '../files/files.ts';

describe('BinaryReader', () => {
	const { file } = scratch();

	it('gives chunks that together are the part that was asked for', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.uint8Array({ maxLength: 300 }),
				fc.nat(320),
				fc.nat(320),
				fc.integer({ min: 1, max: 100 }),
				async (content, start, length, chunkBytes) => {
					await using reader = await BinaryReader.open(file(content));
					const seen: Buffer[] = [];
					const reading = async () => {
						for await (const { offset, bytes } of reader.chunks({ start, end: start + length, chunkBytes })) {
							assert.equal(offset, start + Buffer.concat(seen).length);
							assert.ok(bytes.length <= chunkBytes);
							seen.push(Buffer.from(bytes));
						}
					};
					if (start + length > content.length && length > 0) await assert.rejects(reading, { code: 'truncated' });
					else await reading();
					assert.deepEqual(Buffer.concat(seen), Buffer.from(content.subarray(start, start + length)));
				},
			),
			{ numRuns: 100 },
		);
	});

	it('empties a chunk that was kept, unless each has its own memory', async () => {
		await using reader = await BinaryReader.open(file('abcdef'));
		const kept = await all(reader.chunks({ chunkBytes: 3 }));
		assert.deepEqual(
			kept.map(({ bytes }) => bytes.length),
			[0, 0],
		);
		const own = await all(reader.chunks({ chunkBytes: 3, reuse: false }));
		assert.equal(Buffer.concat(own.map(({ bytes }) => bytes)).toString(), 'abcdef');
	});

	it('gives records as objects and as columns, in either byte order', async () => {
		const fields = {
			id: 'uint32',
			pair: { type: 'int16', count: 2 },
			unused: { type: 'skip', bytes: 1 },
			name: { type: 'text', bytes: 5 },
			raw: { type: 'bytes', bytes: 2 },
			big: 'int64',
			value: 'float64',
		} as const;
		const numbers = { id: 'uint32', rest: { type: 'skip', bytes: 20 }, value: 'float64' } as const;
		for (const bigEndian of [false, true]) {
			const bytes = Buffer.alloc(16 + 32 * 3000);
			const view = new DataView(bytes.buffer, bytes.byteOffset);
			for (let i = 0; i < 3000; i++) {
				const at = 16 + 32 * i;
				view.setUint32(at, i, !bigEndian);
				view.setInt16(at + 4, -i, !bigEndian);
				view.setInt16(at + 6, i, !bigEndian);
				bytes.write(`n${i}`, at + 9);
				bytes.set([i & 0xff, 1], at + 14);
				view.setBigInt64(at + 16, BigInt(i) - 2n ** 60n, !bigEndian);
				view.setFloat64(at + 24, i / 4, !bigEndian);
			}
			await using reader = await BinaryReader.open(file(bytes), { windowBytes: 65_536 });
			const records = await all(reader.records(fields, { start: 16, bigEndian }));
			assert.equal(records.length, 3000);
			assert.deepEqual(records[2999], {
				id: 2999,
				pair: [-2999, 2999],
				name: 'n2999',
				raw: Uint8Array.of(2999 & 0xff, 1),
				big: 2999n - 2n ** 60n,
				value: 749.75,
			});
			let sum = 0;
			for await (const { index, count, columns } of reader.columns(numbers, { start: 16, bigEndian })) {
				assert.equal(columns.id[0], index);
				assert.equal(columns.value.length, count);
				for (const value of columns.value) sum += value;
			}
			assert.equal(sum, (2999 * 3000) / 8);
			const wide = await all(reader.records({ id: 'uint32' }, { start: 16, recordBytes: 32, bigEndian }));
			assert.deepEqual(wide.at(-1), { id: 2999 });
		}
	});

	it('gives numbers as typed arrays', async () => {
		const bytes = Buffer.alloc(10 + 4 * 50_000);
		for (let i = 0; i < 50_000; i++) bytes.writeFloatBE(i, 10 + 4 * i);
		await using reader = await BinaryReader.open(file(bytes), { windowBytes: 65_536 });
		let next = 0;
		for await (const { index, values } of reader.values('float32', { start: 10, bigEndian: true })) {
			assert.equal(index, next);
			for (const value of values) assert.equal(value, next++);
		}
		assert.equal(next, 50_000);
		await assert.rejects(all(reader.values('float64', { start: 6 })), { code: 'truncated' });
	});

	it('finds texts between other bytes, also across its window', async () => {
		const bytes = Buffer.alloc(200_000, 1);
		bytes.write('first text', 5);
		bytes.write('abc', 100);
		bytes.write('across the window', 65_530);
		bytes.write('the end', 200_000 - 7);
		await using reader = await BinaryReader.open(file(bytes), { windowBytes: 65_536 });
		assert.deepEqual(await all(reader.texts()), [
			{ offset: 5, text: 'first text' },
			{ offset: 65_530, text: 'across the window' },
			{ offset: 199_993, text: 'the end' },
		]);
		await using long = await BinaryReader.open(file('x'.repeat(100_000)));
		assert.deepEqual(
			(await all(long.texts())).map(({ offset, text }) => [offset, text.length]),
			[
				[0, 65_536],
				[65_536, 34_464],
			],
		);
	});

	it('refuses what cannot be, naming it', async () => {
		await using reader = await BinaryReader.open(file('abcdef'));
		assert.throws(() => reader.records({ a: 'int24' as never }), { code: 'invalidOption', message: /int32/ });
		assert.throws(() => reader.records({}), { code: 'invalidOption', message: /"fields"/ });
		assert.throws(() => reader.records({ a: 'int32' }, { recordBytes: 2 }), { message: /"recordBytes"/ });
		assert.throws(() => reader.columns({ a: { type: 'text', bytes: 2 } as never }), { message: /"fields.a"/ });
		assert.throws(() => reader.chunks({ start: 3, end: 2 }), { message: /"end"/ });
		assert.throws(() => reader.records({ a: null as never }), { code: 'invalidOption', message: /"fields.a"/ });
		assert.throws(() => reader.chunks({ chunkByte: 3 } as never), { code: 'invalidOption', message: /chunkByte/ });
		assert.throws(() => reader.values('int8', null as never), { code: 'invalidOption', message: /bigEndian/ });
		assert.throws(() => reader.values('int8', { bigEndian: 1 as never }), { message: /true or false/ });
		await assert.rejects(reader.bytes(0, 1, { maxBytes: Number.NaN }), { code: 'invalidOption' });
		await assert.rejects(reader.bytes(0, 4_000_000_000), { code: 'truncated' });
		await assert.rejects(reader.bytes(0, 6, { maxBytes: 5 }), { code: 'tooLarge' });
		await assert.rejects(all(reader.records({ a: 'int32' })), { code: 'truncated', offset: 4 });
	});

	it('survives files that were cut or changed', async () => {
		const hostile = await hostileCase();
		const { problems } = await hostileRun(hostile, { truncations: 50, flips: 50 });
		await hostile.dispose?.();
		assert.deepEqual(problems, []);
	});
});
