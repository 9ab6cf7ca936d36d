import assert from 'node:assert/strict';
import { freeMemory } from '../../../../src/runtime/arrays/freeMemory.ts';
import { BoundedCache } from '../../../../src/runtime/caches/boundedCache.ts';
import { ObjectPool } from '../../../../src/runtime/pools/objectPool.ts';
import { recordingHub } from '../hub.ts';

describe('freeMemory', () => {
	it('runs a collection and leaves caches alone', () => {
		using cache = new BoundedCache<string, string>({ name: 'freeMemory kept', maxBytes: 1000, sizeOf: () => 10 });
		cache.set('a', 'b');
		const { owners, failed } = freeMemory();
		assert.deepEqual(
			owners.map(({ target }) => target),
			['collection'],
		);
		assert.deepEqual([failed, cache.size], [0, 1]);
	});

	it('asks caches and pools to let go, with what each freed', async () => {
		const hub = recordingHub();
		using cache = new BoundedCache<string, Buffer>({ name: 'freeMemory cache', maxBytes: 2e7, sizeOf: () => 1e7 });
		using pool = new ObjectPool({ name: 'freeMemory pool', max: 1, create: () => ({}) });
		await pool.use(() => {});
		cache.set('a', Buffer.alloc(1e7));
		const { owners } = freeMemory({ force: true });
		const of = (name: string) => owners.find(owner => owner.name === name);
		assert.equal(of('freeMemory cache')?.freedBytes, 1e7);
		assert.equal(of('freeMemory pool')?.detail, '1 idle object destroyed');
		assert.equal(owners.at(-1)?.target, 'collection');
		assert.deepEqual([cache.size, pool.stats().idle], [0, 0]);
		const [entry] = hub.drain().entries.filter(({ type }) => type === 'cleanup');
		assert.ok(entry?.type === 'cleanup');
		assert.equal(entry.cause, 'freeMemory');
		assert.ok(entry.steps.some(({ name, freedBytes }) => name === 'freeMemory cache' && freedBytes === 1e7));
		hub.leave();
	});

	it('refuses wrong options', () => {
		assert.throws(() => freeMemory({ force: 1 as unknown as boolean }), { code: 'invalidOption' });
		assert.throws(() => freeMemory(null as unknown as object), { code: 'invalidOption' });
	});
});
