import assert from 'node:assert/strict';
import fc from 'fast-check';
import { memoryManager } from '../../../../src/runtime/manager.ts';
import { ObjectPool } from '../../../../src/runtime/pools/objectPool.ts';
import { waitFor } from '../../../support/waitFor.ts';

interface Thing {
	id: number;
}

describe('ObjectPool', () => {
	const make = (more: object = {}) => {
		let id = 0;
		return new ObjectPool<Thing>({ name: 'test', max: 2, create: () => ({ id: ++id }), ...more });
	};

	it('cannot be built without a bound and a factory', () => {
		assert.throws(() => make({ max: 0 }), { code: 'invalidOption' });
		assert.throws(() => make({ create: undefined }), { code: 'invalidOption' });
		assert.throws(() => make({ name: 5 }), { code: 'invalidOption' });
	});

	it('never has two holders of one object nor more than max', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 4 }),
				fc.array(fc.record({ steps: fc.nat(4), fails: fc.boolean(), wait: fc.boolean() }), { maxLength: 25 }),
				async (max, users) => {
					const pool = make({ max, create: async () => ({ id: 0 }) });
					const held = new Set<Thing>();
					const use = ({ steps, fails, wait }: (typeof users)[number]) =>
						pool.use(
							async thing => {
								assert.ok(!held.has(thing));
								held.add(thing);
								assert.ok(held.size <= max);
								for (let i = 0; i < steps; i++) await null;
								held.delete(thing);
								if (fails) throw new Error('expected');
							},
							wait ? { timeoutMs: 5_000 } : {},
						);
					await Promise.allSettled(users.map(use));
					const { inUse, idle, waiting, created, reused } = pool.stats();
					assert.deepEqual([inUse, waiting, held.size], [0, 0, 0]);
					assert.ok(idle <= max && created <= max);
					assert.equal(created + reused, users.length);
					pool.dispose();
				},
			),
			{ numRuns: 60 },
		);
	});

	it('serves who waits in order', async () => {
		const pool = make({ max: 1 });
		const first = await pool.acquire();
		const order: number[] = [];
		const waiting = [1, 2, 3].map(n => pool.use(() => order.push(n)));
		assert.equal(pool.stats().waiting, 3);
		pool.release(first);
		await Promise.all(waiting);
		assert.deepEqual(order, [1, 2, 3]);
	});

	it('ends a wait by signal and by time', async () => {
		const pool = make({ max: 1 });
		const held = await pool.acquire();
		const controller = new AbortController();
		const aborted = pool.acquire({ signal: controller.signal });
		controller.abort(new Error('enough'));
		await assert.rejects(aborted, /enough/);
		await assert.rejects(pool.acquire({ signal: controller.signal }), /enough/);
		await assert.rejects(pool.acquire({ timeoutMs: 5 }), { code: 'acquireTimeout' });
		assert.equal(pool.stats().waiting, 0);
		pool.release(held);
		assert.equal(await pool.acquire(), held);
	});

	it('refuses foreign objects and a second release', async () => {
		const pool = make();
		const thing = await pool.acquire();
		assert.throws(() => pool.release({ id: 1 }), { code: 'notPoolObject' });
		pool.release(thing);
		assert.throws(() => pool.release(thing), { code: 'alreadyReleased' });
		assert.deepEqual([pool.stats().inUse, pool.stats().idle], [0, 1]);
	});

	it('frees the place of an object that cannot be made or reset', async () => {
		let fail = true;
		const pool = make({
			max: 1,
			create: async () => {
				await null;
				if (fail) throw new Error('cannot make');
				return { id: 1 };
			},
			reset: () => {
				throw new Error('cannot reset');
			},
		});
		const results = Promise.allSettled([pool.acquire(), pool.acquire(), pool.acquire()]);
		assert.ok((await results).every(({ status }) => status === 'rejected'));
		fail = false;
		const thing = await pool.acquire();
		assert.throws(() => pool.release(thing), /cannot reset/);
		assert.deepEqual([pool.stats().inUse, pool.stats().idle, pool.stats().destroyed], [0, 0, 1]);
		await pool.acquire();
	});

	it('counts lost objects and gives their places to who waits', async () => {
		const pool = make({ max: 1 });
		await (async () => {
			await pool.acquire();
		})();
		let got: Thing | undefined;
		void pool.acquire().then(thing => {
			got = thing;
		});
		await waitFor(() => {
			memoryManager.forceGarbageCollection();
			return got;
		});
		assert.deepEqual([pool.stats().leaked, pool.stats().inUse], [1, 1]);
	});

	it('destroys everything in the end', async () => {
		const destroyed: Thing[] = [];
		const pool = make({ destroy: (thing: Thing) => destroyed.push(thing) });
		const [a, b] = [await pool.acquire(), await pool.acquire()];
		const waiting = pool.acquire();
		pool.release(a);
		const c = await waiting;
		assert.equal(c, a);
		pool.release(b);
		const turnedAway = assert.rejects(Promise.all([pool.acquire(), pool.acquire()]), { code: 'disposed' });
		pool.dispose();
		await turnedAway;
		pool.release(c);
		assert.equal(destroyed.includes(a), true);
		await assert.rejects(pool.acquire(), { code: 'disposed' });
	});
});
