import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { memoryManager } from '../../../../src/runtime/manager.ts';
import { MemoryTracker } from '../../../../src/runtime/regions/memoryTracker.ts';
import { region } from '../../../../src/runtime/regions/region.ts';
import { trackMemory } from '../../../../src/runtime/regions/trackMemory.ts';
import { type SharedHub, sharedHub } from '../../../../src/runtime/reporter.ts';
import { waitFor } from '../../../support/waitFor.ts';
import { recordingHub } from '../hub.ts';

const here = fileURLToPath(import.meta.url);

describe('regions', () => {
	let hub: SharedHub;
	beforeEach(() => {
		hub = recordingHub();
	});
	afterEach(() => hub.leave());

	const stats = (name: string) => memoryManager.regions().find(one => one.name === name && one.calls + one.open > 0);
	const spans = () => hub.drain().entries.filter(entry => entry.type === 'span');
	const idOf = (name: string) => [...hub.regions()].find(one => one.name === name)?.id;

	it('refuse what is no function, also when nobody listens', () => {
		const call = region as (...all: unknown[]) => unknown;
		for (const observed of [true, false]) {
			if (!observed) hub.leave();
			assert.throws(() => call('x'), { code: 'invalidOption', message: /"fn" must be a function/ });
		}
		assert.equal(stats('x'), undefined);
	});

	it('give back what the function gives and throw what it throws', async () => {
		const error = new Error('expected');
		const fail = () => {
			throw error;
		};
		for (const observed of [true, false]) {
			if (!observed) hub.leave();
			assert.equal(
				region('sync', () => 5),
				5,
			);
			assert.equal(await region('async', async () => 6), 6);
			assert.throws(() => region('fails', fail), error);
			await assert.rejects(
				region('rejects', async () => fail()),
				error,
			);
		}
	});

	it('count calls, errors and open ones', async () => {
		let finish: (() => void) | undefined;
		const waiting = region('counted', () => new Promise<void>(resolve => (finish = resolve)));
		assert.throws(() =>
			region('counted', () => {
				throw new Error('expected');
			}),
		);
		assert.deepEqual([stats('counted')?.open, stats('counted')?.calls, stats('counted')?.errors], [1, 1, 1]);
		finish?.();
		await waiting;
		assert.deepEqual([stats('counted')?.open, stats('counted')?.calls], [0, 2]);
	});

	it('leave another thenable untouched and do not start it', () => {
		let started = false;
		const lazy = {
			// biome-ignore lint/suspicious/noThenProperty: a query builder that starts when awaited is what this stands for.
			then() {
				started = true;
			},
		};
		assert.equal(
			region('lazy', () => lazy),
			lazy,
		);
		assert.equal(started, false);
		assert.equal(stats('lazy')?.open, 0);
	});

	it('know their parents, across awaits and side by side', async () => {
		const step = () => new Promise(resolve => setImmediate(resolve));
		const branch = (name: string) =>
			region(`${name} outer`, async () => {
				await step();
				await region(`${name} inner`, step);
			});
		await Promise.all([branch('a'), branch('b')]);
		const all = spans();
		for (const name of ['a', 'b']) {
			const outer = all.find(span => span.region === idOf(`${name} outer`));
			const inner = all.find(span => span.region === idOf(`${name} inner`));
			assert.ok(outer);
			assert.equal(inner?.parent, outer.span);
		}
	});

	it('are announced while open, once, and told again at their end', () => {
		const tracker = new MemoryTracker('open');
		const [begun] = spans();
		assert.equal(begun?.end, undefined);
		assert.deepEqual(spans(), []);
		tracker.dispose();
		tracker.dispose();
		const [ended, ...rest] = spans();
		assert.equal(ended?.span, begun?.span);
		assert.ok(ended?.end !== undefined && ended.end >= ended.t);
		assert.deepEqual(rest, []);
	});

	it('have their peak raised by the readings in between', async () => {
		const { arrayBuffersBytes } = memoryManager.memoryUsage();
		await region('peak', async () => {
			allocateAndLook();
			await waitFor(() => {
				memoryManager.forceGarbageCollection();
				return memoryManager.memoryUsage().arrayBuffersBytes < arrayBuffersBytes + 10_000_000;
			});
		});
		const peak = stats('peak')?.peak?.arrayBuffersBytes ?? 0;
		const delta = stats('peak')?.delta?.arrayBuffersBytes ?? 0;
		assert.ok(peak >= arrayBuffersBytes + 20_000_000, `peak ${peak}`);
		assert.ok(delta < 10_000_000, `delta ${delta}`);

		function allocateAndLook(): void {
			const held = Buffer.alloc(20_000_000, 1);
			hub.drain();
			assert.equal(held.length, 20_000_000);
		}
	});

	it('are only timed when they follow each other fast', () => {
		for (let i = 0; i < 50_000; i++) region('hot', () => i);
		const hot = stats('hot');
		assert.equal(hot?.calls, 50_000);
		assert.ok(hot.measuredCalls >= 1 && hot.measuredCalls < 5_000, `${hot.measuredCalls} measured`);
		assert.ok(spans().length <= hot.measuredCalls + 100);
	});

	it('say where they are defined', () => {
		region('site', () => 1);
		new MemoryTracker('tracker site').dispose();
		trackMemory('function site')(() => 1)();
		const entries = hub.drain().entries.filter(entry => entry.type === 'region');
		assert.equal(entries.length, 3);
		const lines = entries.map(({ site }) => {
			assert.equal(site?.file, here);
			return site.line;
		});
		assert.deepEqual(lines, [lines[0], (lines[0] ?? 0) + 1, (lines[0] ?? 0) + 2]);
	});

	it('begun before a new recording do not count in it', () => {
		const tracker = new MemoryTracker('old');
		recordingHub();
		tracker.dispose();
		assert.equal(stats('old'), undefined);
		assert.deepEqual(spans(), []);
	});

	it('cost nothing that can be seen without an engine', () => {
		hub.leave();
		region('unseen', () => 1);
		new MemoryTracker('unseen').dispose();
		assert.deepEqual(memoryManager.regions(), []);
		assert.deepEqual(hub.drain(), { entries: [], dropped: 0 });
		assert.equal(sharedHub(), hub);
	});
});

describe('trackMemory', () => {
	it('keeps this, name and length', () => {
		const hub = recordingHub();
		class Loader {
			factor = 2;
			load = trackMemory('load')(function (this: Loader, a: number, b: number): number {
				return (a + b) * this.factor;
			});
		}
		assert.equal(new Loader().load(1, 2), 6);
		const named = trackMemory('x')(function original(_a: number, _b: number) {});
		assert.deepEqual([named.name, named.length], ['original', 2]);
		hub.leave();
		assert.equal(new Loader().load(1, 2), 6);
	});

	it('decorates methods as compilers call it', () => {
		const hub = recordingHub();
		const context = { kind: 'method', name: 'double' } as ClassMethodDecoratorContext<object, (n: number) => number>;
		const double = trackMemory('decorated')((n: number) => n * 2, context);
		assert.equal(double.call({}, 4), 8);
		assert.equal(memoryManager.regions().find(one => one.name === 'decorated')?.calls, 1);
		hub.leave();
	});

	it('refuses what it cannot track', () => {
		const track = trackMemory('x') as unknown as (...args: unknown[]) => unknown;
		assert.throws(() => track({}, 'method', {}), { code: 'wrongDecorator' });
		assert.throws(() => track(class {}, { kind: 'class' }), { code: 'wrongDecorator' });
		assert.throws(() => track(5), { code: 'wrongDecorator' });
	});
});
