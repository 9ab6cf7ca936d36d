import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { GcStrategy } from '../../protocol/runtimeEntries.ts';
import { formatBytes } from '../../protocol/units.ts';
import { currentConfig } from '../config.ts';
import { sharedHub } from '../reporter.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { shortName } from '../reporting/shortName.ts';
import { MemoryManagerError, runtimeErrors } from '../runtimeError.ts';
import { availableMemory } from './availableMemory.ts';
import { collectFirst } from './collectFirst.ts';
import { type PeakReading, withPeak } from './peakMeter.ts';
import { followStrategy } from './strategyInForce.ts';

export interface EfficientExecutorOptions {
	/** Bytes that an operation may take; by default the least of what the machine, the container, the configured limit and V8's heap leave. */
	available?: () => number;
	/** Whether the heap's limit counts: true by default. An operation that keeps its data in Buffers may say false. */
	heap?: boolean;
	/** Whether the collector follows the strategy while the operation runs (`memoryManager.gc`): true by default. */
	collector?: boolean;
}

export type ExecutionInput = {
	name: string;
	/** Handed to the operation; aborted before it began, the operation does not run. */
	signal?: AbortSignal;
} & ({ inputBytes: number; path?: undefined } | { path: string; inputBytes?: undefined });

export interface ExecutionContext {
	strategy: GcStrategy;
	/** Bytes to work on at a time: all of them when memory is plenty, little when it is short. */
	chunkBytes: number;
	inputBytes: number;
	signal: AbortSignal | undefined;
}

export type Operation<T> = (context: ExecutionContext) => T | Promise<T>;
/** An operation for each strategy; where one is missing the next more careful one runs, else the next one that there is. */
export type Operations<T> = Partial<Record<GcStrategy, Operation<T>>>;

export interface ExecutionMetrics {
	strategy: GcStrategy;
	inputBytes: number;
	/** Absent where nothing about it is known. */
	availableBytes?: number;
	/** Highest heap used plus external memory of the process meanwhile, above that at the start; see `PeakReading.peakBytes`. */
	peakBytes: number;
	/** `peakBytes` as a multiple of `inputBytes`; absent for an empty input. */
	ratio?: number;
	ms: number;
	/** One sentence: why this strategy. */
	reason: string;
}

/** What was decided before the operation runs. */
export interface StrategyChoice {
	strategy: GcStrategy;
	availableBytes?: number;
	reason: string;
}

/** Memory that must be left, as a multiple of the input. */
const PLENTY = 3;
const ENOUGH = 1;
const LEAST_CHUNK_BYTES = 64 * 1024;
/** Of what is left, a chunk takes a sixteenth at most: it is decoded, transformed and written as well. */
const CHUNK_PARTS = 16;

const FALLBACKS: Readonly<Record<GcStrategy, readonly GcStrategy[]>> = {
	aggressive: ['aggressive', 'balanced', 'conservative'],
	balanced: ['balanced', 'conservative', 'aggressive'],
	conservative: ['conservative', 'balanced', 'aggressive'],
};

/**
 * Runs operations in the way that the memory left allows: `aggressive` (all at once) where there is more than three times the
 * input, `balanced` from one to three times, `conservative` (streaming) below. Throws a `MemoryManagerError` (`invalidOption`)
 * for wrong options.
 *
 * @example
 * const executor = new EfficientExecutor();
 * const { result, metrics } = await executor.execute({ name: 'count', path }, {
 * 	aggressive: async () => countIn(await readFile(path)),
 * 	conservative: ({ chunkBytes }) => countStreaming(path, chunkBytes),
 * });
 */
export class EfficientExecutor {
	readonly #available: (() => number) | undefined;
	readonly #heap: boolean;
	readonly #collector: boolean;

	constructor(options: EfficientExecutorOptions = {}) {
		if (typeof options !== 'object' || options === null) throw invalid('options', 'an object', options);
		const { available, heap = true, collector = true } = options;
		if (available !== undefined && typeof available !== 'function') throw invalid('available', 'a function', available);
		if (typeof heap !== 'boolean') throw invalid('heap', 'true or false', heap);
		if (typeof collector !== 'boolean') throw invalid('collector', 'true or false', collector);
		this.#available = available;
		this.#heap = heap;
		this.#collector = collector;
	}

	/** What an input of this size would be met with now. Throws `invalidOption` for something that is no size. */
	strategyFor(inputBytes: number): StrategyChoice {
		if (!(inputBytes >= 0 && Number.isFinite(inputBytes))) {
			throw invalid('inputBytes', 'a number of bytes from 0 on', inputBytes);
		}
		const left = this.#left();
		if (!left) return { strategy: 'balanced', reason: 'How much memory is left is not known here.' };
		const { bytes, limit } = left;
		const strategy =
			bytes > PLENTY * inputBytes ? 'aggressive' : bytes >= ENOUGH * inputBytes ? 'balanced' : 'conservative';
		const times = inputBytes > 0 ? ` (${(bytes / inputBytes).toFixed(1)} times as much)` : '';
		const reason = `${formatBytes(bytes)} are left${limit} for an input of ${formatBytes(inputBytes)}${times}.`;
		return { strategy, availableBytes: bytes, reason };
	}

	/**
	 * Runs the operation with the strategy of the moment, one function for all or one for each. What it throws is thrown. Rejects with
	 * `invalidOption` for a wrong input, `fileUnreadable` when `path` is no file whose size can be read, and the signal's reason.
	 */
	async execute<T>(
		input: ExecutionInput,
		operation: Operation<T> | Operations<T>,
	): Promise<{ result: T; metrics: ExecutionMetrics }> {
		const { name, signal } = checked(input);
		const pick = picker(operation);
		const inputBytes = input.path === undefined ? input.inputBytes : await sizeOfFile(input.path);
		const choice = this.strategyFor(inputBytes);
		signal?.throwIfAborted();
		const { run, detail } = pick(choice.strategy);
		const context = { strategy: choice.strategy, chunkBytes: chunkFor(choice, inputBytes), inputBytes, signal };
		if (choice.strategy === 'conservative') collectFirst();
		const unfollow = this.#collector ? followStrategy(choice.strategy) : () => {};
		const t = monotonicMs();
		const measured: { metrics?: ExecutionMetrics } = {};
		try {
			const result = await withPeak(
				() => run(context),
				(peak, failed) => {
					measured.metrics = metricsOf(
						{ ...choice, reason: choice.reason + detail },
						inputBytes,
						peak,
						monotonicMs() - t,
					);
					report(shortName(name), measured.metrics, t, failed);
				},
			);
			return { result, metrics: measured.metrics as ExecutionMetrics };
		} finally {
			unfollow();
		}
	}

	#left(): { bytes: number; limit: string } | undefined {
		if (!this.#available) {
			const left = availableMemory(this.#heap);
			return left && { bytes: left.bytes, limit: ` (${left.limitedBy})` };
		}
		const bytes = this.#available();
		if (!(Number.isFinite(bytes) && bytes >= 0)) {
			throw invalid('available', 'a function that gives a number of bytes from 0 on', bytes);
		}
		return { bytes, limit: '' };
	}
}

function picker<T>(operation: Operation<T> | Operations<T>) {
	if (typeof operation === 'function') return () => ({ run: operation, detail: '' });
	const operations: Operations<T> = { ...operation };
	for (const strategy of FALLBACKS.aggressive) {
		const each: unknown = operations[strategy];
		if (each !== undefined && typeof each !== 'function') throw invalid(strategy, 'a function', each);
	}
	return (strategy: GcStrategy) => {
		for (const other of FALLBACKS[strategy]) {
			const run = operations[other];
			if (run) return { run, detail: other === strategy ? '' : ` There is no ${strategy} way: the ${other} one ran.` };
		}
		throw invalid('operation', 'a function, or one for at least one strategy', operation);
	};
}

function checked(input: ExecutionInput): ExecutionInput {
	if (typeof input !== 'object' || input === null) throw invalid('input', 'an object with a name', input);
	const { name, path, inputBytes, signal } = input;
	if (typeof name !== 'string' || name === '') throw invalid('name', 'a text that is not empty', name);
	if (path !== undefined && typeof path !== 'string') throw invalid('path', 'the path of a file', path);
	if (path === undefined && typeof inputBytes !== 'number') {
		throw invalid('inputBytes', 'a number of bytes from 0 on, or "path" be given', inputBytes);
	}
	if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalid('signal', 'an AbortSignal', signal);
	return input;
}

async function sizeOfFile(path: string): Promise<number> {
	let stats: Stats;
	try {
		stats = await stat(path);
	} catch (cause) {
		throw new MemoryManagerError('fileUnreadable', `The size of the file ${path} cannot be read.`, { cause });
	}
	// The system tells some size of those too, but not of what comes out of them.
	if (!stats.isFile()) {
		const message = `${path} is no regular file, so nobody knows how much is in it. Give "inputBytes" instead of "path".`;
		throw new MemoryManagerError('fileUnreadable', message);
	}
	return stats.size;
}

function chunkFor({ strategy, availableBytes }: StrategyChoice, inputBytes: number): number {
	const { chunkBytes } = currentConfig();
	if (strategy === 'aggressive') return Math.max(chunkBytes, inputBytes);
	if (strategy === 'balanced' || availableBytes === undefined) return chunkBytes;
	return Math.max(LEAST_CHUNK_BYTES, Math.min(chunkBytes, Math.floor(availableBytes / CHUNK_PARTS)));
}

function metricsOf(
	choice: StrategyChoice,
	inputBytes: number,
	{ overStartBytes }: PeakReading,
	ms: number,
): ExecutionMetrics {
	const ratio = inputBytes > 0 ? { ratio: overStartBytes / inputBytes } : {};
	return { ...choice, inputBytes, peakBytes: overStartBytes, ...ratio, ms };
}

function report(name: string, metrics: ExecutionMetrics, t: number, failed: boolean): void {
	const hub = sharedHub();
	if (!hub.recording) return;
	const { strategy, inputBytes, peakBytes, ratio, ms, reason } = metrics;
	const figures = { inputBytes, peakBytes, ...(ratio !== undefined && { ratio }) };
	const detail = { detail: reason, ...(failed && { failed }) };
	hub.report({ type: 'operation', t, end: t + ms, name, kind: 'executed', strategy, ...figures, ...detail });
}

const invalid = (option: string, expected: string, value: unknown) =>
	runtimeErrors.invalidOption('EfficientExecutor', option, expected, value);
