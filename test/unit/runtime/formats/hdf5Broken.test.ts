import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mock } from 'node:test';
import * as h5wasm from 'h5wasm/node';
import { Hdf5Reader } from '../../../../src/runtime/formats/hdf5/hdf5Reader.ts';
import type { Hdf5Entry } from '../../../../src/runtime/formats/hdf5/hdf5Types.ts';
import { NetcdfReader } from '../../../../src/runtime/formats/netcdf/netcdfReader.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

/** Of a type, whose first byte has its class, of which there are 11. */
const NO_TYPE = 0x1f;
const LZF = 32_000;

describe('Hdf5Reader with broken files', function () {
	this.timeout('30s');
	const folder = temporaryFolder('hdf5-broken');
	const sound = join(folder.path, 'sound.h5');
	const around = join(folder.path, 'around.h5');
	const values = Float32Array.from({ length: 11 * 13 }, (_, i) => i);

	before(async () => {
		await h5wasm.ready;
		const file = new h5wasm.File(sound, 'w', { libver: ['earliest', 'v108'] });
		file.create_dataset({ name: 'chunked', data: values, shape: [11, 13], chunks: [11, 3], compression: 'gzip' });
		file.create_dataset({ name: 'plain', data: values, shape: [11, 13] });
		const group = file.create_group('group');
		for (const name of ['first', 'middle', 'last']) group.create_attribute(name, new Int16Array([1, 2]));
		file.close();
		const circles = new h5wasm.File(around, 'w');
		circles.create_dataset({ name: 'plain', data: values, shape: [11, 13] });
		circles.create_group('group');
		circles.create_hard_link('/group', 'group/itself');
		circles.create_soft_link('/there', 'back');
		circles.create_soft_link('/back', 'there');
		circles.close();
	});
	after(() => folder.remove());

	async function broken(name: string, breakIt: (content: Buffer) => void): Promise<string> {
		const content = await readFile(sound);
		breakIt(content);
		const path = join(folder.path, name);
		await writeFile(path, content);
		return path;
	}

	const lengths = (content: Buffer, ...all: readonly number[]) => {
		const bytes = Buffer.alloc(8 * all.length);
		for (const [i, length] of all.entries()) bytes.writeBigUInt64LE(BigInt(length), 8 * i);
		const at = content.indexOf(bytes);
		assert.ok(at > 0);
		return at;
	};

	it('tells of damaged attributes where they are, and all else as it is', async () => {
		const path = await broken('attribute.h5', content => {
			content[content.indexOf('middle\0') + 8] = NO_TYPE;
		});
		await using reader = await Hdf5Reader.open(path);
		const found = new Map<string, Hdf5Entry>();
		for await (const entry of reader) found.set(entry.path, entry);
		assert.deepEqual([...found.keys()].sort(), ['/', '/chunked', '/group', '/plain']);
		const group = found.get('/group');
		assert.ok(group?.type === 'group');
		assert.match(group.attributesRefused ?? '', /^they are damaged \(/);
		assert.equal(group.attributes.size, 0);
		assert.deepEqual((await reader.read('/plain')).data, values);
		await assert.rejects(NetcdfReader.open(path), { code: 'damaged', message: /the attributes of \/group/ });
	});

	it('refuses an unknown filter by name, before anything is read', async () => {
		const path = await broken('filter.h5', content => {
			content.writeUInt16LE(LZF, content.indexOf('deflate\0') - 8);
		});
		await using reader = await Hdf5Reader.open(path);
		const { filters, refused } = await reader.dataset('/chunked');
		assert.deepEqual(
			filters.map(({ name, available }) => [name, available]),
			[['lzf', false]],
		);
		assert.match(refused ?? '', /the filter lzf \(32000\).*"h5wasm-plugins"/);
		await assert.rejects(reader.read('/chunked'), { code: 'unsupported', message: /the filter lzf \(32000\)/ });
		await assert.rejects(reader.slabs('/chunked').next(), { code: 'unsupported' });
		assert.deepEqual((await reader.read('/plain')).data, values);
	});

	it('takes no memory for lengths of many GB', async () => {
		const path = await broken('lengths.h5', content => {
			// The type of the chunks' lengths is of 4 bytes each.
			const chunk = Buffer.from(Uint32Array.of(11, 3, 4).buffer);
			const at = content.indexOf(chunk);
			assert.ok(at > 0);
			content.writeUInt32LE(0x4000_0000, at);
			for (let start = lengths(content, 11, 13); start >= 0; ) {
				content.writeBigUInt64LE(2n ** 40n, start);
				const bytes = Buffer.alloc(16);
				bytes.writeBigUInt64LE(11n, 0);
				bytes.writeBigUInt64LE(13n, 8);
				start = content.indexOf(bytes);
			}
		});
		const before = process.resourceUsage().maxRSS;
		await using reader = await Hdf5Reader.open(path);
		await assert.rejects(reader.read('/plain'), { code: 'damaged', message: /invalid dataset size/ });
		await assert.rejects(reader.read('/chunked'), { message: /maxMemoryBytes|damaged/ });
		await assert.rejects(reader.slabs('/chunked').next(), { message: /maxMemoryBytes|damaged/ });
		assert.ok(process.resourceUsage().maxRSS - before < 128 * 1024);
	});

	it('does not follow links in circles', async () => {
		await using reader = await Hdf5Reader.open(around);
		const paths: string[] = [];
		for await (const { path } of reader) paths.push(path);
		assert.deepEqual(paths.sort(), ['/', '/back', '/group', '/group/itself', '/plain', '/there']);
		await assert.rejects(reader.read('/back'), { code: 'damaged', message: /too many links/ });
		await assert.rejects(reader.dataset('/group/itself/itself/itself'), { code: 'invalidOption', message: /a group/ });
		assert.deepEqual((await reader.read('/plain')).data, values);
	});

	it('gives up a thread that neither answers nor reads', async () => {
		// Has the thread that may have been left by others: the next has to start one, which takes a while.
		await using other = await Hdf5Reader.open(sound);
		await other.dataset('/plain');
		await using reader = await Hdf5Reader.open(sound);
		mock.timers.enable({ apis: ['setInterval'] });
		try {
			const reading = reader.dataset('/plain');
			mock.timers.tick(60_000);
			await assert.rejects(reading, { code: 'damaged', message: /does not come to an end/ });
		} finally {
			mock.timers.reset();
		}
		assert.equal((await reader.dataset('/plain')).path, '/plain');
	});

	it('leaves no descriptor behind, however often it fails', async function () {
		if (process.platform !== 'linux') return this.skip();
		const path = await broken('leaking.h5', content => {
			content.fill(0xff, content.indexOf('TREE'), content.indexOf('TREE') + 64);
		});
		const descriptors = () => readdirSync('/proc/self/fd').length;
		const failing = async () => {
			await using reader = await Hdf5Reader.open(path);
			await assert.rejects(reader[Symbol.asyncIterator]().next(), { code: 'damaged' });
		};
		await failing();
		const before = descriptors();
		for (let i = 0; i < 3; i++) await failing();
		assert.ok(descriptors() <= before, `${before} → ${descriptors()}`);
	});
});
