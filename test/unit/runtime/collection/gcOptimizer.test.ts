import assert from 'node:assert/strict';
import { isEntry } from '../../../../src/protocol/entryGuards.ts';
import { GcOptimizer, sharedGcOptimizer } from '../../../../src/runtime/collection/gcOptimizer.ts';
import { collectNow, ownCollections } from '../../../../src/runtime/collection/ownCollections.ts';
import { resetConfig } from '../../../../src/runtime/config.ts';
import { memoryManager } from '../../../../src/runtime/manager.ts';
import { monotonicMs } from '../../../../src/runtime/reporting/clock.ts';
import { waitFor } from '../../../support/waitFor.ts';
import { recordingHub } from '../hub.ts';

const MB = 1024 * 1024;
/** Longer than any test. */
const HOUR = 3_600_000;

describe('GcOptimizer', () => {
	it('is made lazily, once, and changes nothing by that', () => {
		assert.equal(memoryManager.gc, sharedGcOptimizer());
		assert.equal(memoryManager.gc.strategy, undefined);
		const { strategy, levers, cadence } = memoryManager.gc.config();
		assert.deepEqual([strategy, levers, cadence], [undefined, [], undefined]);
	});

	it('leaves what another one has chosen since', () => {
		using first = new GcOptimizer({ strategy: 'conservative' });
		using second = new GcOptimizer({ strategy: 'aggressive' });
		first.dispose();
		const states = second.config().levers.slice(0, 2);
		assert.deepEqual(
			states.map(({ inForce }) => inForce),
			[true, true],
		);
	});

	it('says of each setting whether it is in force', () => {
		using gc = new GcOptimizer();
		const { strategy, levers, cadence } = gc.use('conservative');
		assert.equal(strategy, 'conservative');
		assert.deepEqual(
			levers.map(lever => lever.setting),
			['--semi-space-growth-factor=1', '--heap-growing-percent=50', '--max-semi-space-size=1'],
		);
		assert.deepEqual(
			levers.slice(0, 2).map(lever => lever.inForce),
			[true, true],
		);
		assert.equal(cadence?.growthBytes, 64 * MB);
		const fast = gc.use('aggressive');
		assert.deepEqual(
			fast.levers.map(({ setting }) => setting),
			['--semi-space-growth-factor=16', '--heap-growing-percent=900', '--max-semi-space-size=64'],
		);
		assert.equal(fast.cadence, undefined);
		assert.deepEqual(gc.use('balanced').levers, []);
		gc.reset();
		assert.deepEqual([gc.strategy, gc.config().levers, gc.config().cadence], [undefined, [], undefined]);
	});

	it('collects, and says what that freed', () => {
		using gc = new GcOptimizer({ intervalMs: 0 });
		let held: unknown[] | undefined = Array.from({ length: 200_000 }, (_, i) => ({ i }));
		assert.equal(held.length, 200_000);
		held = undefined;
		const before = ownCollections();
		const outcome = gc.collect();
		assert.ok(outcome.skipped === undefined && outcome.freedBytes > 4_000_000);
		const { collections, freedBytes, pauseMs } = gc.stats();
		assert.equal(collections, before.collections + 1);
		assert.equal(freedBytes, before.freedBytes + outcome.freedBytes);
		assert.equal(pauseMs, before.pauseMs + outcome.ms);
	});

	it('collects at most once in its interval, unless forced', () => {
		using gc = new GcOptimizer({ intervalMs: HOUR });
		assert.equal(gc.collect({ force: true }).skipped, undefined);
		const before = ownCollections();
		const outcome = gc.collect();
		assert.ok(outcome.skipped === 'rateLimit' && outcome.nextInMs > 0 && outcome.nextInMs <= HOUR);
		assert.equal(ownCollections().deferred, before.deferred + 1);
		assert.equal(ownCollections().collections, before.collections);
		assert.equal(gc.collect({ minor: true }).skipped, undefined);
		assert.equal(gc.collect({ force: true }).skipped, undefined);
	});

	it('collects by itself in synchronous work once enough has grown', () => {
		using gc = new GcOptimizer({ strategy: 'conservative', intervalMs: 0, growthBytes: 20 * MB });
		const before = ownCollections().collections;
		const held: Buffer[] = [];
		const end = monotonicMs() + 5_000;
		while (ownCollections().collections === before && monotonicMs() < end) {
			if (held.length < 30) held.push(Buffer.alloc(MB, 1));
			gc.maybeCollect();
		}
		assert.equal(ownCollections().collections, before + 1);
		assert.equal(held.length, 30);
	});

	it('collects by itself in asynchronous work, above the threshold when something came', async () => {
		const held = [Buffer.alloc(20 * MB, 1)];
		using gc = new GcOptimizer({ strategy: 'balanced', intervalMs: 0, thresholdBytes: 10 * MB });
		assert.deepEqual(gc.config().cadence, { thresholdBytes: 10 * MB, intervalMs: 0 });
		const before = ownCollections().collections;
		held.push(Buffer.alloc(20 * MB, 1));
		await waitFor(() => ownCollections().collections > before || undefined, { what: 'a collection by the timer' });
		assert.equal(held.length, 2);
	});

	it('forces none when it is aggressive or was reset', () => {
		using gc = new GcOptimizer({ strategy: 'conservative', intervalMs: 0, growthBytes: 1 });
		gc.use('aggressive');
		const before = ownCollections().collections;
		const held = [Buffer.alloc(20 * MB, 1)];
		assert.equal(gc.maybeCollect(), undefined);
		gc.reset();
		assert.equal(gc.maybeCollect(), undefined);
		assert.deepEqual([ownCollections().collections, held.length], [before, 1]);
	});

	it('measures pauses on request', () => {
		using gc = new GcOptimizer();
		assert.equal(gc.stats().pauses, undefined);
		gc.measurePauses();
		gc.measurePauses();
		collectNow();
		collectNow('minor');
		const pauses = gc.stats().pauses;
		assert.ok(pauses && pauses.full >= 1 && pauses.minor >= 1 && pauses.count >= 2);
		assert.ok(pauses.pauseMs >= pauses.longestMs && pauses.longestMs > 0 && pauses.overMs > 0);
		collectNow();
		assert.ok((gc.stats().pauses?.full ?? 0) > pauses.full);
	});

	it('refuses wrong options by name', () => {
		const cases: [unknown, RegExp][] = [
			[null, /"options" must be an object/],
			[{ strategy: 'gentle' }, /"strategy" must be one of aggressive, balanced, conservative, not "gentle"/],
			[{ intervalMs: -1 }, /"intervalMs" must be a number of ms from 0 on, not -1/],
			[{ intervalMs: Number.NaN }, /"intervalMs"/],
			[{ thresholdBytes: 0 }, /"thresholdBytes" must be a number of bytes above 0/],
			[{ growthBytes: -5 }, /"growthBytes"/],
			[{ growthBytes: Number.POSITIVE_INFINITY }, /"growthBytes"/],
		];
		for (const [options, message] of cases) {
			assert.throws(() => new GcOptimizer(options as never), {
				name: 'MemoryManagerError',
				code: 'invalidOption',
				message,
			});
		}
		using gc = new GcOptimizer();
		assert.throws(() => gc.use('fast' as never), { code: 'invalidOption' });
		assert.throws(() => gc.collect({ force: 1 as never }), {
			code: 'invalidOption',
			message: /"force" must be true or false/,
		});
		assert.throws(() => gc.collect(null as never), { code: 'invalidOption' });
		assert.throws(() => gc.withoutCollection(5 as never), { code: 'invalidOption' });
		assert.equal(gc.strategy, undefined);
	});

	it('changes nothing where the environment holds a limit that cannot be', () => {
		using gc = new GcOptimizer();
		process.env.MEMORY_MANAGER_MAX_MEMORY = 'soon';
		resetConfig();
		try {
			assert.throws(() => gc.use('aggressive'), { code: 'invalidConfig' });
			assert.deepEqual([gc.strategy, gc.config().levers], [undefined, []]);
		} finally {
			delete process.env.MEMORY_MANAGER_MAX_MEMORY;
			resetConfig();
		}
	});

	it('is back at the start after its disposal', () => {
		const gc = new GcOptimizer({ strategy: 'aggressive' });
		gc.dispose();
		gc.dispose();
		assert.equal(gc.strategy, undefined);
		assert.throws(() => gc.use('balanced'), { code: 'disposed' });
		assert.throws(() => gc.measurePauses(), { code: 'disposed' });
	});

	it('tells the profiler its state on each change, and who listens later what holds', () => {
		const hub = recordingHub();
		using gc = new GcOptimizer({ strategy: 'aggressive' });
		gc.collect({ force: true });
		const entries = hub.drain().entries.filter(entry => entry.type === 'collector');
		assert.ok(entries.every(isEntry));
		const [chosen, collected] = entries.slice(-2);
		assert.equal(chosen?.strategy, 'aggressive');
		assert.match(
			chosen?.settings[0] ?? '',
			/^--semi-space-growth-factor=16: the young generation, .+ now, grows 16-fold/,
		);
		assert.equal(collected?.collections, (chosen?.collections ?? 0) + 1);
		hub.leave();
		gc.use('balanced');
		hub.go();
		const later = hub.drain().entries.find(entry => entry.type === 'collector');
		assert.equal(later?.strategy, 'balanced');
		hub.leave();
	});
});
