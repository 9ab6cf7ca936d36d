import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MemoryLevel } from '../../../../src/protocol/entries.ts';
import { BoundedCache } from '../../../../src/runtime/caches/boundedCache.ts';
import { pressure } from '../../../../src/runtime/monitor/pressure.ts';
import { onWarning } from '../../../../src/runtime/reporting/warnings.ts';
import { recordingHub } from '../hub.ts';

describe('BoundedCache under pressure', () => {
	const filled = (more: object = {}) => {
		const cache = new BoundedCache<string, string>({ name: 'pressed', maxBytes: 100, ...more });
		for (let i = 0; i < 10; i++) cache.set(`${i}`, 'x', 10);
		return cache;
	};

	it('keeps to 75, 50 and 25 percent of its bound while the level lasts, and may hold all again after', () => {
		const left: string[] = [];
		const cache = filled({ onEvict: (_value: string, key: string, reason: string) => left.push(`${key} ${reason}`) });
		assert.deepEqual(cache.relieve('elevated'), { freedBytes: 30, detail: 'keeps to 75 B of 100 B' });
		assert.deepEqual(left, ['0 pressure', '1 pressure', '2 pressure']);
		assert.deepEqual([cache.relieve('high')?.freedBytes, cache.bytes], [20, 50]);
		cache.get('5');
		assert.deepEqual([cache.relieve('critical')?.freedBytes, [...cache.keys()]], [30, ['5', '9']]);
		assert.equal(cache.relieve('critical'), undefined);
		cache.set('new', 'x', 10);
		assert.deepEqual([[...cache.keys()], left.at(-1)], [['new', '5'], '9 pressure']);
		assert.deepEqual([cache.set('large', 'x', 26), cache.stats().effectiveMaxBytes], [false, 25]);
		assert.deepEqual(cache.relieve('normal'), { detail: 'may hold 100 B again' });
		assert.deepEqual([cache.set('large', 'x', 80), cache.stats().effectiveMaxBytes], [true, 100]);
		assert.deepEqual(cache.stats().evictions, { pressure: 9 });
	});

	it('changes nothing where it shall keep', () => {
		const cache = filled({ underPressure: 'keep' });
		assert.deepEqual([cache.relieve('critical'), cache.bytes], [undefined, 100]);
		assert.throws(() => filled({ underPressure: 'grow' }), { code: 'invalidOption' });
	});

	it('starts at the level that holds, and reports the bound that it leaves', () => {
		const hub = recordingHub();
		pressure.set('high', 'a test', true);
		try {
			const cache = filled({ name: 'born under pressure' });
			assert.deepEqual([cache.bytes, cache.stats().effectiveMaxBytes], [50, 50]);
			const entryOf = () =>
				hub.drain().entries.find(entry => entry.type === 'cache' && entry.name === 'born under pressure');
			const entry = entryOf();
			assert.ok(entry?.type === 'cache' && entry.effectiveMaxBytes === 50 && entry.maxBytes === 100);
			cache.relieve('normal');
			const after = entryOf();
			assert.ok(after && !('effectiveMaxBytes' in after));
			cache.dispose();
		} finally {
			pressure.set('normal', 'a test', true);
			hub.leave();
		}
	});

	it('warns of a callback that throws, and goes on', () => {
		const warnings: string[] = [];
		const quiet = onWarning(({ message }) => warnings.push(message));
		const cache = filled({ onEvict: () => assert.fail('expected') });
		assert.equal(cache.relieve('critical')?.freedBytes, 80);
		quiet();
		assert.deepEqual(warnings, ['Cache "pressed": its onEvict failed: expected']);
	});

	it('is a map of bounded size with LRU order, expiry and levels', () => {
		const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
		const operation = fc.oneof(
			fc.record({ what: fc.constant('set' as const), key, bytes: fc.integer({ min: 1, max: 60 }) }),
			fc.record({ what: fc.constant('get' as const), key }),
			fc.record({ what: fc.constant('delete' as const), key }),
			fc.record({ what: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 80 }) }),
			fc.record({
				what: fc.constant('level' as const),
				level: fc.constantFrom<MemoryLevel>('normal', 'elevated', 'high', 'critical'),
			}),
		);
		const bounds: Record<MemoryLevel, number> = { normal: 100, elevated: 75, high: 50, critical: 25 };
		fc.assert(
			fc.property(fc.array(operation, { maxLength: 60 }), operations => {
				let now = 0;
				let bound = 100;
				const cache = new BoundedCache<string, object>({ name: 'm', maxBytes: 100, ttlMs: 100, clock: () => now });
				// Least recently used first, as a Map keeps it.
				const model = new Map<string, { value: object; bytes: number; at: number }>();
				const expired = (name: string) => now - (model.get(name)?.at ?? now) > 100;
				const total = () => [...model.values()].reduce((sum, { bytes }) => sum + bytes, 0);
				const shrink = () => {
					for (const oldest of model.keys()) if (total() > bound) model.delete(oldest);
				};
				for (const step of operations) {
					if (step.what === 'wait') now += step.ms;
					else if (step.what === 'level') {
						if (bound !== bounds[step.level])
							for (const name of [...model.keys()]) if (expired(name)) model.delete(name);
						bound = bounds[step.level];
						cache.relieve(step.level);
						shrink();
					} else if (step.what === 'set') {
						const value = {};
						// Expired entries leave at different moments, which is not the model's matter.
						cache.purgeExpired();
						for (const name of [...model.keys()]) if (expired(name)) model.delete(name);
						model.delete(step.key);
						if (step.bytes <= bound) model.set(step.key, { value, bytes: step.bytes, at: now });
						shrink();
						assert.equal(cache.set(step.key, value, step.bytes), step.bytes <= bound);
					} else if (step.what === 'get') {
						if (expired(step.key)) model.delete(step.key);
						const found = model.get(step.key);
						if (found) {
							model.delete(step.key);
							model.set(step.key, found);
						}
						assert.equal(cache.get(step.key), found?.value);
					} else {
						model.delete(step.key);
						cache.delete(step.key);
					}
					const fresh = [...model.keys()].filter(name => !expired(name)).reverse();
					assert.deepEqual([...cache.keys()], fresh);
					assert.ok(cache.bytes <= bound);
				}
				assert.equal(cache.bytes, total());
				cache.dispose();
			}),
		);
	});

	it('is not harmed by sizes and clocks that are none', () => {
		const cache = filled({ sizeOf: (value: string) => (value === 'throws' ? assert.fail('expected') : value.length) });
		cache.set('a', 'old');
		for (const [value, bytes] of [
			['throws', undefined],
			['x', Number.NaN],
			['x', -1],
		] as const) {
			assert.throws(() => cache.set('a', value, bytes), { code: 'invalidSize' });
			assert.equal(cache.get('a'), 'old');
		}
		assert.throws(() => filled({ sizeOf: () => undefined }).set('a', 'a'), { code: 'invalidSize' });
		const before = [cache.bytes, cache.size];
		assert.throws(() => cache.set('new', 'throws'), { code: 'invalidSize', message: /its sizeOf failed: expected/ });
		assert.deepEqual([cache.bytes, cache.size], before);
		assert.throws(() => filled({ ttlMs: 10, clock: () => Number.NaN }), { code: 'invalidOption' });
	});

	it('passes a size that is none to all who wait for a computation', async () => {
		const cache = filled({ sizeOf: () => Number.NaN, maxBytes: 1000 });
		const results = await Promise.allSettled([cache.getOrCompute('k', () => 'v'), cache.getOrCompute('k', () => 'v')]);
		assert.deepEqual(
			results.map(result => result.status === 'rejected' && result.reason.code),
			['invalidSize', 'invalidSize'],
		);
	});

	it('labels its bytes by what it holds', () => {
		const cache = new BoundedCache<string, string>({ name: 'labels', maxBytes: 1000 });
		const labels = () => cache.stats().bytesFrom;
		cache.set('a', 'a', 5);
		assert.equal(labels(), 'declared');
		assert.throws(() => cache.set('b', 'b', -1));
		cache.set('too large', 'x'.repeat(2000));
		assert.equal(labels(), 'declared');
		cache.set('b', 'b');
		assert.equal(labels(), 'both');
		cache.clear();
		assert.equal(labels(), 'estimated');
		cache.set('b', 'b', 5);
		assert.equal(labels(), 'declared');
		cache.set('b', 'other');
		assert.equal(labels(), 'estimated');
		cache.set('c', 'fills it', 1000);
		assert.equal(labels(), 'declared');
	});
});
