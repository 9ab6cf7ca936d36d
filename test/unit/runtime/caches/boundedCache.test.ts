import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EvictionReason } from '../../../../src/protocol/entries.ts';
import { BoundedCache } from '../../../../src/runtime/caches/boundedCache.ts';
import { SpillCache } from '../../../../src/runtime/caches/spillCache.ts';
import { WeakValueCache } from '../../../../src/runtime/caches/weakValueCache.ts';
import { configure, resetConfig } from '../../../../src/runtime/config.ts';
import { memoryManager } from '../../../../src/runtime/manager.ts';
import { waitFor } from '../../../support/waitFor.ts';

describe('BoundedCache', () => {
	const make = (more: object = {}) => new BoundedCache<string, string>({ name: 'test', maxBytes: 100, ...more });

	it('cannot be built without a bound', () => {
		for (const maxBytes of [undefined, 0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5']) {
			assert.throws(() => new BoundedCache({ name: 'x', maxBytes } as never), { code: 'invalidOption' });
		}
		assert.throws(() => make({ name: '' }), { code: 'invalidOption' });
		assert.throws(() => make({ ttlMs: 0 }), { code: 'invalidOption' });
		assert.throws(() => make({ maxEntries: 1.5 }), { code: 'invalidOption' });
	});

	it('takes the bound of the configuration where it is asked to', () => {
		try {
			configure({ profile: 'constrained', cacheTtlMs: 5_000 });
			let now = 0;
			const cache = make({ maxBytes: 'configured', clock: () => now });
			assert.equal(cache.maxBytes, 64 * 1024 * 1024);
			cache.set('a', 'b');
			now = 5_001;
			assert.equal(cache.get('a'), undefined, 'its time is over');
		} finally {
			resetConfig();
		}
	});

	it('never holds more than its bounds, whatever is done to it', () => {
		const operation = fc.record({
			what: fc.constantFrom('set', 'get', 'delete', 'clear'),
			key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
			bytes: fc.integer({ min: 0, max: 120 }),
		});
		fc.assert(
			fc.property(fc.array(operation, { maxLength: 60 }), fc.boolean(), (operations, counted) => {
				const left: string[] = [];
				const cache = make({ ...(counted && { maxEntries: 3 }), onEvict: (value: string) => left.push(value) });
				const sizes = new Map<string, number>();
				let stored = 0;
				for (const { what, key, bytes } of operations) {
					if (what === 'set') {
						const value = `${key}${stored}`;
						const kept = cache.set(key, value, bytes);
						assert.equal(kept, bytes <= 100);
						if (kept) stored++;
						if (kept) assert.equal(cache.get(key), value);
						sizes.set(key, Math.max(1, bytes));
					} else if (what === 'get') cache.get(key);
					else if (what === 'delete') cache.delete(key);
					else cache.clear();
					assert.ok(cache.bytes <= 100);
					if (counted) assert.ok(cache.size <= 3);
					const sum = [...cache.keys()].reduce((total, one) => total + (sizes.get(one) ?? 0), 0);
					assert.equal(cache.bytes, sum);
				}
				// What was stored is still there or was told to have left.
				assert.equal(left.length + cache.size, stored);
				const evictions: number[] = Object.values(cache.stats().evictions);
				assert.equal(
					evictions.reduce((sum, count) => sum + count, 0),
					left.length,
				);
				cache.dispose();
			}),
		);
	});

	it('says why each value left', async () => {
		const left: [string, EvictionReason][] = [];
		const onEvict = (_value: string, key: string, reason: EvictionReason) => left.push([key, reason]);
		const cache = make({ maxEntries: 3, onEvict });
		for (const key of ['a', 'b', 'c', 'd']) cache.set(key, key, 20);
		cache.set('e', 'e', 90);
		cache.set('e', 'again', 10);
		cache.set('e', 'too large', 101);
		cache.set('f', 'f', 1);
		cache.delete('f');
		cache.set('g', 'g', 1);
		cache.clear();
		assert.deepEqual(left, [
			['a', 'count'],
			['b', 'size'],
			['c', 'size'],
			['d', 'size'],
			['e', 'replaced'],
			['e', 'replaced'],
			['f', 'deleted'],
			['g', 'cleared'],
		]);
		assert.deepEqual(cache.stats().evictions, { count: 1, size: 3, replaced: 2, deleted: 1, cleared: 1 });
	});

	it('measures a value again that is stored again, and does not count it as gone', () => {
		const list: number[] = [];
		const cache = new BoundedCache<string, number[]>({ name: 'grows', maxBytes: 100, sizeOf: ({ length }) => length });
		cache.set('list', list);
		for (let i = 0; i < 60; i++) list.push(i);
		cache.set('list', list);
		assert.deepEqual([cache.bytes, cache.stats().evictions], [60, {}]);
		cache.set('other', [...list]);
		assert.deepEqual([cache.bytes, cache.size], [60, 1]);
	});

	it('lets expired entries go by itself', async () => {
		const cache = make({ ttlMs: 10 });
		cache.set('a', 'a', 50);
		await waitFor(() => cache.bytes === 0);
		assert.deepEqual(cache.stats().evictions, { ttl: 1 });
	});

	it('lets expired entries go inside a synchronous loop', () => {
		const cache = make({ ttlMs: 10 });
		cache.set('a', 'a', 50);
		const end = performance.now() + 2_000;
		while (cache.stats().evictions.ttl === undefined && performance.now() < end) cache.set('b', 'b', 1);
		assert.equal(cache.get('a'), undefined);
		assert.ok((cache.stats().evictions.ttl ?? 0) >= 1);
	});

	it('computes once for all who ask, and again after a failure', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.boolean(), async (callers, fails) => {
				const cache = make();
				let computed = 0;
				const compute = async () => {
					computed++;
					await null;
					if (fails) throw new Error('expected');
					return 'v';
				};
				const results = await Promise.allSettled(
					Array.from({ length: callers }, () => cache.getOrCompute('k', compute)),
				);
				assert.equal(computed, 1);
				assert.ok(results.every(({ status }) => status === (fails ? 'rejected' : 'fulfilled')));
				assert.equal(cache.size, fails ? 0 : 1);
				await cache.getOrCompute('k', compute).catch(() => {});
				assert.equal(computed, fails ? 2 : 1);
				assert.equal(cache.stats().hits + cache.stats().misses, callers + 1);
				cache.dispose();
			}),
			{ numRuns: 30 },
		);
	});

	it('refuses to compute with what is no function, as the other caches do', async () => {
		const caches = [
			make(),
			new WeakValueCache({ name: 'w' }),
			new SpillCache({ name: 's', maxBytes: 9, maxDiskBytes: 9 }),
		];
		for (const cache of caches) {
			await assert.rejects(cache.getOrCompute('k', 5 as never), { code: 'invalidOption', message: /compute/ });
			await cache.dispose();
		}
	});

	it('goes on to let entries go by itself after it was empty', async () => {
		const cache = make({ ttlMs: 5 });
		for (let round = 1; round <= 3; round++) {
			cache.set('a', 'a', 50);
			await waitFor(() => cache.bytes === 0);
			assert.deepEqual(cache.stats().evictions, { ttl: round });
		}
	});

	it('does not store what was computed for a key that was set, deleted or cleared meanwhile', async () => {
		for (const change of ['set', 'delete', 'clear'] as const) {
			const cache = make();
			let finish: ((value: string) => void) | undefined;
			const computed = cache.getOrCompute('k', () => new Promise<string>(resolve => (finish = resolve)));
			if (change === 'set') cache.set('k', 'newer');
			else if (change === 'delete') cache.delete('k');
			else cache.clear();
			finish?.('old');
			assert.equal(await computed, 'old');
			assert.equal(cache.get('k'), change === 'set' ? 'newer' : undefined);
		}
	});

	it('tells whether sizes are declared or estimated, and checks them', () => {
		const cache = make({ maxBytes: 10_000 });
		cache.set('a', 'x'.repeat(100));
		assert.equal(cache.stats().bytesFrom, 'estimated');
		assert.ok(cache.bytes >= 100 && cache.bytes < 400);
		cache.set('b', 'b', 5);
		assert.equal(cache.stats().bytesFrom, 'both');
		const own = make({ sizeOf: (value: string) => value.length });
		own.set('a', 'four');
		assert.deepEqual([own.bytes, own.stats().bytesFrom], [4, 'declared']);
		assert.throws(() => own.set('b', 'b', Number.NaN), { code: 'invalidSize' });
		assert.throws(() => own.set('b', 'b', -1), { code: 'invalidSize' });
		assert.throws(() => make({ sizeOf: () => 'five' }).set('a', 'a'), { code: 'invalidSize' });
	});

	it('lets onEvict use the cache, and passes its error on with everything in order', () => {
		const cache: BoundedCache<string, string> = make({
			onEvict: (_value: string, key: string) => {
				if (key === 'a') throw new Error('expected');
				cache.set('last', key, 1);
			},
		});
		cache.set('a', 'a', 50);
		cache.set('b', 'b', 40);
		assert.throws(() => cache.set('c', 'c', 99), /expected/);
		assert.deepEqual([cache.get('last'), cache.bytes <= 100], ['b', true]);
	});

	it('is found by name and cleared; disposed of it takes nothing', () => {
		const cache = make({ name: 'found by name' });
		cache.set('a', 'a', 7);
		assert.deepEqual(memoryManager.clearCache('found by name'), { clearedCaches: 1, freedBytes: 7 });
		assert.throws(() => memoryManager.clearCache('no such cache'), { code: 'unknownCache' });
		cache.dispose();
		assert.equal(cache.set('a', 'a'), false);
		assert.throws(() => memoryManager.clearCache('found by name'), { code: 'unknownCache' });
		assert.equal(
			memoryManager.caches().some(({ name }) => name === 'found by name'),
			false,
		);
	});
});
