import assert from 'node:assert/strict';
import { BoundedCache } from '../../../../src/runtime/caches/boundedCache.ts';
import { memoryManager } from '../../../../src/runtime/manager.ts';
import { ObjectPool } from '../../../../src/runtime/pools/objectPool.ts';
import { waitFor } from '../../../support/waitFor.ts';
import { recordingHub } from '../hub.ts';

describe('reports of caches and pools', () => {
	it('tell of those made before, of changes only, and once of the end', () => {
		const cache = new BoundedCache<string, number>({ name: 'told', maxBytes: 100 });
		const hub = recordingHub();
		const told = () => hub.drain().entries.filter(entry => entry.type === 'cache' && entry.name === 'told');
		assert.equal(told().length, 1);
		assert.equal(told().length, 0);
		cache.set('a', 1, 10);
		const [changed] = told();
		assert.ok(changed?.type === 'cache' && changed.bytes === 10 && changed.entries === 1 && changed.site);
		cache.dispose();
		const [gone] = told();
		assert.ok(gone?.type === 'cache' && gone.disposed && gone.bytes === 0);
		assert.equal(told().length, 0);
		hub.leave();
	});

	it('tell of what came and went between two questions, of very many of some', () => {
		const hub = recordingHub();
		const told = () => hub.drain().entries.filter(entry => entry.type === 'cache' && entry.name === 'brief');
		const brief = () => new BoundedCache<string, number>({ name: 'brief', maxBytes: 100 }).dispose();
		brief();
		assert.deepEqual(
			told().map(entry => 'disposed' in entry && entry.disposed),
			[true],
		);
		for (let i = 0; i < 10_000; i++) brief();
		const many = told().length;
		assert.ok(many >= 50 && many < 1_000, `${many} told`);
		hub.leave();
		brief();
		hub.go();
		assert.equal(told().length, 0, 'what nobody listened to is not kept');
		hub.leave();
	});

	it('tell of one that was collected', async () => {
		const hub = recordingHub();
		(() => new BoundedCache<string, number>({ name: 'dropped', maxBytes: 100 }).set('a', 1))();
		assert.ok(hub.drain().entries.some(entry => entry.type === 'cache' && entry.name === 'dropped'));
		await waitFor(() => {
			memoryManager.forceGarbageCollection();
			return hub.drain().entries.some(entry => entry.type === 'cache' && entry.name === 'dropped' && entry.disposed);
		});
		hub.leave();
	});

	it('carry out commands on one or all', async () => {
		const hub = recordingHub();
		const cache = new BoundedCache<string, number>({ name: 'commanded', maxBytes: 100 });
		const pool = new ObjectPool({ name: 'commanded', max: 1, create: () => ({}) });
		await pool.use(() => {});
		cache.set('a', 1, 40);
		const entries = hub.drain().entries;
		const cacheId = entries.find(entry => entry.type === 'cache' && entry.name === 'commanded');
		const poolId = entries.find(entry => entry.type === 'pool' && entry.name === 'commanded');
		assert.ok(cacheId?.type === 'cache' && poolId?.type === 'pool');
		assert.equal(hub.command({ kind: 'clearCache', id: cacheId.id }).freedBytes, 40);
		assert.equal(hub.command({ kind: 'clearPool', id: poolId.id }).message, '1 idle object destroyed.');
		assert.equal(pool.stats().destroyed, 1);
		assert.equal(hub.command({ kind: 'clearCache', id: 99_999 }).freedBytes, undefined);
		assert.match(hub.command({ kind: 'unheardOf' } as never).message, /does not know/);
		cache.dispose();
		pool.dispose();
		hub.leave();
	});
});
