import assert from 'node:assert/strict';
import type { MemoryLevel } from '../../../../src/protocol/entries.ts';
import type { CleanupEntry } from '../../../../src/protocol/runtimeEntries.ts';
import { BoundedCache } from '../../../../src/runtime/caches/boundedCache.ts';
import { configure, resetConfig } from '../../../../src/runtime/config.ts';
import { PressureResponse } from '../../../../src/runtime/monitor/pressureResponse.ts';
import { ObjectPool } from '../../../../src/runtime/pools/objectPool.ts';
import type { BatchRecord, SpillRecord, StoreRecord } from '../../../../src/runtime/reporting/records.ts';
import type { Registry, Relief, StoreOwner } from '../../../../src/runtime/reporting/registry.ts';
import { onWarning } from '../../../../src/runtime/reporting/warnings.ts';
import { recordingHub } from '../hub.ts';

const AGAIN = 8;

/** Owners made by a test, each with an end. */
class Owners {
	readonly #ends: (() => void)[] = [];

	add<R extends StoreRecord>(registry: Registry<R>, name: string, relieve: (level: MemoryLevel) => Relief | undefined) {
		const owner: StoreOwner = { relieve };
		const record = { name, site: undefined, version: 0, disposed: false } as StoreRecord as R;
		const id = registry.add(record, owner);
		// Named here, so that the owner lives until the end of the test.
		this.#ends.push(() => owner && registry.remove(id));
	}

	use<T extends { dispose(): void }>(owner: T): T {
		this.#ends.push(() => owner.dispose());
		return owner;
	}

	end(): void {
		for (const end of this.#ends.splice(0)) end();
	}
}

describe('PressureResponse', () => {
	const owners = new Owners();
	let hub = recordingHub();
	beforeEach(() => {
		hub = recordingHub();
		configure({ profile: 'default', gcThresholdBytes: Number.MAX_SAFE_INTEGER });
	});
	afterEach(() => {
		owners.end();
		resetConfig();
	});

	const cleanups = (): CleanupEntry[] => hub.drain().entries.filter(entry => entry.type === 'cleanup');

	it('asks caches, pools, batches and spills in this order, and tells it in one entry', () => {
		const asked: string[] = [];
		const answer = (name: string, freedBytes: number) => (level: MemoryLevel) => {
			asked.push(`${name} ${level}`);
			return { freedBytes, detail: `${name} gave way.` };
		};
		owners.add<SpillRecord>(hub.spills, 'disk', answer('disk', 4));
		owners.add<BatchRecord>(hub.batches, 'rows', answer('rows', 3));
		const pool = owners.use(new ObjectPool({ name: 'parsers', max: 2, create: () => ({}) }));
		owners.add(hub.pools, 'buffers', answer('buffers', 2));
		owners.add(hub.caches, 'tiles', answer('tiles', 1));
		owners.add(hub.caches, 'idle', () => undefined);
		new PressureResponse().respond('high');
		assert.deepEqual(asked, ['tiles high', 'buffers high', 'rows high', 'disk high']);
		const [entry, ...others] = cleanups();
		assert.ok(entry && others.length === 0);
		assert.deepEqual([entry.cause, entry.label], ['pressure', 'high']);
		assert.deepEqual(entry.steps, [
			{ target: 'caches', name: 'tiles', freedBytes: 1, detail: 'tiles gave way.' },
			{ target: 'pools', name: 'buffers', freedBytes: 2, detail: 'buffers gave way.' },
			{ target: 'batches', name: 'rows', freedBytes: 3, detail: 'rows gave way.' },
			{ target: 'spill', name: 'disk', freedBytes: 4, detail: 'disk gave way.' },
		]);
		assert.equal(pool.stats().max, 2);
	});

	it('shrinks a real cache and empties a real pool', async () => {
		const cache = owners.use(new BoundedCache<number, string>({ name: 'tiles', maxBytes: 1_000, sizeOf: () => 100 }));
		for (let i = 0; i < 10; i++) cache.set(i, 'tile');
		const pool = owners.use(new ObjectPool({ name: 'parsers', max: 2, create: () => ({}) }));
		await pool.use(() => {});
		const response = new PressureResponse();
		response.respond('critical');
		assert.ok(cache.bytes <= 250, `${cache.bytes} bytes are left`);
		assert.equal(pool.stats().idle, 0);
		const [entry] = cleanups();
		assert.deepEqual(
			entry?.steps.map(({ target, name }) => `${target} ${name}`),
			['caches tiles', 'pools parsers'],
		);
		assert.ok((entry?.steps[0]?.freedBytes ?? 0) >= 750);
		response.respond('normal');
		for (let i = 0; i < 10; i++) cache.set(i, 'tile');
		assert.equal(cache.bytes, 1_000);
	});

	it('makes the failure of one owner a failed step and asks the others', () => {
		const warnings: string[] = [];
		const end = onWarning(({ message }) => warnings.push(message));
		try {
			owners.add(hub.caches, 'broken', () => {
				throw new Error('stuck');
			});
			owners.add(hub.pools, 'whole', () => ({ detail: '2 objects destroyed.' }));
			new PressureResponse().respond('elevated');
			assert.deepEqual(cleanups()[0]?.steps, [
				{ target: 'caches', name: 'broken', detail: 'could not give way: stuck', failed: true },
				{ target: 'pools', name: 'whole', detail: '2 objects destroyed.' },
			]);
			assert.deepEqual(warnings, ['Cache "broken" could not give way to memory pressure: stuck']);
		} finally {
			end();
		}
	});

	it('says nothing when nothing was done, and works without a listener', () => {
		let asked = 0;
		owners.add(hub.caches, 'tiles', () => {
			asked++;
			return asked === 1 ? undefined : { detail: 'done.' };
		});
		const response = new PressureResponse();
		response.respond('high');
		hub.leave();
		response.respond('high');
		hub.go();
		assert.equal(asked, 2);
		assert.deepEqual(cleanups(), []);
	});

	it('asks again while a level persists, and never at normal', () => {
		let asked = 0;
		owners.add(hub.caches, 'tiles', () => {
			asked++;
			return asked <= 3 ? { freedBytes: 10, detail: 'done.' } : undefined;
		});
		const response = new PressureResponse();
		response.respond('high');
		for (let i = 0; i < AGAIN * 5; i++) response.persists('high');
		assert.equal(asked, 6);
		assert.equal(cleanups().length, 3);
		for (let i = 0; i < AGAIN * 2; i++) response.persists('normal');
		assert.equal(asked, 6);
	});

	it('answers a level that an owner changes meanwhile, but not for ever', () => {
		const response = new PressureResponse();
		const asked: MemoryLevel[] = [];
		owners.add(hub.caches, 'tiles', level => {
			asked.push(level);
			response.respond(level === 'high' ? 'critical' : 'high');
			return undefined;
		});
		response.respond('high');
		assert.deepEqual(asked, ['high', 'critical', 'high', 'critical']);
	});

	it('bounds the steps of an entry', () => {
		for (let i = 0; i < 100; i++) owners.add(hub.caches, `cache ${i}`, () => ({ freedBytes: 1, detail: 'done.' }));
		owners.add(hub.pools, 'pool', () => ({ detail: 'emptied.' }));
		new PressureResponse().respond('high');
		const steps = cleanups()[0]?.steps ?? [];
		assert.deepEqual(steps.slice(63), [
			{ target: 'caches', name: 'cache 63', freedBytes: 1, detail: 'done.' },
			{ target: 'caches', freedBytes: 36, detail: '36 more' },
			{ target: 'pools', detail: 'emptied.' },
		]);
	});

	it('collects last at critical, as often as the configuration lets it', () => {
		configure({ profile: 'default', gcIntervalMs: 0 });
		owners.add(hub.spills, 'disk', () => ({ detail: 'begun.' }));
		const response = new PressureResponse();
		response.respond('high');
		response.respond('critical');
		configure({ gcIntervalMs: 1e9 });
		response.respond('critical');
		configure({ gcIntervalMs: 0, gcThresholdBytes: Number.MAX_SAFE_INTEGER });
		response.respond('critical');
		const targets = cleanups().map(({ steps }) => steps.map(({ target }) => target));
		assert.deepEqual(targets, [['spill'], ['spill', 'collection'], ['spill'], ['spill']]);
	});
});
