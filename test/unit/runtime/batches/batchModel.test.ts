import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { BatchContext } from '../../../../src/runtime/batches/batchOptions.ts';
import { BatchProcessor } from '../../../../src/runtime/batches/batchProcessor.ts';
import { pressure } from '../../../../src/runtime/monitor/pressure.ts';

interface Item {
	id: number;
	bytes: number;
	/** Microtasks that it takes; 0 answers at once. */
	steps: number;
	fails: boolean;
}

const levels = ['normal', 'elevated', 'high', 'critical'] as const;

const item = fc.record({
	bytes: fc.nat(30),
	steps: fc.nat(4),
	fails: fc.nat(5).map(n => n === 0),
});
const plan = fc.record({
	items: fc.array(item, { maxLength: 40 }),
	asyncInput: fc.boolean(),
	inputFails: fc.option(fc.nat(40), { freq: 4 }),
	maxSize: fc.integer({ min: 1, max: 8 }),
	minShare: fc.nat(3),
	concurrency: fc.integer({ min: 1, max: 4 }),
	declared: fc.boolean(),
	maxBytes: fc.integer({ min: 1, max: 80 }),
	onError: fc.constantFrom('stop', 'skip', 'collect' as const),
	form: fc.constantFrom('batch', 'item', 'processItem' as const),
	levels: fc.array(fc.constantFrom(...levels), { maxLength: 6 }),
	/** The run is aborted, or left, when so many results were read. */
	abortAt: fc.option(fc.nat(30), { freq: 3 }),
	leaveAt: fc.option(fc.nat(30), { freq: 4 }),
	/** … or aborted while this batch is processed. */
	abortIn: fc.option(fc.nat(12), { freq: 6 }),
});

type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;
interface Run {
	seen: Observed;
	items: Item[];
}

/** What the processor was seen to do. */
class Observed {
	readonly batches: number[][] = [];
	readonly retried: number[] = [];
	readonly results: number[] = [];
	pulled = 0;
	running = 0;
	returned = 0;
	inputOver = false;
	started = false;
	error: unknown;
	readonly inWork = new Set<Item>();
}

async function observe(given: Plan): Promise<Run> {
	const items = given.items.map((one, id): Item => ({ ...one, id }));
	const seen = new Observed();
	const { onError, concurrency, declared, maxBytes, maxSize, form } = given;
	const left = [...given.levels];
	const controller = new AbortController();
	const checkBounds = () => {
		assert.ok(seen.running <= concurrency);
		const bytes = [...seen.inWork].reduce((sum, one) => sum + one.bytes, 0);
		if (declared) assert.ok(bytes <= maxBytes || seen.inWork.size === 1, `${bytes} bytes of ${maxBytes}`);
	};
	const handle = async (batch: Item[], context: BatchContext): Promise<number[]> => {
		for (const one of batch) seen.inWork.add(one);
		seen.running++;
		checkBounds();
		try {
			for (let i = 0; i < (batch[0]?.steps ?? 0); i++) await null;
			if (batch.some(one => one.fails)) throw new Error(`fails ${context.index}`);
			return batch.map(one => one.id);
		} finally {
			for (const one of batch) seen.inWork.delete(one);
			seen.running--;
		}
	};
	const process = (batch: Item[], context: BatchContext): number[] | Promise<number[]> => {
		assert.deepEqual([context.size, context.index], [batch.length, batch[0]?.id]);
		if (context.attempt === 2) seen.retried.push(...batch.map(one => one.id));
		else seen.batches.push(batch.map(one => one.id));
		if (seen.batches.length === given.abortIn) controller.abort('aborted');
		const level = left.shift();
		if (level) {
			pressure.set(level, 'the test says so', true);
			processor.relieve(level);
		}
		if (batch.every(one => one.steps === 0)) {
			if (batch.some(one => one.fails)) throw new Error(`fails ${context.index}`);
			return batch.map(one => one.id);
		}
		return handle(batch, context);
	};
	const common = { name: 'model', onError, maxBytes, ...(declared && { bytesOf: (one: Item) => one.bytes }) };
	const minSize = 1 + Math.floor((given.minShare * (maxSize - 1)) / 4);
	const processor: BatchProcessor<Item, number> =
		form === 'processItem'
			? new BatchProcessor<Item, number>({
					...common,
					concurrency,
					processItem: (one, context) => {
						const results = process([one], context);
						return Array.isArray(results) ? (results[0] ?? -1) : results.then(([id = -1]) => id);
					},
				})
			: new BatchProcessor<Item, number>({ ...common, process, maxSize, minSize, concurrency, errorScope: form });
	const run = processor.process(inputOf(items, given, seen), { signal: controller.signal });
	try {
		if (given.abortAt === 0) controller.abort('aborted');
		for await (const id of run) {
			seen.results.push(id);
			if (seen.results.length === given.abortAt) controller.abort('aborted');
			if (seen.results.length === given.leaveAt) break;
		}
	} catch (error) {
		seen.error = error;
	}
	assert.equal(seen.running, 0, 'nothing works on after the end');
	assert.equal(processor.stats().inFlightItems, 0);
	if (onError !== 'stop' && ended(seen, given)) assert.equal(run.failedItems, items.length - seen.results.length);
	const told = run.errors.reduce((sum, one) => sum + one.items, 0);
	assert.equal(told, onError === 'collect' ? run.failedItems : 0);
	processor.dispose();
	pressure.set('normal', 'the test is over', true);
	return { seen, items };
}

function inputOf(items: Item[], { asyncInput, inputFails }: Plan, seen: Observed) {
	const next = (): IteratorResult<Item, undefined> => {
		if (seen.pulled === inputFails) {
			seen.inputOver = true;
			throw new Error('input');
		}
		const one = items[seen.pulled];
		if (!one) {
			seen.inputOver = true;
			return { done: true, value: undefined };
		}
		seen.pulled++;
		return { done: false, value: one };
	};
	const end = () => {
		seen.returned++;
		return { done: true as const, value: undefined };
	};
	const open = <N, E>(next: N, end: E) => {
		seen.started = true;
		return { next, return: end };
	};
	if (!asyncInput) return { [Symbol.iterator]: () => open(next, end) };
	return {
		[Symbol.asyncIterator]: () =>
			open(
				async () => next(),
				async () => end(),
			),
	};
}

/** Whether nothing but the end of the input ended it. */
const ended = (seen: Observed, { leaveAt }: Plan): boolean =>
	seen.error === undefined && (leaveAt === null || leaveAt === 0 || seen.results.length < leaveAt);

/** What a plain loop over the same batches would give. */
function expected({ seen, items }: Run, { onError, form }: Plan): { results: number[]; stopsAt: number | undefined } {
	const results: number[] = [];
	for (const batch of seen.batches) {
		const failed = batch.filter(id => items[id]?.fails);
		const [first] = failed;
		if (first === undefined) results.push(...batch);
		else if (onError === 'stop') {
			if (form !== 'batch') results.push(...batch.filter(id => id < first));
			return { results, stopsAt: form === 'item' ? first : batch[0] };
		} else if (form !== 'batch') results.push(...batch.filter(id => !failed.includes(id)));
	}
	return { results, stopsAt: undefined };
}

function check(run: Run, given: Plan): void {
	const { seen, items } = run;
	const processed = seen.batches.flat();
	assert.deepEqual(
		processed,
		processed.map((_, position) => position),
		'each item once, in order',
	);
	assert.ok(seen.batches.every(batch => batch.length <= given.maxSize));
	const again = new Set(seen.retried);
	assert.equal(again.size, seen.retried.length, 'tried again at most once');
	if (given.form !== 'item') assert.equal(again.size, 0);
	else {
		const mixed = seen.batches.filter(batch => batch.length > 1 && batch.some(id => items[id]?.fails)).flat();
		assert.ok(seen.retried.every(id => mixed.includes(id)));
	}
	const { results, stopsAt } = expected(run, given);
	assert.deepEqual(seen.results, results.slice(0, seen.results.length));
	if (ended(seen, given)) {
		assert.deepEqual([processed.length, seen.results.length], [items.length, results.length], 'nothing is left out');
	}
	if (seen.error === 'aborted') assert.ok(given.abortIn !== null || seen.results.length >= (given.abortAt ?? 99));
	else if (seen.error instanceof Error && seen.error.message === 'input') {
		assert.equal(seen.results.length, results.length, 'what came before the error of the input is delivered');
		assert.equal(processed.length, given.inputFails);
	} else if (seen.error !== undefined) {
		assert.equal((seen.error as Error).message, `fails ${stopsAt}`);
		assert.equal(seen.results.length, results.length);
	}
	assert.equal(
		seen.returned,
		seen.inputOver || !seen.started ? 0 : 1,
		'an input that is not at its end is closed once',
	);
}

describe('BatchProcessor against a plain loop', () => {
	it('processes each item once and in order, whatever fails, within its bounds', async () => {
		await fc.assert(
			fc.asyncProperty(plan, async given => check(await observe(given), given)),
			{ numRuns: 1_500 },
		);
	});
});
