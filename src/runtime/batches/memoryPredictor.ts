import { formatBytes } from '../../protocol/units.ts';
import { collectFirst } from '../leaks/collectFirst.ts';
import { type PeakReading, withPeak } from '../leaks/peakMeter.ts';
import { checkOptionNames, type OptionNames } from '../optionNames.ts';
import { sharedHub } from '../reporter.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { shortName } from '../reporting/shortName.ts';
import { warn } from '../reporting/warnings.ts';
import { messageOf, runtimeErrors } from '../runtimeError.ts';
import { type InputUnit, isMeasure, type Learned, readLearned, writeLearned } from './predictorFile.ts';
import { type Point, predictAt } from './regression.ts';

export interface MemoryPredictorOptions {
	/** Where it keeps what it learned, a JSON file. Its folder must exist. */
	file: string;
	/** Operations kept, those recorded last; 100 when absent. */
	maxOperations?: number;
	/** Observations kept of one operation, the newest; 64 when absent. */
	maxObservations?: number;
	/** Collect before each `measure`, so that garbage of earlier work does not hide a part of the peak: true by default. */
	collect?: boolean;
}

/** How large an input is: by its bytes or by its items. The two are learned apart. */
export type OperationInput = { inputBytes: number; items?: never } | { items: number; inputBytes?: never };

export type OperationObservation = OperationInput & {
	operation: string;
	/** Highest memory while it ran, over that at its start. */
	peakBytes: number;
};

export interface MemoryPrediction {
	/** Absent without any observation. */
	bytes?: number;
	/** Interval that holds the next observation with 90 %; absent with fewer than three observations. */
	lowBytes?: number;
	highBytes?: number;
	/** `none`: nothing is known. `low`: fewer than three observations, far outside of what was seen, or a wide interval. */
	confidence: 'none' | 'low' | 'medium' | 'high';
	observations: number;
	/** The input is more than twice the largest or less than half the smallest that was seen. */
	extrapolated: boolean;
	/** One sentence. */
	detail: string;
}

/** Half of the interval as a share of the prediction, up to which it counts as sure. */
const SURE = { high: 0.25, medium: 1 };
const ENOUGH = 8;

/**
 * Learns from runs how much memory an operation takes for an input of a size, and predicts it before the next. What it learned lies in
 * a file, which it reads at first use and writes with `save()`. Several processes may share one file: each adds its new
 * observations to what it finds there; of two that save in the same moment, one can lose what it added. A file that is
 * broken or of another version is left out with a warning, and kept as `.bad` when a new one is written.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) for options that cannot be.
 *
 * @example
 * const predictor = new MemoryPredictor({ file: 'memory.json' });
 * const { highBytes } = predictor.predict('resize', { inputBytes: 40_000_000 });
 * const picture = await predictor.measure('resize', { inputBytes: 40_000_000 }, () => resize(input));
 */
export class MemoryPredictor {
	readonly #file: string;
	readonly #maxOperations: number;
	readonly #maxObservations: number;
	readonly #collect: boolean;
	#learned: Learned | undefined;
	/** Recorded since the last save. */
	#unsaved: OperationObservation[] = [];

	constructor(options: MemoryPredictorOptions) {
		if (typeof options !== 'object' || options === null) throw refuse('options', 'an object with a file', options);
		checkOptionNames('MemoryPredictor', options, NAMES);
		const { file, maxOperations = 100, maxObservations = 64, collect = true } = options;
		if (typeof file !== 'string' || file === '') throw refuse('file', 'the path of a file', file);
		if (!isCount(maxOperations)) throw refuse('maxOperations', 'a positive whole number', maxOperations);
		if (!isCount(maxObservations)) throw refuse('maxObservations', 'a positive whole number', maxObservations);
		if (typeof collect !== 'boolean') throw refuse('collect', 'true or false', collect);
		this.#file = file;
		this.#maxOperations = maxOperations;
		this.#maxObservations = maxObservations;
		this.#collect = collect;
	}

	/** Learns from one run. Throws `invalidOption` for figures that cannot be. */
	record(observation: OperationObservation): void {
		checkInput(observation?.operation, observation);
		if (!isMeasure(observation.peakBytes))
			throw refuse('peakBytes', 'a number of bytes from 0 on', observation.peakBytes);
		const own = { ...observation, operation: shortName(observation.operation) };
		this.#unsaved.push(own);
		const most = this.#maxOperations * this.#maxObservations;
		if (this.#unsaved.length > most) this.#unsaved.shift();
		this.#add(this.#known(), own);
	}

	/** What the operation will need at its peak, over what is in use when it starts; reported. Throws `invalidOption`. */
	predict(operation: string, input: OperationInput): MemoryPrediction {
		const prediction = this.estimate(operation, input);
		report(operation, input, prediction, { t: monotonicMs() });
		return prediction;
	}

	/** The same without a report, for who asks often. */
	estimate(operation: string, input: OperationInput): MemoryPrediction {
		checkInput(operation, input);
		const [unit, x] = sizeOfInput(input);
		return predictionFrom(this.#known().get(shortName(operation))?.[unit] ?? [], unit, x);
	}

	/**
	 * Runs `fn`, records its peak (heap and external memory of the process; what else runs meanwhile counts as well) and saves.
	 * Collects before, unless `collect` is false: some ms for each 10 MB of heap. Gives or throws what `fn` does; a run that failed is not learned from. A file that cannot be written is a warning.
	 */
	measure<T>(operation: string, input: OperationInput, fn: () => T): T {
		if (typeof fn !== 'function') throw refuse('fn', 'a function', fn);
		const prediction = this.estimate(operation, input);
		if (this.#collect) collectFirst();
		const t = monotonicMs();
		return withPeak(fn, (peak, failed) => {
			report(operation, input, prediction, { t, end: monotonicMs(), peak, failed });
			if (!failed) this.#learn({ ...input, operation, peakBytes: Math.max(0, peak.overStartBytes) });
		});
	}

	/** Writes what is new, together with what other processes wrote meanwhile. Throws `fileUnwritable`. */
	save(): void {
		if (this.#unsaved.length === 0) return;
		const { learned, bad } = readLearned(this.#file, this.#learned ? () => {} : warn);
		for (const observation of this.#unsaved) this.#add(learned, observation);
		writeLearned(this.#file, learned, bad);
		this.#learned = learned;
		this.#unsaved = [];
	}

	/** Saves. */
	[Symbol.dispose](): void {
		this.save();
	}

	#learn(observation: OperationObservation): void {
		try {
			this.record(observation);
			this.save();
		} catch (error) {
			warn(messageOf(error), error);
		}
	}

	#known(): Learned {
		this.#learned ??= readLearned(this.#file, warn).learned;
		return this.#learned;
	}

	#add(learned: Learned, observation: OperationObservation): void {
		const { operation, peakBytes } = observation;
		const [unit, x] = sizeOfInput(observation);
		const units = learned.get(operation) ?? { bytes: [], items: [] };
		units[unit] = [...units[unit], [x, peakBytes] satisfies Point].slice(-this.#maxObservations);
		// In the order of their last observation, so that the first is the one to forget.
		learned.delete(operation);
		learned.set(operation, units);
		for (const oldest of learned.keys()) {
			if (learned.size <= this.#maxOperations) break;
			learned.delete(oldest);
		}
	}
}

function predictionFrom(points: readonly Point[], unit: InputUnit, x: number): MemoryPrediction {
	const observations = points.length;
	const line = predictAt(points, x);
	if (!line) {
		const detail = observations === 0 ? 'Nothing was observed yet.' : 'Only empty inputs were observed.';
		return { confidence: 'none', observations, extrapolated: false, detail };
	}
	const seen = points.map(([px]) => px);
	const [least, most] = [Math.min(...seen), Math.max(...seen)];
	const extrapolated = x > 2 * most || x < least / 2;
	const bytes = Math.max(0, line.value);
	const [low, high] = [line.low && Math.max(0, line.low), line.high && Math.max(0, line.high)];
	const share = high === undefined ? undefined : (high - line.value) / Math.max(bytes, 1);
	const confidence =
		share === undefined || extrapolated || share > SURE.medium
			? 'low'
			: share <= SURE.high && observations >= ENOUGH
				? 'high'
				: 'medium';
	const sizes = unit === 'bytes' ? `${formatBytes(least)} to ${formatBytes(most)}` : `${least} to ${most} items`;
	const interval =
		low === undefined || high === undefined
			? 'too few for an interval'
			: `90 % interval ${formatBytes(low)} to ${formatBytes(high)}`;
	const far = extrapolated ? '; far outside of what was seen' : '';
	return {
		bytes,
		...(low !== undefined && high !== undefined && { lowBytes: low, highBytes: high }),
		confidence,
		observations,
		extrapolated,
		detail: `From ${observations} observation${observations === 1 ? '' : 's'} of ${sizes}, ${interval}${far}.`,
	};
}

interface Outcome {
	t: number;
	end?: number;
	peak?: PeakReading;
	failed?: boolean;
}

function report(operation: string, input: OperationInput, prediction: MemoryPrediction, outcome: Outcome): void {
	const hub = sharedHub();
	if (!hub.recording) return;
	const { bytes, lowBytes, highBytes, observations, detail } = prediction;
	const { t, end, peak, failed } = outcome;
	const { inputBytes } = input;
	const peakBytes = peak && Math.max(0, peak.overStartBytes);
	hub.report({
		type: 'operation',
		t,
		...(end !== undefined && { end }),
		name: shortName(operation),
		kind: 'predicted',
		...(inputBytes !== undefined && { inputBytes }),
		...(peakBytes !== undefined && { peakBytes }),
		...(peakBytes !== undefined && inputBytes && { ratio: peakBytes / inputBytes }),
		...(bytes !== undefined && { predictedBytes: bytes }),
		...(lowBytes !== undefined && { lowBytes }),
		...(highBytes !== undefined && { highBytes }),
		observations,
		...(failed && { failed }),
		detail,
	});
}

function sizeOfInput({ inputBytes, items }: OperationInput): [InputUnit, number] {
	return inputBytes === undefined ? ['items', items ?? 0] : ['bytes', inputBytes];
}

function checkInput(operation: unknown, input: OperationInput): void {
	if (typeof operation !== 'string' || operation === '')
		throw refuse('operation', 'a text that is not empty', operation);
	if (typeof input !== 'object' || input === null) throw refuse('input', '{ inputBytes } or { items }', input);
	const { inputBytes, items } = input as { inputBytes?: unknown; items?: unknown };
	if ((inputBytes === undefined) === (items === undefined))
		throw runtimeErrors.notExactlyOne('MemoryPredictor', 'inputBytes', 'items', items !== undefined);
	if (inputBytes !== undefined && !isMeasure(inputBytes)) {
		throw refuse('inputBytes', 'a number of bytes from 0 on', inputBytes);
	}
	if (items !== undefined && !isMeasure(items)) throw refuse('items', 'a number from 0 on', items);
}

const NAMES: OptionNames<MemoryPredictorOptions> = {
	file: true,
	maxOperations: true,
	maxObservations: true,
	collect: true,
};

const refuse = (option: string, expected: string, value: unknown) =>
	runtimeErrors.invalidOption('MemoryPredictor', option, expected, value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;
