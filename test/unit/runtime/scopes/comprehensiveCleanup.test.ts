import assert from 'node:assert/strict';
import { isEntry } from '../../../../src/protocol/entryGuards.ts';
import { BoundedCache } from '../../../../src/runtime/caches/boundedCache.ts';
import { SpillCache } from '../../../../src/runtime/caches/spillCache.ts';
import { WeakValueCache } from '../../../../src/runtime/caches/weakValueCache.ts';
import { ObjectPool } from '../../../../src/runtime/pools/objectPool.ts';
import { onWarning } from '../../../../src/runtime/reporting/warnings.ts';
import { registerForCleanup } from '../../../../src/runtime/scopes/cleanupRegistry.ts';
import type { CleanupReport } from '../../../../src/runtime/scopes/cleanupReport.ts';
import {
	beginComprehensiveCleanup,
	forceComprehensiveCleanup,
} from '../../../../src/runtime/scopes/comprehensiveCleanup.ts';
import { memoryManagement } from '../../../../src/runtime/scopes/memoryManagement.ts';
import { recordingHub } from '../hub.ts';

/** The report without what other tests left behind. */
function ours({ owners }: CleanupReport, ...names: string[]) {
	return owners
		.filter(({ name, target }) => names.includes(name) || target === 'collection')
		.map(({ name, target, count, freedBytes }) => [
			target,
			name,
			count,
			target === 'collection' ? undefined : freedBytes,
		]);
}

describe('forceComprehensiveCleanup', () => {
	const warnings: string[] = [];
	let stop = () => {};
	beforeEach(() => {
		warnings.length = 0;
		stop = onWarning(({ message }) => warnings.push(message));
	});
	afterEach(() => stop());

	it('loses nothing that a spill cache holds', async () => {
		await using tables = new SpillCache<string, string>({ name: 'cc tables', maxBytes: 10_000, maxDiskBytes: 100_000 });
		await tables.set('a', 'x'.repeat(1_000));
		const report = await forceComprehensiveCleanup();
		const [own] = report.owners.filter(({ name }) => name === 'cc tables');
		assert.equal(own?.target, 'spill');
		assert.ok((own?.freedBytes ?? 0) >= 1_000);
		assert.equal(tables.stats().disk.spilling, false, 'it keeps values in memory again');
		assert.equal(await tables.get('a'), 'x'.repeat(1_000));
	});

	it('clears caches and pools, cleans what is registered, collects, and says what was freed by owner', async () => {
		const cache = new BoundedCache<string, string>({ name: 'cc words', maxBytes: 1_000 });
		cache.set('a', 'b', 300);
		cache.set('b', 'c', 200);
		const pool = new ObjectPool({ name: 'cc hands', max: 3, create: () => ({}) });
		await pool.use(() => pool.use(() => {}));
		const log: string[] = [];
		const object = { closeLater: () => new Promise(resolve => setImmediate(resolve)) };
		const close = async (one: typeof object) => {
			await one.closeLater();
			log.push('closed');
		};
		registerForCleanup(object, close, { name: 'cc file', bytesOf: () => 64 });
		const hub = recordingHub();
		const freed = await forceComprehensiveCleanup();
		const { entries } = hub.drain();
		hub.leave();
		assert.deepEqual(log, ['closed']);
		assert.deepEqual(ours(freed, 'cc words', 'cc hands', 'cc file'), [
			['caches', 'cc words', 2, 500],
			['pools', 'cc hands', 2, undefined],
			['registered', 'cc file', 1, 64],
			['collection', '', 1, undefined],
		]);
		assert.equal(cache.size, 0);
		assert.equal(pool.stats().idle, 0);
		assert.equal(freed.pending, 0);
		const cleanup = entries.find(entry => entry.type === 'cleanup');
		assert.ok(cleanup && isEntry(cleanup));
		assert.equal(cleanup.cause, 'comprehensive');
		assert.deepEqual(
			cleanup.steps.filter(step => step.name?.startsWith('cc ')).map(step => step.target),
			['caches', 'pools', 'registered'],
		);
		assert.equal(typeof cleanup.steps.find(step => step.target === 'collection')?.freedBytes, 'number');
		cache.dispose();
		pool.dispose();
	});

	it('goes on past every failure and names each', async () => {
		const cache = new BoundedCache<string, string>({
			name: 'cc bad cache',
			maxBytes: 1_000,
			onEvict: () => {
				throw new Error('evict');
			},
		});
		cache.set('a', 'b', 300);
		const pool = new ObjectPool({
			name: 'cc bad pool',
			max: 3,
			create: () => ({}),
			destroy: () => {
				throw new Error('destroy');
			},
		});
		await pool.use(() => {});
		const objects = [{ close: () => Promise.reject(new Error('late')) }, { close() {} }];
		for (const [i, object] of objects.entries()) registerForCleanup(object, { name: `cc object ${i}` });
		const freed = await forceComprehensiveCleanup();
		const of = (name: string) => freed.owners.find(owner => owner.name === name);
		assert.equal(of('cc bad cache')?.detail, '1 entry cleared, then failed: evict');
		assert.equal(of('cc bad pool')?.detail, '1 idle object destroyed, then failed: destroy');
		assert.equal(of('cc object 0')?.errors.length, 1);
		assert.equal(of('cc object 1')?.errors.length, 0);
		assert.ok(freed.owners.some(owner => owner.target === 'collection'));
		assert.ok(freed.failed >= 3);
		for (const text of ['cache "cc bad cache"', 'pool "cc bad pool"', '"cc object 0"']) {
			assert.ok(
				warnings.some(message => message.includes(text)),
				text,
			);
		}
		pool.dispose();
		cache.dispose();
	});

	it('cleans what belongs to open scopes, and their end finds nothing more', async () => {
		const log: string[] = [];
		const { freed } = await memoryManagement(async () => {
			const object = { close: () => void log.push('closed') };
			registerForCleanup(object, { name: 'cc scoped' });
			await forceComprehensiveCleanup();
			assert.deepEqual(log, ['closed']);
		});
		assert.deepEqual(freed.owners, []);
		assert.deepEqual(log, ['closed']);
	});

	it('takes what was collected out of weak caches, and the objects themselves from memory', async () => {
		const cache = new WeakValueCache<string, object>({ name: 'cc weak' });
		const held = { data: 'held' };
		cache.set('held', held);
		(() => cache.set('dropped', { data: 'dropped' }))();
		const gone = (() => {
			const object = { close() {}, bytes: Buffer.alloc(1_000) };
			registerForCleanup(object, { name: 'cc gone' });
			return new WeakRef(object);
		})();
		const freed = await forceComprehensiveCleanup();
		assert.equal(freed.owners.find(one => one.name === 'cc weak')?.detail, '1 dead entry taken out');
		assert.deepEqual([cache.get('held'), cache.get('dropped'), gone.deref()], [held, undefined, undefined]);
		cache.dispose();
	});

	it('has a form that does not wait', async () => {
		let finish = () => {};
		const object = {
			close: () =>
				new Promise<void>(resolve => {
					finish = resolve;
				}),
		};
		registerForCleanup(object, { name: 'cc slow' });
		const freed = beginComprehensiveCleanup();
		assert.equal(freed.owners.find(one => one.name === 'cc slow')?.pending, 1);
		finish();
		assert.equal(
			(await forceComprehensiveCleanup()).owners.some(one => one.name === 'cc slow'),
			false,
		);
	});
});
