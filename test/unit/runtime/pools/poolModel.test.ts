import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ObjectPool } from '../../../../src/runtime/pools/objectPool.ts';
import { onWarning } from '../../../../src/runtime/reporting/warnings.ts';

interface Thing {
	readonly id: number;
}

interface Caller {
	state: 'waiting' | 'holding' | 'returned' | 'refused';
	thing?: Thing;
	readonly controller: AbortController;
	/** Place in line, in the order of the calls. */
	readonly ticket: number;
}

type Step =
	| { do: 'acquire'; timeout: boolean }
	| { do: 'try' | 'clear' | 'relieve' | 'dispose' }
	| { do: 'abort' | 'release' | 'twice'; which: number }
	| { do: 'made' | 'notMade' | 'same' | 'spoil'; which: number };

const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ do: fc.constant('acquire' as const), timeout: fc.boolean() }) },
	{ weight: 4, arbitrary: fc.record({ do: fc.constantFrom('release' as const, 'made' as const), which: fc.nat(20) }) },
	{
		weight: 3,
		arbitrary: fc.record({
			do: fc.constantFrom('abort' as const, 'twice' as const, 'notMade' as const, 'same' as const, 'spoil' as const),
			which: fc.nat(20),
		}),
	},
	{ weight: 2, arbitrary: fc.record({ do: fc.constantFrom('try' as const, 'clear' as const, 'relieve' as const) }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('dispose' as const) }) },
);

const settled = () => new Promise<void>(resolve => setImmediate(resolve));

/** Drives a pool whose objects are made when the test says so, and compares it with what callers hold. */
class Drive {
	readonly callers: Caller[] = [];
	readonly making: { resolve(thing: Thing): void; reject(error: Error): void }[] = [];
	readonly things: Thing[] = [];
	readonly spoilt = new Set<Thing>();
	readonly pool: ObjectPool<Thing>;
	readonly max: number;
	disposed = false;
	#served = 0;

	constructor(max: number, synchronous: boolean) {
		this.max = max;
		this.pool = new ObjectPool<Thing>({
			name: 'model',
			max,
			create: () =>
				synchronous ? this.thing() : new Promise((resolve, reject) => this.making.push({ resolve, reject })),
			isUsable: thing => !this.spoilt.has(thing),
			reset: thing => {
				if (this.spoilt.has(thing) && thing.id % 2 === 0) throw new Error('expected: reset');
			},
		});
	}

	thing(): Thing {
		const thing = { id: this.things.length };
		this.things.push(thing);
		return thing;
	}

	get holding(): Caller[] {
		return this.callers.filter(({ state }) => state === 'holding');
	}

	take(step: Step): void {
		const { pool } = this;
		const at = <T>(list: readonly T[]): T | undefined => ('which' in step ? list[step.which % list.length] : undefined);
		if (step.do === 'acquire') this.acquire(step.timeout);
		else if (step.do === 'clear') pool.clear();
		else if (step.do === 'relieve') pool.relieve('elevated');
		else if (step.do === 'abort') at(this.callers)?.controller.abort(new Error('expected: abort'));
		else if (step.do === 'release') this.release(at(this.holding));
		else if (step.do === 'spoil') this.spoilt.add(at(this.things) ?? this.thing());
		else if (step.do === 'made') this.made(step.which);
		else if (step.do === 'notMade')
			this.making.splice(step.which % this.making.length, 1)[0]?.reject(new Error('expected'));
		else if (step.do === 'same') {
			const [held] = this.holding;
			if (held?.thing) this.making.splice(step.which % this.making.length, 1)[0]?.resolve(held.thing);
		} else if (step.do === 'twice') {
			const back = at(this.callers.filter(({ state }) => state === 'returned'));
			const held = new Set(this.holding.map(({ thing }) => thing));
			if (back?.thing && !held.has(back.thing)) {
				const { thing } = back;
				assert.throws(() => pool.release(thing), { code: 'alreadyReleased' });
			}
		} else if (step.do === 'dispose') {
			this.disposed = true;
			pool.dispose();
		} else if (!this.disposed) {
			const thing = pool.tryAcquire();
			if (thing) this.hold(this.caller(), thing);
		}
	}

	caller(): Caller {
		const caller: Caller = { state: 'waiting', controller: new AbortController(), ticket: this.callers.length };
		this.callers.push(caller);
		return caller;
	}

	hold(caller: Caller, thing: Thing): void {
		assert.ok(!this.holding.some(other => other.thing === thing), 'two holders of one object');
		caller.state = 'holding';
		caller.thing = thing;
	}

	acquire(timeout: boolean): void {
		const caller = this.caller();
		const { signal } = caller.controller;
		this.pool.acquire(timeout ? { signal, timeoutMs: 0 } : { signal }).then(
			thing => {
				assert.ok(caller.ticket >= this.#served, 'out of order');
				this.#served = caller.ticket;
				this.hold(caller, thing);
			},
			(error: { code?: string; message: string }) => {
				const known = /^expected|acquireTimeout|disposed|invalidOption/;
				assert.match(error.code ?? error.message, known);
				caller.state = 'refused';
			},
		);
	}

	release(caller: Caller | undefined): void {
		if (!caller?.thing) return;
		caller.state = 'returned';
		try {
			this.pool.release(caller.thing);
		} catch (error) {
			assert.match(String(error), /expected: reset/);
		}
	}

	made(which: number): void {
		this.making.splice(which % this.making.length, 1)[0]?.resolve(this.thing());
	}

	check(): void {
		const { inUse, idle, waiting, created, destroyed, leaked } = this.pool.stats();
		assert.equal(created, inUse + idle + destroyed + leaked, 'the counters add up');
		assert.equal(inUse, this.holding.length);
		assert.ok(inUse + idle + this.making.length <= this.max || this.disposed, 'above max');
		assert.equal(waiting, this.callers.filter(({ state }) => state === 'waiting').length, 'a lost waiter');
		if (this.disposed) assert.deepEqual([idle, waiting], [0, 0]);
		if (waiting === 0) return;
		assert.equal(idle, 0, 'somebody waits beside an idle object');
		const full = inUse + this.making.length === this.max;
		assert.ok(full || this.making.length >= waiting, 'somebody waits beside a free place');
	}

	/** Everybody gives back and everything is made: nobody may be left waiting. */
	async finish(): Promise<void> {
		for (let round = 0; round < 200; round++) {
			for (const caller of this.holding) this.release(caller);
			while (this.making.length > 0) this.made(0);
			await settled();
			this.check();
			if (this.holding.length === 0 && this.making.length === 0 && this.pool.stats().waiting === 0) return;
		}
		assert.fail('somebody waits for ever');
	}
}

describe('ObjectPool against a model', () => {
	let quiet: (() => void) | undefined;
	before(() => {
		quiet = onWarning(() => {});
	});
	after(() => quiet?.());

	it('never has two holders of one object, never exceeds max, loses no waiter, and its counters add up', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 4 }),
				fc.boolean(),
				fc.array(step, { maxLength: 40 }),
				async (max, synchronous, steps) => {
					const drive = new Drive(max, synchronous);
					for (const one of steps) {
						drive.take(one);
						await settled();
						drive.check();
					}
					await drive.finish();
					drive.pool.dispose();
					drive.check();
				},
			),
			{ numRuns: 300 },
		);
	});
});
