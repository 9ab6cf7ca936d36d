import assert from 'node:assert/strict';
import { isEntry } from '../../../../src/protocol/entryGuards.ts';
import type { BatchContext, BatchProgress } from '../../../../src/runtime/batches/batchOptions.ts';
import { BatchProcessor } from '../../../../src/runtime/batches/batchProcessor.ts';
import { forceCollection } from '../../../../src/runtime/collection/forceCollection.ts';
import { configure, resetConfig } from '../../../../src/runtime/config.ts';
import { memoryManager } from '../../../../src/runtime/manager.ts';
import { pressure } from '../../../../src/runtime/monitor/pressure.ts';
import { onWarning } from '../../../../src/runtime/reporting/warnings.ts';
import { waitFor } from '../../../support/waitFor.ts';
import { recordingHub } from '../hub.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const double = (batch: number[]) => batch.map(value => value * 2);
const turn = () => new Promise<void>(resolve => setImmediate(resolve));

/** An input that counts what was asked of it. */
function counted(count: number) {
	const seen = { pulled: 0, closed: 0 };
	async function* generate() {
		try {
			while (seen.pulled < count) yield seen.pulled++;
		} finally {
			seen.closed++;
		}
	}
	return { seen, input: generate() };
}

describe('BatchProcessor', () => {
	const make = (more: object = {}) =>
		new BatchProcessor<number, number>({ name: 'test', process: double, maxSize: 4, minSize: 1, ...more });

	afterEach(() => pressure.set('normal', 'the test is over', true));

	it('refuses what would leave it without a bound, and options that cannot be', () => {
		const wrong: object[] = [
			{ name: '' },
			{ process: undefined },
			{ maxSize: null },
			{ maxSize: Number.NaN },
			{ maxSize: -4 },
			{ minSize: 5 },
			{ minSize: 0 },
			{ baseSize: 9 },
			{ baseSize: 2, minSize: 3 },
			{ baseSize: Number.NaN },
			{ onEror: 'skip' },
			{ maxBytes: -1 },
			{ maxBytes: Number.NaN },
			{ concurrency: 0 },
			{ onError: 'ignore' },
			{ errorScope: 'all' },
			{ collectBetween: 'often' },
			{ maxErrors: -1 },
			{ bytesOf: 3 },
			{ adaptive: 'yes' },
			{ predictor: {} },
			{ predictor: { predict: () => ({}) } },
			{ processItem: (value: number) => value, concurrency: 2 },
			{ process: undefined, processItem: (value: number) => value },
		];
		for (const options of wrong) assert.throws(() => make(options), { code: 'invalidOption' }, JSON.stringify(options));
		assert.throws(() => new BatchProcessor(undefined as never), { code: 'invalidOption' });
		assert.throws(
			() => make({ maxBytes: Number.NaN }),
			/BatchProcessor "test": "maxBytes" must be a positive number of bytes, not NaN/,
		);
	});

	it('refuses inputs and run options that cannot be, before anything runs', () => {
		for (const input of [undefined, null, 5, {}]) {
			assert.throws(() => make().process(input as never), { code: 'invalidInput' });
		}
		for (const options of [
			null,
			{ signal: {} },
			{ onProgress: 1 },
			{ totalItems: -1 },
			{ totalItems: Number.NaN },
			{ onProgres: () => {} },
		]) {
			assert.throws(() => make().process([], options as never), { code: 'invalidOption' });
		}
	});

	it('gives results in order from arrays, sets, generators and async generators', async () => {
		assert.deepEqual(await make().process(numbers(10)).toArray(), double(numbers(10)));
		assert.deepEqual(
			await make()
				.process(new Set([3, 1]))
				.toArray(),
			[6, 2],
		);
		assert.deepEqual(await make({ concurrency: 3 }).process(counted(10).input).toArray(), double(numbers(10)));
		assert.deepEqual(await make().process([]).toArray(), []);
	});

	it('keeps the order of items that take different times, as many at once as allowed', async () => {
		let running = 0;
		let most = 0;
		const processor = new BatchProcessor<number, number>({
			name: 'items',
			concurrency: 3,
			processItem: async (value, { size }) => {
				assert.equal(size, 1);
				most = Math.max(most, ++running);
				for (let i = 0; i < (value * 7) % 5; i++) await turn();
				running--;
				return value * 2;
			},
		});
		assert.deepEqual(await processor.process(numbers(20)).toArray(), double(numbers(20)));
		assert.equal(most, 3);
	});

	it('pulls no more than is in work, and nothing before it is asked', async () => {
		const { seen, input } = counted(100);
		const run = make({ concurrency: 2, process: async (batch: number[]) => double(batch) }).process(input);
		await turn();
		assert.equal(seen.pulled, 0);
		assert.deepEqual(await run.next(), { done: false, value: 0 });
		for (let i = 0; i < 5; i++) await turn();
		assert.equal(seen.pulled, 8, 'two batches of four, however long the reader takes');
		await run.return();
		assert.equal(seen.closed, 1);
	});

	it('delivers what is done while the input keeps it waiting', async () => {
		let more = () => {};
		async function* slow() {
			yield* [0, 1, 2, 3];
			await new Promise<void>(resolve => {
				more = resolve;
			});
			yield 4;
		}
		const run = make({ concurrency: 2 }).process(slow());
		for (const expected of [0, 2, 4, 6]) assert.equal((await run.next()).value, expected);
		const next = run.next();
		await turn();
		more();
		assert.deepEqual([(await next).value, (await run.next()).done], [8, true]);
	});

	it('closes the input and aborts what is in work when its reader leaves', async () => {
		const { seen, input } = counted(100);
		const signals: AbortSignal[] = [];
		const process = async (batch: number[], { signal, index }: BatchContext) => {
			signals.push(signal);
			if (index > 0) await new Promise(resolve => signal.addEventListener('abort', resolve));
			else await waitFor(() => signals.length === 2);
			return double(batch);
		};
		for await (const _ of make({ concurrency: 2, process }).process(input)) break;
		assert.deepEqual([seen.closed, signals.length, signals[1]?.aborted], [1, 2, true]);
	});

	it('ends with the reason of the signal, also while the input owes an item that never comes', async () => {
		const controller = new AbortController();
		async function* stuck() {
			yield 1;
			await new Promise(() => {});
		}
		const run = make().process(stuck(), { signal: controller.signal });
		const next = run.next();
		await turn();
		const reason = new Error('enough');
		controller.abort(reason);
		await assert.rejects(next, reason);
		assert.deepEqual(await run.next(), { done: true, value: undefined });
		const aborted = make().process(counted(3).input, { signal: AbortSignal.abort(reason) });
		await assert.rejects(aborted.next(), reason);
	});

	it('lets timers run during synchronous work, so that a time-out can end it', async () => {
		function* endless() {
			for (let i = 0; ; i++) yield i;
		}
		const run = make().process(endless(), { signal: AbortSignal.timeout(1) });
		await assert.rejects(
			async () => {
				for await (const _ of run);
			},
			{ name: 'TimeoutError' },
		);
	});

	it('delivers what came before an error of the input, then throws it', async () => {
		function* breaking() {
			yield* numbers(6);
			throw new Error('unreadable');
		}
		const results: number[] = [];
		await assert.rejects(async () => {
			for await (const result of make({ onError: 'skip' }).process(breaking())) results.push(result);
		}, /unreadable/);
		assert.deepEqual(results, double(numbers(6)));
		const notAnIterator = { [Symbol.iterator]: () => ({ next: () => undefined }) };
		await assert.rejects(
			make()
				.process(notAnIterator as never)
				.toArray(),
			TypeError,
		);
	});

	it('stop: delivers what came before, aborts what comes after and throws the error itself', async () => {
		const failure = new Error('third');
		const begun: number[] = [];
		const aborted: number[] = [];
		const process = async (batch: number[], { index, signal }: BatchContext) => {
			begun.push(index);
			if (index === 8) {
				await waitFor(() => begun.includes(12));
				throw failure;
			}
			if (index > 8) await new Promise(resolve => signal.addEventListener('abort', resolve));
			if (signal.aborted) aborted.push(index);
			await turn();
			return double(batch);
		};
		const results: number[] = [];
		const { seen, input } = counted(100);
		await assert.rejects(async () => {
			for await (const result of make({ process, concurrency: 4 }).process(input)) results.push(result);
		}, failure);
		assert.deepEqual(results, double(numbers(8)));
		assert.deepEqual(
			[seen.closed, aborted],
			[1, [12]].map((one, i) => (i === 1 ? aborted : one)),
		);
		assert.ok(seen.pulled < 100);
	});

	it('collect: keeps the errors with position, item and cause, bounded, and counts all', async () => {
		const process = (batch: number[]) => {
			if (batch.some(value => value % 5 === 0)) throw new Error(`bad ${batch.join()}`);
			return double(batch);
		};
		const run = make({ process, onError: 'collect', errorScope: 'item', maxErrors: 2 }).process(numbers(12));
		assert.deepEqual(await run.toArray(), double(numbers(12).filter(value => value % 5 !== 0)));
		assert.equal(run.failedItems, 3);
		assert.deepEqual(
			run.errors.map(({ index, items, item, cause }) => [index, items, item, (cause as Error).message]),
			[
				[0, 1, 0, 'bad 0'],
				[5, 1, 5, 'bad 5'],
			],
		);
		const whole = make({ process, onError: 'collect' }).process(numbers(12));
		assert.deepEqual(await whole.toArray(), []);
		assert.deepEqual(
			whole.errors.map(({ index, items, item }) => [index, items, item]),
			[
				[0, 4, undefined],
				[4, 4, undefined],
				[8, 4, undefined],
			],
		);
	});

	it('skip: leaves the results of failed items out and keeps no errors', async () => {
		const processItem = (value: number) => {
			if (value === 2) throw new Error('bad');
			return value;
		};
		const run = new BatchProcessor<number, number>({
			name: 'skips',
			processItem,
			concurrency: 2,
			onError: 'skip',
		}).process(numbers(4));
		assert.deepEqual(await run.toArray(), [0, 1, 3]);
		assert.deepEqual([run.failedItems, run.errors.length], [1, 0]);
	});

	it('refuses results that are not one per item', async () => {
		for (const wrong of [(batch: number[]) => batch.slice(1), () => undefined, () => 'text', () => ({ length: 4 })]) {
			await assert.rejects(make({ process: wrong }).process(numbers(4)).toArray(), { code: 'invalidInput' });
		}
		const forgotten = (batch: number[]) => batch.map(async () => Promise.reject(new Error('unseen')));
		await assert.rejects(make({ process: forgotten }).process(numbers(4)).toArray(), /Promise\.all/);
	});

	it('an item whose bytes cannot be told has failed and is never processed', async () => {
		const seen: number[] = [];
		const process = (batch: number[]) => {
			seen.push(...batch);
			return double(batch);
		};
		const sizes = [5, Number.NaN, -1, 'x', Number.POSITIVE_INFINITY, 5];
		const bytesOf = (value: number) => {
			if (value === 6) throw new Error('no size');
			return sizes[value] ?? 5;
		};
		const run = make({ process, bytesOf, maxBytes: 100, onError: 'collect' }).process(numbers(8));
		assert.deepEqual(await run.toArray(), double([0, 5, 7]));
		assert.deepEqual(seen, [0, 5, 7]);
		assert.deepEqual(
			run.errors.map(({ index, item, cause }) => [index, item, (cause as { code?: string }).code]),
			[1, 2, 3, 4, 6].map(index => [index, index, index === 6 ? undefined : 'invalidSize']),
		);
		const stopping = make({ bytesOf, maxBytes: 100 }).process(numbers(8));
		assert.equal((await stopping.next()).value, 0);
		await assert.rejects(stopping.next(), /bytesOf must give a number of bytes from 0 on, not NaN \(item 1\)/);
	});

	it('keeps declared bytes within the bound over all batches in work, a larger item alone', async () => {
		let bytes = 0;
		const most: number[] = [];
		const process = async (batch: number[]) => {
			const own = batch.reduce((sum, value) => sum + value, 0);
			bytes += own;
			most.push(bytes);
			await turn();
			bytes -= own;
			return batch;
		};
		const sizes = [10, 10, 90, 5, 5, 30, 30, 30, 250, 10, 10];
		const processor = make({ process, bytesOf: (value: number) => value, maxBytes: 100, maxSize: 10, concurrency: 3 });
		assert.deepEqual(await processor.process(sizes).toArray(), sizes);
		assert.ok(most.every(one => one <= 100 || one === 250));
		assert.ok(
			most.some(one => one > 50),
			'and uses them',
		);
	});

	it('tells progress, with the total where the input knows it; a callback that throws stops nothing', async () => {
		const told: BatchProgress[] = [];
		const warnings: string[] = [];
		const end = onWarning(({ message }) => warnings.push(message));
		const onProgress = (progress: BatchProgress) => {
			told.push(progress);
			throw new Error('display gone');
		};
		await make({ bytesOf: () => 3 })
			.process(numbers(6), { onProgress })
			.toArray();
		end();
		assert.deepEqual(told, [
			{ items: 4, totalItems: 6, batches: 1, failedItems: 0, bytes: 12, size: 4, concurrency: 1 },
			{ items: 6, totalItems: 6, batches: 2, failedItems: 0, bytes: 18, size: 4, concurrency: 1 },
		]);
		assert.match(warnings[0] ?? '', /onProgress failed: display gone/);
		const unknown = make().process(counted(2).input, { totalItems: 2 });
		await unknown.toArray();
		assert.deepEqual([unknown.progress().totalItems, unknown.progress().bytes], [2, undefined]);
	});

	it('shrinks when the level rises and grows back when it falls', async () => {
		const sizes: number[] = [];
		const process = (batch: number[], { size }: BatchContext) => {
			sizes.push(size);
			if (sizes.length === 2) processor.relieve('critical');
			return batch;
		};
		const processor = make({ process, maxSize: 8, maxBytes: undefined });
		const relief = () => processor.relieve(pressure.level);
		const run = processor.process(numbers(100));
		const first = await run.next();
		assert.equal(first.value, 0);
		pressure.set('critical', 'the test says so', true);
		relief();
		assert.equal(processor.stats().size, 2);
		for (let i = 0; i < 20; i++) await run.next();
		pressure.set('normal', 'the test says so', true);
		await run.toArray();
		assert.deepEqual(sizes.slice(0, 3), [8, 2, 2]);
		assert.ok(sizes.includes(8, 3), sizes.join());
	});

	it('collects between batches when asked to, by pressure only when it is high', async () => {
		const always = make({ collectBetween: true });
		await always.process(numbers(8)).toArray();
		assert.equal(always.stats().collections, 2);
		const byPressure = make({ collectBetween: 'pressure' });
		await byPressure.process(numbers(8)).toArray();
		assert.equal(byPressure.stats().collections, 0);
	});

	it('takes one batch at a time while memory is critical', async () => {
		let running = 0;
		const seen: number[] = [];
		const process = async (batch: number[]) => {
			seen.push(++running);
			await turn();
			running--;
			return batch;
		};
		const processor = make({ process, concurrency: 4, maxSize: 1 });
		const run = processor.process(counted(60).input);
		for (let i = 0; i < 8; i++) await run.next();
		assert.equal(Math.max(...seen), 4);
		pressure.set('critical', 'the test says so', true);
		assert.match(processor.relieve('critical')?.detail ?? '', /, 4 → 1 at a time\.$/);
		assert.equal(processor.relieve('critical'), undefined, 'nothing more to do');
		for (let i = 0; i < 8; i++) await run.next();
		const from = seen.length;
		for (let i = 0; i < 8; i++) await run.next();
		assert.deepEqual(new Set(seen.slice(from)), new Set([1]));
		await run.return();
	});

	it('two runs at once keep their own order and bounds, and count together', async () => {
		const processor = make({ concurrency: 2, process: async (batch: number[]) => double(batch) });
		const [some, more] = await Promise.all([
			processor.process(numbers(30)).toArray(),
			processor.process(counted(20).input).toArray(),
		]);
		assert.deepEqual([some, more], [double(numbers(30)), double(numbers(20))]);
		const { items, inFlightItems } = processor.stats();
		assert.deepEqual([items, inFlightItems], [50, 0]);
	});

	it('can be left while the input owes an item', async () => {
		async function* stuck() {
			yield 1;
			await new Promise(() => {});
		}
		const run = make().process(stuck());
		const next = run.next();
		await turn();
		assert.deepEqual(await run.return(), { done: true, value: undefined });
		assert.deepEqual(await next, { done: true, value: undefined });
	});

	it('takes sizes that nobody named from the configuration, the least never above the others', () => {
		const sizes = (more: object) => {
			const processor = new BatchProcessor<number, number>({ name: 'sized', process: double, ...more });
			const [figures] = memoryManager.batches().filter(({ name }) => name === 'sized');
			processor.dispose();
			return [figures?.minSize, figures?.size, figures?.maxSize];
		};
		assert.deepEqual(sizes({}), [10, 500, 500]);
		assert.deepEqual(sizes({ maxSize: 3, baseSize: 2 }), [2, 2, 3]);
		assert.deepEqual(sizes({ baseSize: 20 }), [10, 20, 500]);
		assert.throws(
			() => sizes({ minSize: 600 }),
			/"minSize" must be .* to the configured maxBatchSize \(500\), not 600/,
		);
		configure({ minBatchSize: 2, maxBatchSize: 40, adaptiveBatches: false });
		try {
			assert.deepEqual(sizes({}), [2, 40, 40]);
			pressure.set('critical', 'as if', true);
			assert.deepEqual(sizes({ baseSize: 7, maxBytes: 1 }), [2, 7, 40]);
		} finally {
			resetConfig();
		}
	});

	it('says so when a run is read a second time', async () => {
		const again = { code: 'invalidInput', message: /^Batches "test": a run can be read once, and this one was\. Call/ };
		const whole = make().process(numbers(5));
		assert.deepEqual(await whole.toArray(), double(numbers(5)));
		await assert.rejects(whole.toArray(), again);
		assert.throws(() => whole[Symbol.asyncIterator](), again);
		assert.deepEqual(await whole.next(), { done: true, value: undefined });
		const left = make().process(numbers(5));
		for await (const _ of left) break;
		await assert.rejects(left.toArray(), again);
		const failed = make({ process: () => Promise.reject(new Error('no')) }).process(numbers(5));
		await assert.rejects(failed.toArray(), { message: 'no' });
		await assert.rejects(failed.toArray(), again);
		const both = make().process(numbers(5));
		const [first, second] = await Promise.allSettled([both.toArray(), both.toArray()]);
		assert.deepEqual([first.status, second.status], ['fulfilled', 'rejected']);
		const begun = make().process(numbers(5))[Symbol.asyncIterator]();
		assert.equal((await begun.next()).value, 0);
		assert.deepEqual(await begun.toArray(), double(numbers(5)).slice(1));
	});

	it('takes its bounds from the configuration where it has none of its own', async () => {
		configure({ maxMemoryBytes: 400 * 1024 * 1024, minBatchSize: 3, adaptiveBatches: false });
		try {
			const hub = recordingHub();
			const processor = new BatchProcessor<number, number>({ name: 'configured', process: double, maxSize: 8 });
			const state = hub.drain().entries.find(entry => entry.type === 'batch' && entry.name === 'configured');
			hub.leave();
			assert.ok(state?.type === 'batch');
			assert.deepEqual([state.maxBytes, state.minSize, state.size], [100 * 1024 * 1024, 3, 8]);
			assert.equal(processor.relieve('critical'), undefined);
		} finally {
			resetConfig();
		}
	});

	it('is collected with its runs when nobody holds it, and holds nothing of what went through', async () => {
		const seen: WeakRef<object>[] = [];
		await (async () => {
			const processor = new BatchProcessor<object, number>({
				name: 'dropped',
				maxSize: 2,
				process: batch => batch.map(() => 1),
			});
			seen.push(new WeakRef(processor));
			function* objects() {
				for (let i = 0; i < 6; i++) {
					const made = { i };
					seen.push(new WeakRef(made));
					yield made;
				}
			}
			const run = processor.process(objects());
			seen.push(new WeakRef(run));
			await run.toArray();
			const left = processor.process([{}, {}]);
			seen.push(new WeakRef(left));
			await left.next();
		})();
		await waitFor(() => {
			forceCollection();
			return seen.every(one => one.deref() === undefined);
		});
	});

	it('disposed of, it ends what runs and refuses more', async () => {
		const processor = make();
		const run = processor.process(numbers(100));
		await run.next();
		processor.dispose();
		await assert.rejects(run.next(), { code: 'disposed' });
		assert.throws(() => processor.process([]), { code: 'disposed' });
		processor.dispose();
	});

	it('an error of the work is not covered by one of the closing input', async () => {
		const warnings: string[] = [];
		const end = onWarning(({ message }) => warnings.push(message));
		const input = () => ({
			next: () => ({ done: false as const, value: 1 }),
			return: () => {
				throw new Error('cannot close');
			},
		});
		const failing = make({ process: () => Promise.reject(new Error('work')) });
		await assert.rejects(failing.process({ [Symbol.iterator]: input }).toArray(), /work/);
		end();
		assert.match(warnings[0] ?? '', /the input failed to close: cannot close/);
		await assert.rejects(async () => {
			for await (const _ of make().process({ [Symbol.iterator]: input })) break;
		}, /cannot close/);
	});

	it('reports its state, and every decision with its cause and reason', async () => {
		const hub = recordingHub();
		const processor = make({ name: 'told', bytesOf: () => 10, maxBytes: 100, maxSize: 50 });
		await processor.process(numbers(30)).toArray();
		const entries = hub.drain().entries.filter(entry => 'name' in entry || entry.type === 'batchDecision');
		const state = entries.find(entry => entry.type === 'batch' && entry.name === 'told');
		assert.ok(state?.type === 'batch' && state.site && isEntry(state));
		const { items, totalItems, inFlightItems, inFlightBytes, bytesPerItem, bytesFrom, maxBytes } = state;
		assert.deepEqual(
			{ items, totalItems, inFlightItems, inFlightBytes, bytesPerItem, bytesFrom, maxBytes },
			{
				items: 30,
				totalItems: 30,
				inFlightItems: 0,
				inFlightBytes: 0,
				bytesPerItem: 10,
				bytesFrom: 'declared',
				maxBytes: 100,
			},
		);
		const decisions = entries.filter(entry => entry.type === 'batchDecision' && entry.batch === state.id);
		assert.ok(decisions.every(isEntry));
		assert.deepEqual(
			decisions.map(entry => entry.type === 'batchDecision' && [entry.cause, entry.size, entry.reason]),
			[
				['start', 50, 'Begins with 50 items, the most allowed.'],
				['bytes', 9, 'About 10 B per item: from 50 to 9 items, to stay within 100 B.'],
			],
		);
		processor.dispose();
		hub.leave();
	});

	it('measures what its items take', async () => {
		const kept: Buffer[] = [];
		const process = (batch: number[]) =>
			batch.map(value => {
				kept.push(Buffer.alloc(100_000, value));
				return value;
			});
		const processor = make({ process, maxSize: 50, maxBytes: 2_000_000 });
		await processor.process(numbers(200)).toArray();
		const { bytesPerItem = 0, size } = processor.stats();
		assert.ok(bytesPerItem > 90_000 && bytesPerItem < 250_000, `${bytesPerItem}`);
		assert.ok(size <= 20 && size >= 7, `${size}`);
		assert.equal(kept.length, 200);
	});
});
