import assert from 'node:assert/strict';
import fc from 'fast-check';
import { forceCollection } from '../../../../src/runtime/collection/forceCollection.ts';
import { memoryManager } from '../../../../src/runtime/manager.ts';
import { ObjectPool } from '../../../../src/runtime/pools/objectPool.ts';
import { onWarning } from '../../../../src/runtime/reporting/warnings.ts';
import { waitFor } from '../../../support/waitFor.ts';
import { recordingHub } from '../hub.ts';

interface Thing {
	id: number;
}

/** What is told as a warning while `run` runs. */
async function warningsOf(run: () => unknown): Promise<string[]> {
	const warnings: string[] = [];
	const stop = onWarning(({ message }) => warnings.push(message));
	try {
		await run();
	} finally {
		stop();
	}
	return warnings;
}

const deferred = <T>() => {
	let settle: { resolve: (value: T) => void; reject: (error: Error) => void } | undefined;
	const promise = new Promise<T>((resolve, reject) => {
		settle = { resolve, reject };
	});
	return { promise, resolve: (value: T) => settle?.resolve(value), reject: (error: Error) => settle?.reject(error) };
};

describe('ObjectPool', () => {
	const make = (more: object = {}) => {
		let id = 0;
		return new ObjectPool<Thing>({ name: 'test', max: 2, create: () => ({ id: ++id }), ...more });
	};

	it('cannot be built without a bound and a factory', () => {
		assert.throws(() => make({ max: 0 }), { code: 'invalidOption' });
		assert.throws(() => make({ create: undefined }), { code: 'invalidOption' });
		assert.throws(() => make({ name: 5 }), { code: 'invalidOption' });
		assert.throws(() => make({ max: Number.NaN }), { message: /"max" must be a positive whole number, not NaN/ });
		assert.throws(() => make({ reset: 'clear' }), { code: 'invalidOption' });
		assert.throws(() => make({ underPressure: 'maybe' }), { message: /"shrink" or "keep"/ });
		// Neither has a text that a message could show.
		assert.throws(() => make({ max: Object.create(null) }), { code: 'invalidOption' });
		assert.throws(() => make({ max: Symbol('2') }), { code: 'invalidOption' });
	});

	it('refuses waits that cannot be', async () => {
		const pool = make();
		for (const timeoutMs of [-1, Number.NaN, 2 ** 31, '5' as unknown as number]) {
			await assert.rejects(pool.acquire({ timeoutMs }), { code: 'invalidOption' });
		}
		await assert.rejects(pool.use(undefined as unknown as () => void), { code: 'invalidOption' });
		await assert.rejects(pool.acquire({ signal: {} as AbortSignal }), { code: 'invalidOption' });
		assert.equal(pool.stats().created, 0);
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
			forceCollection();
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

	it('gives at once what can be had at once', async () => {
		const pool = make({ max: 1 });
		const thing = pool.tryAcquire();
		assert.deepEqual(thing, { id: 1 });
		assert.equal(pool.tryAcquire(), undefined);
		pool.release(thing as Thing);
		assert.equal(pool.tryAcquire(), thing);

		const made = deferred<Thing>();
		const slow = make({ max: 1, create: () => made.promise });
		assert.deepEqual([slow.tryAcquire(), slow.tryAcquire()], [undefined, undefined]);
		made.resolve({ id: 7 });
		await waitFor(() => slow.stats().idle === 1);
		assert.deepEqual(slow.tryAcquire(), { id: 7 });
		assert.equal(slow.stats().created, 1);
	});

	it('ends a wait for an object that is being made, and hands it to the next', async () => {
		const made = deferred<Thing>();
		const pool = make({ max: 1, create: () => made.promise });
		const controller = new AbortController();
		const first = pool.acquire({ signal: controller.signal });
		const second = pool.acquire();
		controller.abort(new Error('enough'));
		await assert.rejects(first, /enough/);
		made.resolve({ id: 1 });
		assert.equal((await second).id, 1);
		assert.deepEqual([pool.stats().created, pool.stats().inUse], [1, 1]);
	});

	it('says one clear thing of a factory that gives nothing new', async () => {
		const one = { id: 1 };
		const same = make({ create: () => one });
		await same.acquire();
		await assert.rejects(same.acquire(), {
			code: 'invalidOption',
			message: /a new object each time, not one that gives an/,
		});
		assert.deepEqual([same.stats().created, same.stats().inUse], [1, 1]);
		same.release(one);
		assert.equal(await same.acquire(), one);
		for (const wrong of [undefined, null, 5, 'text']) {
			const pool = make({ max: 1, create: async () => wrong });
			await assert.rejects(pool.acquire(), {
				code: 'invalidOption',
				message: new RegExp(`not one that gives ${wrong}`),
			});
			await assert.rejects(pool.acquire(), { code: 'invalidOption' });
			assert.deepEqual([pool.stats().created, pool.stats().inUse, pool.stats().waiting], [0, 0, 0]);
		}
	});

	it('tells nobody but the warnings that what nobody waits for could not be made', async () => {
		const made = deferred<Thing>();
		const pool = make({ create: () => made.promise });
		const warnings = await warningsOf(async () => {
			await assert.rejects(pool.acquire({ timeoutMs: 1 }), { code: 'acquireTimeout' });
			made.reject(new Error('too late'));
			await waitFor(() => pool.stats().waiting === 0);
		});
		assert.deepEqual(warnings, ['Pool "test": "create" failed: too late']);
	});

	it('destroys what is not usable any more, when it comes back and before it is handed out', async () => {
		const broken = new Set<Thing>();
		const destroyed: Thing[] = [];
		const pool = make({
			max: 1,
			isUsable: (thing: Thing) => !broken.has(thing),
			destroy: (thing: Thing) => destroyed.push(thing),
		});
		const first = await pool.acquire();
		broken.add(first);
		pool.release(first);
		const second = await pool.acquire();
		pool.release(second);
		broken.add(second);
		const third = await pool.acquire();
		assert.deepEqual([destroyed, third.id], [[first, second], 3]);
		assert.throws(() => pool.release(first), { code: 'alreadyReleased' });
	});

	it('refuses an asynchronous reset', async () => {
		const pool = make({ reset: async () => {} });
		const thing = await pool.acquire();
		assert.throws(() => pool.release(thing), { code: 'invalidOption', message: /"reset" must be synchronous/ });
		assert.equal(pool.stats().destroyed, 1);
	});

	it('takes no promise for an answer', async () => {
		const late = () => Promise.reject(new Error('late'));
		const pool = make({ isUsable: late, bytesOf: late });
		const warnings = await warningsOf(async () => {
			pool.release(await pool.acquire());
			// What is rejected later is told as well, and never as an unhandled rejection.
			await new Promise(setImmediate);
		});
		assert.match(warnings.join(), /"isUsable" gave a promise.*"isUsable" failed: late/);
		assert.deepEqual([pool.stats().idle, pool.stats().destroyed], [0, 1]);
		const measured = make({ bytesOf: late });
		measured.release(await measured.acquire());
		const more = await warningsOf(() => {
			assert.deepEqual(measured.relieve('critical'), { detail: '1 idle object destroyed' });
			return new Promise(setImmediate);
		});
		assert.match(more.join(), /"bytesOf" gave \[object Promise\].*"bytesOf" failed: late/);
	});

	it('ends a wait whose signal its own create aborts', async () => {
		const controller = new AbortController();
		const enough = new Error('enough');
		const pool = make({
			create: () => {
				controller.abort(enough);
				return new Promise(() => {});
			},
		});
		await assert.rejects(pool.acquire({ signal: controller.signal }), enough);
		assert.equal(pool.stats().waiting, 0);
	});

	it('survives a destroy that fails', async () => {
		const pool = make({
			destroy: ({ id }: Thing) => {
				if (id === 1) throw new Error('stuck');
				return Promise.reject(new Error('stuck later'));
			},
		});
		const [a, b] = [await pool.acquire(), await pool.acquire()];
		pool.release(b);
		pool.release(a);
		const warnings = await warningsOf(() => {
			assert.throws(() => pool.clear(), /stuck$/);
			return new Promise(setImmediate);
		});
		assert.deepEqual(warnings, ['Pool "test": "destroy" failed: stuck later']);
		assert.deepEqual([pool.stats().idle, pool.stats().destroyed], [0, 2]);
		await pool.acquire();
	});

	it('keeps to max when its callbacks use it', async () => {
		let pool: ObjectPool<Thing> | undefined;
		const got: (Thing | undefined)[] = [];
		pool = make({
			max: 1,
			reset: () => got.push(pool?.tryAcquire()),
			isUsable: () => got.push(pool?.tryAcquire()) > 0,
		});
		pool.release(await pool.acquire());
		await pool.acquire();
		assert.deepEqual(got, [undefined, undefined, undefined]);
		assert.equal(pool.stats().created, 1);
	});

	it('lets the error of the work win over that of giving back', async () => {
		const pool = make({
			reset: () => {
				throw new Error('cannot reset');
			},
		});
		const warnings = await warningsOf(() =>
			assert.rejects(
				pool.use(() => Promise.reject(new Error('the work'))),
				/the work/,
			),
		);
		assert.deepEqual(warnings, ['Pool "test": "release" failed: cannot reset']);
	});

	it('lets idle objects go under pressure', async () => {
		const fill = async (pool: ObjectPool<Thing>) => {
			const things = await Promise.all(Array.from({ length: 5 }, () => pool.acquire()));
			for (const thing of things) pool.release(thing);
		};
		const pool = make({ max: 5, bytesOf: () => 100 });
		await fill(pool);
		assert.equal(pool.relieve('normal'), undefined);
		assert.deepEqual(pool.relieve('elevated'), { freedBytes: 300, detail: '3 idle objects destroyed' });
		assert.deepEqual(pool.relieve('critical'), { freedBytes: 200, detail: '2 idle objects destroyed' });
		assert.equal(pool.relieve('critical'), undefined);
		const unknown = make({ max: 5 });
		await fill(unknown);
		assert.deepEqual(unknown.relieve('high'), { detail: '5 idle objects destroyed' });
		const lying = make({ max: 5, bytesOf: () => -1 });
		await fill(lying);
		const [warning] = await warningsOf(() =>
			assert.deepEqual(lying.relieve('high'), { detail: '5 idle objects destroyed' }),
		);
		assert.match(warning ?? '', /"bytesOf" gave -1/);
		const keeps = make({ max: 5, underPressure: 'keep' });
		await fill(keeps);
		assert.equal(keeps.relieve('critical'), undefined);
		assert.equal(keeps.stats().idle, 5);
	});

	it('is disposed of by using, also while an object is being made', async () => {
		const made = deferred<Thing>();
		const destroyed: Thing[] = [];
		let turnedAway: Promise<void> | undefined;
		{
			using pool = make({ create: () => made.promise, destroy: (thing: Thing) => destroyed.push(thing) });
			turnedAway = assert.rejects(pool.acquire(), { code: 'disposed' });
		}
		await turnedAway;
		made.resolve({ id: 9 });
		await waitFor(() => destroyed.length === 1);
	});

	it('is asked by a change of the level, and the profiler is told', async () => {
		const hub = recordingHub();
		using pool = make({ name: 'pressed', max: 4, bytesOf: () => 10 });
		const things = await Promise.all([1, 2, 3, 4].map(() => pool.acquire()));
		for (const thing of things) pool.release(thing);
		const simulation = memoryManager.simulatePressure('critical');
		simulation.end();
		assert.deepEqual([pool.stats().idle, pool.stats().destroyed], [0, 4]);
		const steps = hub.drain().entries.flatMap(entry => (entry.type === 'cleanup' ? entry.steps : []));
		const own = steps.filter(({ name }) => name === 'pressed');
		assert.deepEqual(own, [{ target: 'pools', name: 'pressed', freedBytes: 40, detail: '4 idle objects destroyed' }]);
		hub.leave();
	});
});
