import { currentConfig } from '../config.ts';
import { isThenable } from '../isThenable.ts';
import { checkOptionNames, type OptionNames } from '../optionNames.ts';
import { runtimeErrors } from '../runtimeError.ts';
import type { MemoryPredictor } from './memoryPredictor.ts';

/** What is known of the batch, or the item, that is processed. */
export interface BatchContext {
	/** Aborted when the run is, when its reader leaves it, and when an earlier batch has failed for good. */
	readonly signal: AbortSignal;
	/** Position of the first item in the input, from 0. */
	readonly index: number;
	/** Items in this batch. */
	readonly size: number;
	/** 2: the batch has failed, and its items are tried one by one (`errorScope: 'item'`). */
	readonly attempt: 1 | 2;
	/** Why batches have the size they have, one sentence. */
	readonly reason: string;
}

/**
 * After a failure: `stop` ends the run with the error once all earlier results were delivered; `skip` leaves the results of the failed items
 * out; `collect` does so too and keeps the errors in `run.errors`.
 */
export type BatchErrorMode = 'stop' | 'skip' | 'collect';

interface CommonOptions<In> {
	/** What reports call it, and the operation a `predictor` learns. */
	name: string;
	/**
	 * Bytes of the items that are in work at a time: pulled, and their results not delivered. Kept exactly where `bytesOf` declares them (a
	 * single larger item is in work alone), by estimate otherwise. Without it: a quarter of the configured `maxMemoryBytes`, if
	 * there is one.
	 */
	maxBytes?: number;
	/** Bytes of one item in work. Without it they are measured, as growth of heap and external memory around a batch. */
	bytesOf?: (item: In) => number;
	/** `stop` when absent. */
	onError?: BatchErrorMode;
	/** Forces a collection after each batch, or only while the level is `high` or `critical` (`pressure`). */
	collectBetween?: boolean | 'pressure';
	/** Errors that `collect` keeps; the others are counted. 100 when absent. */
	maxErrors?: number;
	/** False: the size does not change by level or measurement. The configured `adaptiveBatches` when absent. */
	adaptive?: boolean;
	/** Chooses the first size by what earlier runs needed, and learns from this one. */
	predictor?: MemoryPredictor;
}

/** Items are processed in batches. */
export interface BatchOptions<In, Out> extends CommonOptions<In> {
	/** Gives one result per item, in their order. */
	process: (batch: In[], context: BatchContext) => readonly Out[] | PromiseLike<readonly Out[]>;
	/**
	 * Bound: most items of a batch; the configured `maxBatchSize` when absent. A batch begins when it is full or the input ends, so a
	 * slow input wants a small one.
	 */
	maxSize?: number;
	/**
	 * Least items of a batch, unless fewer are left or the declared bytes forbid it. The configured `minBatchSize` when absent, or
	 * `baseSize` or `maxSize` where that is less.
	 */
	minSize?: number;
	/** Size at the start. Without it `maxSize`, or `minSize` where bytes per item have to be measured first. */
	baseSize?: number;
	/** Most batches in work at a time; 1 when absent. */
	concurrency?: number;
	/**
	 * `batch` (when absent): all items of a batch that fails count as failed, and nothing is processed twice. `item`: they are tried
	 * once more, one by one, to find those that fail, so `process` must bear to see an item again.
	 */
	errorScope?: 'item' | 'batch';
	processItem?: never;
}

/** Items are processed by themselves, each a batch of one; what adapts is how many are in work. */
export interface ItemOptions<In, Out> extends CommonOptions<In> {
	processItem: (item: In, context: BatchContext) => Out | PromiseLike<Out>;
	/** Bound: most items in work at a time. */
	concurrency: number;
	process?: never;
}

export type BatchProcessorOptions<In, Out> = BatchOptions<In, Out> | ItemOptions<In, Out>;

export interface BatchProgress {
	/** Items whose results were delivered or that failed. */
	items: number;
	/** Where the input says how many there are. */
	totalItems?: number;
	batches: number;
	failedItems: number;
	/** Declared bytes of those items; absent without `bytesOf`. */
	bytes?: number;
	size: number;
	concurrency: number;
}

export interface BatchRunOptions {
	/** Ends the run with the signal's reason, when the batches in work have settled. */
	signal?: AbortSignal;
	/** Told after every batch. One that throws is reported and stops nothing. */
	onProgress?: (progress: BatchProgress) => void;
	/** How many items there are, for an input that does not say so itself. */
	totalItems?: number;
}

/** Options with everything decided. */
export interface BatchSettings<In, Out> {
	readonly name: string;
	readonly run: (batch: In[], context: BatchContext) => readonly Out[] | PromiseLike<readonly Out[]>;
	readonly minSize: number;
	readonly maxSize: number;
	readonly baseSize: number | undefined;
	readonly maxConcurrency: number;
	readonly maxBytes: number | undefined;
	readonly bytesOf: ((item: In) => number) | undefined;
	readonly onError: BatchErrorMode;
	readonly oneByOne: boolean;
	readonly collectBetween: boolean | 'pressure';
	readonly maxErrors: number;
	readonly adaptive: boolean;
	readonly predictor: MemoryPredictor | undefined;
}

const NAMES: OptionNames<BatchProcessorOptions<unknown, unknown>> = {
	name: true,
	process: true,
	processItem: true,
	maxSize: true,
	minSize: true,
	baseSize: true,
	concurrency: true,
	maxBytes: true,
	bytesOf: true,
	onError: true,
	errorScope: true,
	maxErrors: true,
	collectBetween: true,
	adaptive: true,
	predictor: true,
};

/** Of the configured `maxMemoryBytes`. */
const MEMORY_SHARE = 0.25;
const DEFAULT_MAX_ERRORS = 100;

/** Throws `invalidOption` for options that cannot be, or that leave the batches without a bound. */
export function batchSettings<In, Out>(options: BatchProcessorOptions<In, Out>): BatchSettings<In, Out> {
	const refuse = (option: string, expected: string, value: unknown) =>
		runtimeErrors.invalidOption(owner, option, expected, value);
	let owner = 'BatchProcessor';
	if (typeof options !== 'object' || options === null) {
		throw refuse('options', 'an object with name and process or processItem', options);
	}
	const {
		name,
		onError = 'stop',
		collectBetween = false,
		maxErrors = DEFAULT_MAX_ERRORS,
		bytesOf,
		predictor,
	} = options;
	if (typeof name !== 'string' || name === '') throw refuse('name', 'a text that is not empty', name);
	owner = `BatchProcessor "${name.slice(0, 80)}"`;
	checkOptionNames(owner, options, NAMES);
	const config = currentConfig();
	const { adaptive = config.adaptiveBatches } = options;
	const maxBytes = options.maxBytes ?? (config.maxMemoryBytes && Math.floor(config.maxMemoryBytes * MEMORY_SHARE));
	if (maxBytes !== undefined && !(typeof maxBytes === 'number' && Number.isFinite(maxBytes) && maxBytes >= 1)) {
		throw refuse('maxBytes', 'a positive number of bytes', maxBytes);
	}
	if (bytesOf !== undefined && typeof bytesOf !== 'function') throw refuse('bytesOf', 'a function', bytesOf);
	if (!['stop', 'skip', 'collect'].includes(onError)) throw refuse('onError', '"stop", "skip" or "collect"', onError);
	if (typeof collectBetween !== 'boolean' && collectBetween !== 'pressure') {
		throw refuse('collectBetween', 'true, false or "pressure"', collectBetween);
	}
	if (typeof adaptive !== 'boolean') throw refuse('adaptive', 'true or false', adaptive);
	if (!isWhole(maxErrors, 0)) throw refuse('maxErrors', 'a whole number from 0 on', maxErrors);
	if (predictor !== undefined && !isPredictor(predictor)) {
		throw refuse('predictor', 'a MemoryPredictor', predictor);
	}
	const common = { name, maxBytes, bytesOf, onError, collectBetween, maxErrors, adaptive, predictor };
	return { ...common, ...(isItemwise(options) ? ofItems(options, refuse) : ofBatches(options, refuse)) };
}

type Refuse = (option: string, expected: string, value: unknown) => Error;

function isItemwise<In, Out>(options: BatchProcessorOptions<In, Out>): options is ItemOptions<In, Out> {
	return options.processItem !== undefined;
}

function ofItems<In, Out>(options: ItemOptions<In, Out>, refuse: Refuse) {
	const { processItem, concurrency } = options;
	if (typeof processItem !== 'function') throw refuse('processItem', 'a function', processItem);
	if (options.process !== undefined) throw refuse('process', 'absent beside processItem', options.process);
	if (!isWhole(concurrency, 1)) throw refuse('concurrency', 'a positive whole number', concurrency);
	const run = (batch: In[], context: BatchContext): Out[] | PromiseLike<Out[]> => {
		const result = processItem(batch[0] as In, context);
		return isThenable<Out>(result) ? result.then(value => [value]) : [result];
	};
	return { run, minSize: 1, maxSize: 1, baseSize: undefined, maxConcurrency: concurrency, oneByOne: false };
}

function ofBatches<In, Out>(options: BatchOptions<In, Out>, refuse: Refuse) {
	const config = currentConfig();
	const { process, maxSize = config.maxBatchSize, baseSize, concurrency = 1, errorScope = 'batch' } = options;
	if (typeof process !== 'function') throw refuse('process', 'a function (or give processItem)', process);
	if (!isWhole(maxSize, 1)) throw refuse('maxSize', 'a positive whole number', maxSize);
	const most = options.maxSize === undefined ? `the configured maxBatchSize (${maxSize})` : `maxSize (${maxSize})`;
	if (baseSize !== undefined && (!isWhole(baseSize, 1) || baseSize > maxSize)) {
		throw refuse('baseSize', `a whole number from 1 to ${most}`, baseSize);
	}
	const minSize = options.minSize ?? Math.min(config.minBatchSize, baseSize ?? maxSize, maxSize);
	if (!isWhole(minSize, 1) || minSize > maxSize) {
		throw refuse('minSize', `a whole number from 1 to ${most}`, minSize);
	}
	if (baseSize !== undefined && baseSize < minSize) {
		throw refuse('baseSize', `at least minSize (${minSize})`, baseSize);
	}
	if (!isWhole(concurrency, 1)) throw refuse('concurrency', 'a positive whole number', concurrency);
	if (errorScope !== 'item' && errorScope !== 'batch') throw refuse('errorScope', '"item" or "batch"', errorScope);
	const run = (batch: In[], context: BatchContext) => process(batch, context);
	return { run, minSize, maxSize, baseSize, maxConcurrency: concurrency, oneByOne: errorScope === 'item' };
}

/** By what it can do: it may come from another copy of this library. */
const isPredictor = (value: unknown): boolean =>
	['estimate', 'predict', 'record', 'save'].every(
		name => typeof (value as Record<string, unknown> | null)?.[name] === 'function',
	);

const isWhole = (value: unknown, least: number): value is number =>
	Number.isSafeInteger(value) && Number(value) >= least;
