import assert from 'node:assert/strict';
import { BoundedCache } from '../../../src/runtime/caches/boundedCache.ts';
import { SpillCache } from '../../../src/runtime/caches/spillCache.ts';
import { resetConfig } from '../../../src/runtime/config.ts';
import { memoryManager } from '../../../src/runtime/manager.ts';
import { ObjectPool } from '../../../src/runtime/pools/objectPool.ts';
import { sharedHub } from '../../../src/runtime/reporter.ts';
import type { SpillRecord, StoreRecord } from '../../../src/runtime/reporting/records.ts';
import { warn } from '../../../src/runtime/reporting/warnings.ts';
import { MemoryManagerError } from '../../../src/runtime/runtimeError.ts';
import { waitFor } from '../../support/waitFor.ts';
import { recordingHub } from './hub.ts';

describe('memoryManager', () => {
	afterEach(() => {
		memoryManager.dispose();
		resetConfig();
	});

	it('holds configuration, readings and summary together', async () => {
		assert.equal(memoryManager.configure({ profile: 'largeCollection', monitorIntervalMs: 10 }), memoryManager.config);
		const { rssBytes, level, maxMemoryBytes } = memoryManager.memoryUsage();
		assert.ok(rssBytes > 0 && typeof level === 'string');
		assert.equal(maxMemoryBytes, 2 * 1024 ** 3);
		memoryManager.startMonitoring();
		await waitFor(() => memoryManager.summary().samples >= 2, { what: 'two samples' });
		const { rssBytes: rss } = memoryManager.summary();
		assert.ok(rss && rss.peak >= rss.average && rss.average >= rss.lowest);
		memoryManager.stopMonitoring();
		assert.equal(memoryManager.monitor.running, false);
	});

	it('tells pressure, low memory and warnings until it is disposed of, and again afterwards', () => {
		const seen: string[] = [];
		const listen = () => {
			memoryManager.onPressure(({ level }) => seen.push(`pressure ${level}`));
			memoryManager.onLowMemory(({ level }) => seen.push(`low ${level}`));
			memoryManager.onWarning(({ message }) => seen.push(message));
		};
		listen();
		memoryManager.simulatePressure('critical').end();
		warn('one');
		assert.deepEqual(seen.splice(0), ['pressure critical', 'low critical', 'pressure normal', 'one']);
		memoryManager.dispose();
		memoryManager.simulatePressure('high').end();
		assert.deepEqual(seen, []);
		listen();
		memoryManager.simulatePressure('high').end();
		assert.deepEqual(seen, ['pressure high', 'low high', 'pressure normal']);
	});

	it('ends a single callback', () => {
		const seen: string[] = [];
		const end = memoryManager.onPressure(({ level }) => seen.push(level));
		end();
		memoryManager.simulatePressure('high').end();
		assert.deepEqual(seen, []);
	});

	it('lists what lives', () => {
		using _cache = new BoundedCache({ name: 'listed cache', maxBytes: 10 });
		using _pool = new ObjectPool({ name: 'listed pool', max: 1, create: () => ({}) });
		const owner = {};
		const figures = { name: 'listed spill', entries: 2, bytes: 7, maxBytes: undefined, spilling: true };
		const record = { ...figures, site: undefined, version: 3, disposed: false } as StoreRecord as SpillRecord;
		const id = sharedHub().spills.add(record, owner);
		const named = (list: { name: string }[]) => list.filter(({ name }) => name.startsWith('listed'));
		assert.equal(named(memoryManager.caches()).length, 1);
		assert.equal(named(memoryManager.pools()).length, 1);
		assert.deepEqual(named(memoryManager.spills()), [{ name: 'listed spill', entries: 2, bytes: 7, spilling: true }]);
		sharedHub().spills.remove(id);
		assert.deepEqual(named(memoryManager.spills()), []);
		for (const list of [
			memoryManager.batches(),
			memoryManager.weakCaches(),
			memoryManager.tensorDicts(),
			memoryManager.streams(),
		])
			assert.deepEqual(named(list), []);
		assert.ok(owner);
	});

	it('clears both parts of a spill cache, and no other', async () => {
		const options = { maxBytes: 100, maxDiskBytes: 1_000_000, sizeOf: () => 60 };
		await using cache = new SpillCache<string, number[]>({ name: 'spilled', ...options });
		await using other = new SpillCache<string, number[]>({ name: 'left alone', ...options });
		for (const key of ['a', 'b', 'c']) {
			await cache.set(key, [1, 2]);
			await other.set(key, [1, 2]);
		}
		await waitFor(() => cache.stats().disk.entries === 2 && other.stats().disk.entries === 2);
		assert.deepEqual(memoryManager.clearCache('spilled'), { clearedCaches: 1, freedBytes: 60 });
		assert.deepEqual([cache.size, cache.stats().disk.entries, other.size], [0, 0, 3]);
		assert.equal(await cache.get('a'), undefined);
		await cache.set('a', [3]);
		assert.deepEqual(await cache.get('a'), [3]);
		// As the editor's button does.
		await cache.set('b', [4]);
		await waitFor(() => cache.stats().disk.entries > 0);
		const hub = recordingHub();
		const entry = hub.drain().entries.find(one => one.type === 'cache' && one.name === 'spilled' && !one.disposed);
		assert.ok(entry?.type === 'cache');
		hub.command({ kind: 'clearCache', id: entry.id });
		hub.leave();
		assert.deepEqual([cache.size, await cache.get('a'), await cache.get('b')], [0, undefined, undefined]);
	});

	it('clears caches by name', () => {
		using cache = new BoundedCache({ name: 'to be cleared', maxBytes: 1_000, sizeOf: () => 40 });
		cache.set('a', 'b');
		assert.deepEqual(memoryManager.clearCache('to be cleared'), { clearedCaches: 1, freedBytes: 40 });
		assert.throws(
			() => memoryManager.clearCache('nobody'),
			(error: unknown) => error instanceof MemoryManagerError && error.code === 'unknownCache',
		);
	});
});
