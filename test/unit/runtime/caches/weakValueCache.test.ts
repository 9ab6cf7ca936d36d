import assert from 'node:assert/strict';
import fc from 'fast-check';
import { WeakValueCache } from '../../../../src/runtime/caches/weakValueCache.ts';
import { recordingHub } from '../hub.ts';

// That values vanish is proved in children with --expose-gc: test/integration/runtime/caches.test.ts.
describe('WeakValueCache', () => {
	const make = () => new WeakValueCache<string, object>({ name: 'weak' });

	it('needs a name and takes objects only', () => {
		assert.throws(() => new WeakValueCache(undefined as never), { code: 'invalidOption' });
		assert.throws(() => new WeakValueCache({ name: '' }), { code: 'invalidOption' });
		const cache = make();
		const value = {};
		cache.set('a', value);
		for (const bad of ['text', 5, null, undefined, Symbol.iterator, 5n]) {
			assert.throws(() => cache.set('a', bad as never), { code: 'invalidInput' });
		}
		assert.equal(cache.get('a'), value);
		cache.set('f', () => {});
		assert.equal(cache.has('f'), true);
	});

	it('is a map as long as its values are held', () => {
		const operation = fc.tuple(fc.constantFrom('set', 'get', 'delete', 'clear'), fc.constantFrom('a', 'b', 'c'));
		fc.assert(
			fc.property(fc.array(operation), operations => {
				const cache = make();
				const model = new Map<string, object>();
				let looks = 0;
				for (const [what, key] of operations) {
					if (what === 'set') {
						const value = {};
						model.set(key, value);
						assert.equal(cache.set(key, value), true);
					} else if (what === 'get') {
						looks++;
						assert.equal(cache.get(key), model.get(key));
					} else if (what === 'delete') assert.equal(cache.delete(key), model.delete(key));
					else {
						model.clear();
						cache.clear();
					}
					assert.equal(cache.has(key), model.has(key));
					assert.equal(cache.size, model.size);
				}
				assert.deepEqual(new Map(cache), new Map(model));
				const { hits, misses, collected } = cache.stats();
				assert.deepEqual([hits + misses, collected], [looks, 0]);
				cache.dispose();
			}),
		);
	});

	it('computes once for all who ask, and again after a failure', async () => {
		const cache = make();
		let computed = 0;
		const compute = async () => {
			if (++computed === 1) throw new Error('expected');
			return { computed };
		};
		const failed = await Promise.allSettled([cache.getOrCompute('k', compute), cache.getOrCompute('k', compute)]);
		assert.ok(failed.every(({ status }) => status === 'rejected'));
		const [a, b] = await Promise.all([cache.getOrCompute('k', compute), cache.getOrCompute('k', compute)]);
		assert.equal(a, b);
		assert.equal(await cache.getOrCompute('k', compute), a);
		assert.equal(computed, 2);
		await assert.rejects(
			cache.getOrCompute('bad', () => 'text' as never),
			{ code: 'invalidInput' },
		);
	});

	it('reports what it knows, and takes nothing once it is disposed of', () => {
		const hub = recordingHub();
		const cache = new WeakValueCache<string, object>({ name: 'reported' });
		const entryOf = () => hub.drain().entries.find(entry => entry.type === 'weakCache' && entry.name === 'reported');
		const value = {};
		cache.set('a', value);
		cache.get('a');
		cache.get('b');
		const entry = entryOf();
		assert.ok(entry?.type === 'weakCache' && entry.site?.file.endsWith('weakValueCache.test.ts'));
		assert.deepEqual([entry.entries, entry.hits, entry.misses, entry.collected], [1, 1, 1, 0]);
		cache.dispose();
		assert.deepEqual([cache.set('a', value), cache.get('a')], [false, undefined]);
		const gone = entryOf();
		assert.ok(gone?.type === 'weakCache' && gone.disposed === true && gone.entries === 0);
		hub.leave();
	});
});
