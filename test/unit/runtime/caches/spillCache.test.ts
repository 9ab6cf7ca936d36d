import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { SpillCache } from '../../../../src/runtime/caches/spillCache.ts';
import type { SpillCacheOptions } from '../../../../src/runtime/caches/spillOptions.ts';
import { onWarning } from '../../../../src/runtime/reporting/warnings.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';
import { waitFor } from '../../../support/waitFor.ts';
import { recordingHub } from '../hub.ts';

const KB = 1024;

describe('SpillCache', () => {
	let folder: TemporaryFolder;
	let warnings: string[];
	let quiet: () => void;
	const open: SpillCache<string, Buffer>[] = [];
	const make = (more: Partial<SpillCacheOptions<string, Buffer>> = {}) => {
		const options = { name: 'spill', maxBytes: 10 * KB, maxDiskBytes: 1000 * KB, directory: folder.path, ...more };
		const cache = new SpillCache<string, Buffer>({ sizeOf: ({ length }) => length, ...options });
		open.push(cache);
		return cache;
	};
	const block = (fill: number, kilobytes = 4) => Buffer.alloc(kilobytes * KB, fill);
	const files = () =>
		readdirSync(folder.path, { recursive: true, withFileTypes: true })
			.filter(entry => entry.isFile())
			.map(({ parentPath, name }) => join(parentPath, name));
	const settled = (cache: SpillCache<string, Buffer>, entries: number) =>
		waitFor(() => cache.stats().disk.entries === entries, { what: `${entries} on disk` });

	beforeEach(() => {
		folder = temporaryFolder('spill-test');
		warnings = [];
		quiet = onWarning(({ message }) => warnings.push(message));
	});
	afterEach(async () => {
		quiet();
		for (const cache of open.splice(0)) await cache.dispose();
		await folder.remove();
	});

	it('cannot be built without its bounds', () => {
		for (const bad of [
			{ maxDiskBytes: undefined },
			{ maxDiskBytes: -1 },
			{ maxBytes: Number.NaN },
			{ name: '' },
			{ serialize: (value: Buffer) => value },
			{ deserialize: 5 },
			{ directory: 7 },
			{ sizeOf: 5 },
		]) {
			assert.throws(() => make(bad as never), { code: 'invalidOption' }, JSON.stringify(bad));
		}
		assert.throws(() => new SpillCache(undefined as never), { code: 'invalidOption' });
	});

	it('brings back what memory had no room for', async () => {
		const cache = make();
		for (let i = 0; i < 20; i++) await cache.set(`key ${i}`, block(i));
		assert.equal(cache.size, 20);
		assert.ok(cache.stats().memory.bytes <= 10 * KB);
		for (let i = 0; i < 20; i++) assert.deepEqual(await cache.get(`key ${i}`), block(i), `key ${i}`);
		assert.equal(await cache.get('other'), undefined);
		const { disk } = cache.stats();
		assert.ok(disk.writes >= 18 && disk.reads >= 16 && disk.failed + disk.corrupt + disk.dropped === 0);
		assert.deepEqual(warnings, []);
	});

	it('answers like a map, whatever is done at the same time', async () => {
		const operation = fc.record({
			what: fc.constantFrom('set', 'set', 'get', 'get', 'delete', 'clear', 'high', 'normal'),
			key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
			kilobytes: fc.integer({ min: 0, max: 14 }),
			wait: fc.boolean(),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async operations => {
				const cache = make();
				const model = new Map<string, Buffer>();
				const background: Promise<unknown>[] = [];
				let filled = 0;
				for (const { what, key, kilobytes, wait } of operations) {
					let done: Promise<unknown> | undefined;
					if (what === 'set') {
						const value = block(++filled, kilobytes);
						model.set(key, value);
						done = cache.set(key, value);
					} else if (what === 'get') {
						const expected = model.get(key);
						// Others may change the key while it is read, so only what is awaited is compared.
						if (wait) assert.deepEqual(await cache.get(key), expected);
						else done = cache.get(key);
					} else if (what === 'delete') {
						model.delete(key);
						done = cache.delete(key);
					} else if (what === 'clear') {
						model.clear();
						done = cache.clear();
					} else cache.relieve(what);
					assert.ok(cache.stats().memory.bytes <= 10 * KB);
					if (wait) await done;
					else if (done) background.push(done);
				}
				await Promise.all(background);
				for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
					assert.equal(cache.has(key), model.has(key));
					assert.deepEqual(await cache.get(key), model.get(key));
				}
				await cache.dispose();
				assert.deepEqual(files(), []);
			}),
			{ numRuns: 60 },
		);
	});

	it('keeps its files within their bound, the least recently used go', async () => {
		const cache = make({ maxDiskBytes: 30 * KB });
		for (let i = 0; i < 20; i++) {
			await cache.set(`key ${i}`, block(i));
			const onDisk = files().map(file => statSync(file, { throwIfNoEntry: false })?.size ?? 0);
			assert.ok(onDisk.reduce((sum, bytes) => sum + bytes, 0) <= 30 * KB);
		}
		await waitFor(() => cache.size - cache.stats().disk.entries === 2);
		const { entries, dropped, bytes } = cache.stats().disk;
		assert.deepEqual([entries, dropped, bytes <= 30 * KB], [7, 11, true]);
		assert.equal(await cache.get('key 0'), undefined);
		assert.deepEqual(await cache.get('key 12'), block(12));
		await cache.set('huge', block(1, 40));
		await waitFor(() => cache.stats().disk.dropped === 12);
		assert.equal(cache.has('huge'), false);
	});

	it('reads a value while it is written, and in a loop that lets nothing else run', async () => {
		const cache = make();
		const done: Promise<void>[] = [];
		for (let i = 0; i < 20; i++) done.push(cache.set(`key ${i}`, block(i)));
		assert.ok(cache.stats().disk.writes > 10, 'written without the event loop');
		const read = await Promise.all(Array.from({ length: 20 }, (_, i) => cache.get(`key ${i}`)));
		for (const [i, value] of read.entries()) assert.deepEqual(value, block(i));
		await Promise.all(done);
	});

	it('takes a damaged file for a miss, counts it and warns once', async () => {
		const cache = make();
		for (let i = 0; i < 6; i++) await cache.set(`key ${i}`, block(i));
		await settled(cache, 4);
		const [first, second, third] = files();
		assert.ok(first && second && third);
		const bytes = readFileSync(first);
		bytes[100] = 99;
		writeFileSync(first, bytes);
		writeFileSync(second, bytes.subarray(0, 50));
		rmSync(third);
		const found = [];
		for (let i = 0; i < 4; i++) found.push(await cache.get(`key ${i}`));
		assert.equal(found.filter(value => value === undefined).length, 3);
		assert.deepEqual([cache.stats().disk.corrupt, warnings.length], [3, 1]);
		assert.match(warnings[0] ?? '', /SpillCache "spill": a value did not come back/);
	});

	it('goes on in memory where the disk refuses: a file in place of the folder, a folder that is not there', async () => {
		writeFileSync(join(folder.path, 'file'), '');
		for (const directory of [join(folder.path, 'file'), join(folder.path, 'missing')]) {
			warnings = [];
			const cache = make({ directory });
			for (let i = 0; i < 10; i++) await cache.set(`key ${i}`, block(i));
			await waitFor(() => cache.stats().disk.failed === 8);
			assert.deepEqual(await cache.get('key 9'), block(9));
			assert.equal(await cache.get('key 0'), undefined);
			assert.deepEqual([warnings.length, cache.stats().disk.entries], [1, 0]);
		}
	});

	it('makes a new folder when somebody removed its own', async () => {
		const cache = make();
		for (let i = 0; i < 6; i++) await cache.set(`key ${i}`, block(i));
		await settled(cache, 4);
		for (const name of readdirSync(folder.path)) rmSync(join(folder.path, name), { recursive: true });
		await cache.set('lost', block(7));
		await waitFor(() => cache.stats().disk.failed === 1);
		for (let i = 10; i < 16; i++) await cache.set(`key ${i}`, block(i));
		await waitFor(() => files().length >= 6);
		assert.deepEqual(await cache.get('key 10'), block(10));
		assert.equal(await cache.get('key 0'), undefined);
	});

	it('counts a value that cannot be serialized, and throws nothing into set', async () => {
		const cache = new SpillCache<string, () => number>({
			name: 'functions',
			maxBytes: 100,
			maxDiskBytes: 1000,
			directory: folder.path,
		});
		for (let i = 0; i < 5; i++) await cache.set(`key ${i}`, () => i, 60);
		await waitFor(() => cache.stats().disk.failed === 4);
		assert.deepEqual([warnings.length, (await cache.get('key 4'))?.()], [1, 4]);
		await cache.dispose();
		const own = make({ serialize: value => value, deserialize: () => assert.fail('expected') });
		for (let i = 0; i < 4; i++) await own.set(`key ${i}`, block(i));
		await settled(own, 2);
		assert.equal(await own.get('key 0'), undefined);
		assert.equal(own.stats().disk.corrupt, 1);
	});

	it('refuses sizes that are none, and keeps the older value', async () => {
		const cache = make();
		await cache.set('a', block(1));
		await assert.rejects(cache.set('a', block(2), Number.NaN), { code: 'invalidSize' });
		assert.deepEqual(await cache.get('a'), block(1));
		const throwing = make({
			sizeOf: () => {
				throw new Error('expected');
			},
		});
		await assert.rejects(throwing.set('a', block(1)), { code: 'invalidSize', message: /expected/ });
	});

	it('writes everything at once while memory is short, and says what that freed', async () => {
		const cache = make();
		await cache.set('a', block(1));
		await cache.set('b', block(2));
		const relief = cache.relieve('high');
		assert.deepEqual([relief?.freedBytes, cache.stats().memory.bytes, cache.stats().disk.entries], [8 * KB, 0, 2]);
		assert.equal(cache.relieve('critical'), undefined);
		await cache.set('c', block(3));
		assert.equal(cache.stats().memory.bytes, 0);
		assert.deepEqual(await Promise.all(['a', 'b', 'c'].map(key => cache.get(key))), [block(1), block(2), block(3)]);
		assert.equal(cache.stats().memory.bytes, 0);
		assert.match(cache.relieve('normal')?.detail ?? '', /memory again/);
		await cache.get('a');
		assert.equal(cache.stats().memory.bytes, 4 * KB);
	});

	it('computes once for all who ask, and again after a failure', async () => {
		const cache = make();
		let computed = 0;
		const compute = async () => {
			if (++computed === 1) throw new Error('expected');
			return block(5);
		};
		const failed = await Promise.allSettled([cache.getOrCompute('k', compute), cache.getOrCompute('k', compute)]);
		assert.ok(failed.every(({ status }) => status === 'rejected'));
		const values = await Promise.all([cache.getOrCompute('k', compute), cache.getOrCompute('k', compute)]);
		assert.deepEqual([values, computed], [[block(5), block(5)], 2]);
		await cache.set('other', block(1, 9));
		assert.deepEqual(await cache.getOrCompute('k', compute), block(5));
		assert.equal(computed, 2, 'from the disk');
	});

	it('removes its files when it is disposed of, and takes nothing then', async () => {
		const cache = make();
		for (let i = 0; i < 6; i++) void cache.set(`key ${i}`, block(i));
		await cache.dispose();
		assert.deepEqual(readdirSync(folder.path), []);
		await cache.set('a', block(1));
		assert.deepEqual([await cache.get('a'), cache.size], [undefined, 0]);
		await cache.dispose();
	});

	it('leaves the folders of living processes and strangers alone', async () => {
		const strangers = ['memory-manager-spill-1-000000000000-5-abc', 'memory-manager-spill-old', 'memory-manager-x'];
		for (const name of strangers) mkdirSync(join(folder.path, name));
		const cache = make();
		for (let i = 0; i < 4; i++) await cache.set(`key ${i}`, block(i));
		await settled(cache, 2);
		const names = readdirSync(folder.path);
		assert.deepEqual(
			strangers.filter(name => !names.includes(name)),
			[],
		);
	});

	it('reports its memory and its disk under one name, at the line that made it', async () => {
		const hub = recordingHub();
		const cache = make({ name: 'reported' });
		for (let i = 0; i < 6; i++) await cache.set(`key ${i}`, block(i));
		await settled(cache, 4);
		const entries = hub.drain().entries.filter(entry => 'name' in entry && entry.name === 'reported');
		assert.deepEqual(entries.map(({ type }) => type).sort(), ['cache', 'spill']);
		for (const entry of entries) assert.ok('site' in entry && entry.site?.file.endsWith('spillCache.test.ts'));
		const spill = entries.find(entry => entry.type === 'spill');
		assert.ok(spill?.type === 'spill' && spill.entries === 4 && spill.bytes >= 16 * KB);
		hub.leave();
	});
});
