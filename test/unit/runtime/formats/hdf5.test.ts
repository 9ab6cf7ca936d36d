import assert from 'node:assert/strict';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as h5wasm from 'h5wasm/node';
import { projectRoot } from '../../../../scripts/paths.ts';
import { Hdf5Reader } from '../../../../src/runtime/formats/hdf5/hdf5Reader.ts';
import type { Hdf5Columns, Hdf5Entry } from '../../../../src/runtime/formats/hdf5/hdf5Types.ts';
import { hostileRun } from '../../../support/hostile.ts';
import { hostileCase } from '../../../support/hostileCases/hdf5.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const sample = (name: string) => join(projectRoot, 'node_modules', 'h5wasm', 'test', name);

describe('Hdf5Reader', function () {
	this.timeout('60s');
	const folder = temporaryFolder('hdf5');
	const path = join(folder.path, 'made.h5');
	const values = Float32Array.from({ length: 6 * 10 * 8 }, (_, i) => i / 4);

	before(async () => {
		await h5wasm.ready;
		const file = new h5wasm.File(path, 'w');
		file.create_dataset({ name: 'chunked', data: values, shape: [6, 10, 8], chunks: [2, 5, 8], compression: 'gzip' });
		file.create_dataset({ name: 'plain', data: values, shape: [6, 10, 8] });
		file.create_dataset({ name: 'single', data: 2.5, shape: [] });
		file.create_dataset({ name: 'words', data: ['one', 'zwölf', ''] });
		const group = file.create_group('group');
		group.create_attribute('note', 'inner');
		group.create_attribute('numbers', new Int16Array([1, 2]));
		// A group within itself, a second name, links to somewhere, to nowhere and to another file.
		file.create_hard_link('/', 'group/itself');
		file.create_hard_link('/plain', 'group/again');
		file.create_soft_link('/plain', 'soft');
		file.create_soft_link('/circle', 'circle');
		file.create_external_link('/etc/hostname', '/x', 'external');
		file.close();
	});
	after(() => folder.remove());

	it('tells groups, datasets, attributes and links, each object once', async () => {
		await using reader = await Hdf5Reader.open(path);
		const found = new Map<string, Hdf5Entry>();
		for await (const entry of reader.structure()) found.set(entry.path, entry);
		assert.deepEqual([...found.keys()].sort(), [
			'/',
			'/chunked',
			'/circle',
			'/external',
			'/group',
			'/group/again',
			'/group/itself',
			'/plain',
			'/single',
			'/soft',
			'/words',
		]);
		const chunked = found.get('/chunked');
		assert.ok(chunked?.type === 'dataset');
		assert.deepEqual(chunked.shape, [6, 10, 8]);
		assert.deepEqual(chunked.chunks, [2, 5, 8]);
		assert.deepEqual(
			chunked.filters.map(({ name, available }) => [name, available]),
			[['gzip', true]],
		);
		assert.equal(chunked.dtype.name, 'float32');
		const group = found.get('/group');
		assert.ok(group?.type === 'group');
		assert.equal(group.attributes.get('note')?.value, 'inner');
		assert.deepEqual(group.attributes.get('numbers')?.value, new Int16Array([1, 2]));
		const [itself, again] = [found.get('/group/itself'), found.get('/group/again')];
		assert.ok(itself?.type === 'group' && itself.sameAs === '/');
		const plain = found.get('/plain');
		assert.ok(again?.type === 'dataset' && plain?.type === 'dataset' && again.address === plain.address);
		// Whichever comes later.
		assert.deepEqual([again.sameAs, plain.sameAs].filter(Boolean).length, 1);
		assert.deepEqual(found.get('/soft'), { type: 'link', path: '/soft', kind: 'soft', target: '/plain' });
		const external = { type: 'link', path: '/external', kind: 'external', target: '/x', file: '/etc/hostname' };
		assert.deepEqual(found.get('/external'), external);
	});

	it('gives slabs along the chunks, and parts, that together are the values', async () => {
		await using reader = await Hdf5Reader.open(path);
		for (const name of ['/chunked', '/plain', '/soft']) {
			const whole = new Float32Array(values.length);
			let slabs = 0;
			for await (const { start, shape, data } of reader.slabs<Float32Array>(name, { slabBytes: 400 })) {
				slabs++;
				assert.ok(data.byteLength <= 400);
				const [z = 0, y = 0, x = 0] = start;
				const [, rows = 0, columns = 0] = shape;
				for (const [i, value] of data.entries()) {
					const [dz, dy, dx] = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns];
					whole[((z + dz) * 10 + y + dy) * 8 + x + dx] = value;
				}
			}
			assert.deepEqual(whole, values);
			assert.ok(slabs >= 5);
		}
		const part = await reader.read('/chunked', { start: [5, 9, 6], count: [1, 1, 2] });
		assert.deepEqual(part.data, values.slice(-2));
		assert.deepEqual((await reader.read('/single')).data, new Float64Array([2.5]));
		assert.deepEqual((await reader.read('/words')).data, ['one', 'zwölf', '']);
		const { readBytes, items } = reader.progress();
		assert.ok(readBytes > values.byteLength && items > 10);
	});

	it('gives compound values by members, arrays in a row, booleans, big-endian numbers turned', async () => {
		await using reader = await Hdf5Reader.open(sample('array.h5'));
		const { floaty, stringy } = (await reader.read<Hdf5Columns>('/compound')).data;
		assert.deepEqual(
			floaty,
			Float64Array.from({ length: 8 }, (_, i) => i),
		);
		assert.deepEqual(Array.isArray(stringy) && stringy.slice(0, 2), ['hello', 'there']);
		assert.deepEqual((await reader.read('/bool')).data, new Uint8Array([0, 1, 1, 0]));
		assert.deepEqual((await reader.read('/bigendian')).data, new Float32Array([3, 2, 1]));
		assert.equal((await reader.dataset('/bigendian')).dtype.name, 'float32');
	});

	it('detaches a slab when the next comes, unless it may be kept', async () => {
		await using reader = await Hdf5Reader.open(path);
		const kept: Float32Array[] = [];
		for await (const { data } of reader.slabs<Float32Array>('/plain', { slabBytes: 320, reuse: false }))
			kept.push(data);
		assert.deepEqual(Float32Array.from(kept.flatMap(part => [...part])), values);
		const lent: Float32Array[] = [];
		for await (const { data } of reader.slabs<Float32Array>('/plain', { slabBytes: 320 })) lent.push(data);
		assert.equal(lent[0]?.length, 0);
	});

	it('goes on after an error, and refuses what it cannot read by name', async () => {
		await using reader = await Hdf5Reader.open(path, { maxReadBytes: 100 });
		await assert.rejects(reader.read('/nothing'), { code: 'invalidOption', message: /There is no \/nothing/ });
		await assert.rejects(reader.read('/group'), { code: 'invalidOption', message: /a group/ });
		await assert.rejects(reader.read('/plain', { start: [0, 0, 9] }), { code: 'invalidOption', message: /6 x 10 x 8/ });
		await assert.rejects(reader.read('/plain'), { code: 'tooLarge', message: /maxReadBytes/ });
		await assert.rejects(reader.read('/external'), { code: 'unsupported', message: /another file, .*hostname/ });
		assert.deepEqual((await reader.read('/words')).data, ['one', 'zwölf', '']);
		await using packed = await Hdf5Reader.open(sample('compressed.h5'));
		const refused: string[] = [];
		for await (const entry of packed) if (entry.type === 'dataset' && entry.refused) refused.push(entry.refused);
		assert.deepEqual(refused, []);
	});

	it('refuses what is no HDF5 and what is cut off before it starts a thread', async () => {
		const other = join(folder.path, 'other.h5');
		await writeFile(other, Buffer.alloc(4096, 1));
		await assert.rejects(Hdf5Reader.open(other), { code: 'wrongFormat' });
		await writeFile(other, (await readFile(path)).subarray(0, -1));
		await assert.rejects(Hdf5Reader.open(other), { code: 'truncated' });
		// Behind a user's block.
		await writeFile(other, Buffer.concat([Buffer.alloc(1024, 'x'), await readFile(path)]));
		await using reader = await Hdf5Reader.open(other);
		assert.deepEqual((await reader.read('/words')).data, ['one', 'zwölf', '']);
	});

	it('reads from an open handle, and leaves it open', async () => {
		await using handle = await open(path);
		const reader = await Hdf5Reader.open(handle);
		assert.deepEqual((await reader.read('/single')).data, new Float64Array([2.5]));
		await reader.close();
		assert.ok((await handle.stat()).size > 0);
		await assert.rejects(reader.read('/single'), { code: 'disposed' });
	});

	it('ends what is under way with the reason of the signal', async () => {
		const controller = new AbortController();
		await using reader = await Hdf5Reader.open(path, { signal: controller.signal });
		const reason = new Error('enough');
		const reading = (async () => {
			for await (const _ of reader.slabs('/plain', { slabBytes: 64 })) controller.abort(reason);
		})();
		await assert.rejects(reading, reason);
	});

	it('gives up neither its memory nor its bounds to broken files', async () => {
		const { problems } = await hostileRun(await hostileCase(), { truncations: 6, flips: 6 });
		assert.deepEqual(problems, []);
	});
});
