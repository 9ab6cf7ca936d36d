import { checkOptionNames, type OptionNames } from '../optionNames.ts';
import { callSafely } from '../reporting/callSafely.ts';
import { warn } from '../reporting/warnings.ts';
import { messageOf, runtimeErrors } from '../runtimeError.ts';
import { batchErrors } from './batchErrors.ts';
import { BatchIntake } from './batchIntake.ts';
import type { BatchLane } from './batchLane.ts';
import type { BatchProgress, BatchRunOptions } from './batchOptions.ts';
import { type Baseline, type BatchFailure, BatchWork } from './batchWork.ts';
import { EventLoopTurns } from './eventLoopTurns.ts';
import { checkInput, type Input, lengthOf } from './itemSource.ts';

/**
 * One input on its way through a `BatchProcessor`: an async iterable of the results, in the order of the input. Nothing happens
 * before the first result is asked for, and what was not asked for is not pulled. Can be read once: to
 * iterate over it again throws `invalidInput`.
 *
 * Ends with the error of a failed batch (`onError: 'stop'`), with what the input throws (after the results of what came before), or with
 * the reason of the signal. Before it ends in any of these ways, or because its reader leaves the loop, it aborts the batches in work, waits
 * until they have settled and closes the input.
 */
export class BatchRun<In, Out> implements AsyncIterableIterator<Out> {
	readonly #lane: BatchLane<In, Out>;
	readonly #options: BatchRunOptions;
	readonly #totalItems: number | undefined;
	/** The results of one batch after the other. */
	readonly #outputs: AsyncGenerator<readonly Out[], undefined>;
	/** Of the batch that is being read, and how many of them were. */
	#ready: readonly Out[] = [];
	#read = 0;
	/** Callers of `next` in line for the next batch. */
	#inLine = 0;
	#line: Promise<unknown> = Promise.resolve();
	readonly #errors: BatchFailure<In>[] = [];
	readonly #turns = new EventLoopTurns();
	/** Begun and not delivered, in order. */
	readonly #slots: BatchWork<In, Out>[] = [];
	#slotBytes = 0;
	#intake: BatchIntake<In> | undefined;
	/** Memory before the batch that is being filled. */
	#baseline: Baseline | undefined;
	#items = 0;
	#batches = 0;
	#failedItems = 0;
	#bytes = 0;
	#ending: { reason: unknown } | undefined;
	#left = false;
	/** Read to its end, failed or left: nothing comes any more. */
	#over = false;
	/** By `toArray`. */
	#taken = false;
	#wake: (() => void) | undefined;

	/** Made by `BatchProcessor.process`. */
	constructor(lane: BatchLane<In, Out>, input: Input<In>, options: BatchRunOptions) {
		const { name } = lane.settings;
		checkInput(name, input);
		checkRunOptions(name, options);
		this.#lane = lane;
		this.#options = { ...options };
		this.#totalItems = options.totalItems ?? lengthOf(input);
		this.#outputs = this.#deliver(input);
	}

	/** With `onError: 'collect'` what failed, the first `maxErrors` of them; `failedItems` counts all. */
	get errors(): readonly BatchFailure<In>[] {
		return this.#errors;
	}

	/** Items without a result, also those that were skipped. */
	get failedItems(): number {
		return this.#failedItems;
	}

	progress(): BatchProgress {
		const { settings, sizer } = this.#lane;
		return {
			items: this.#items,
			...(this.#totalItems !== undefined && { totalItems: this.#totalItems }),
			batches: this.#batches,
			failedItems: this.#failedItems,
			...(settings.bytesOf && { bytes: this.#bytes }),
			size: sizer.size,
			concurrency: sizer.concurrency,
		};
	}

	/** All results. Holds them in memory: for inputs that are known to be small. Rejects with `invalidInput` when asked again. */
	async toArray(): Promise<Out[]> {
		const results: Out[] = [];
		const run = this[Symbol.asyncIterator]();
		this.#taken = true;
		for (let next = await run.next(); !next.done; next = await run.next()) results.push(next.value);
		return results;
	}

	next(): Promise<IteratorResult<Out, undefined>> {
		if (this.#inLine === 0 && this.#hasReady()) return Promise.resolve(this.#take());
		this.#inLine++;
		const result = this.#line.then(() => this.#advance());
		const leave = () => {
			this.#inLine--;
		};
		this.#line = result.then(leave, leave);
		return result;
	}

	/** Leaves the run: aborts what is in work, waits for it and closes the input. Also ends a `next()` that waits. */
	return(): Promise<IteratorResult<Out, undefined>> {
		this.#left = true;
		this.#over = true;
		this.#intake?.stop();
		for (const work of this.#slots) work.abort(undefined);
		this.#wake?.();
		return this.#outputs.return(undefined) as Promise<IteratorReturnResult<undefined>>;
	}

	/** Throws `invalidInput` where the run was read before. A reader that has begun may go on: it is this object as well. */
	[Symbol.asyncIterator](): this {
		if (this.#over || this.#taken) throw batchErrors.alreadyRead(this.#lane.settings.name);
		return this;
	}

	/** Ends the run with `reason`, as its signal does. */
	abort(reason: unknown): void {
		if (this.#ending) return;
		this.#ending = { reason };
		this.#intake?.stop();
		for (const work of this.#slots) work.abort(reason);
		this.#wake?.();
	}

	#hasReady(): boolean {
		return this.#read < this.#ready.length && !this.#ending && !this.#left;
	}

	#take(): IteratorResult<Out, undefined> {
		return { done: false, value: this.#ready[this.#read++] as Out };
	}

	async #advance(): Promise<IteratorResult<Out, undefined>> {
		while (!this.#hasReady()) {
			this.#ready = [];
			this.#read = 0;
			// It takes the last batch for delivered, or ends.
			const { done, value } = await this.#nextOutput();
			if (done) return { done, value: undefined };
			this.#ready = value;
		}
		return this.#take();
	}

	async #nextOutput(): Promise<IteratorResult<readonly Out[], undefined>> {
		try {
			const output = await this.#outputs.next();
			this.#over ||= output.done === true;
			return output;
		} catch (error) {
			this.#over = true;
			throw error;
		}
	}

	async *#deliver(input: Input<In>): AsyncGenerator<readonly Out[], undefined> {
		this.#throwIfEnding();
		this.#lane.throwIfEnded();
		const { signal } = this.#options;
		signal?.throwIfAborted();
		const onAbort = () => this.abort(signal?.reason);
		const intake = this.#intakeOf(input);
		this.#intake = intake;
		const leave = this.#lane.enter(this, this.#totalItems);
		signal?.addEventListener('abort', onAbort, { once: true });
		let failure: { error: unknown } | undefined;
		try {
			for (;;) {
				this.#throwIfEnding();
				if (this.#left) return undefined;
				intake.fill();
				const [head] = this.#slots;
				if (head?.done) {
					if (head.results.length > 0) yield head.results;
					this.#throwIfEnding();
					this.#delivered(head);
					await this.#turns.due();
				} else if (head || !intake.ended) await this.#woken();
				else break;
			}
			if (intake.failure) throw intake.failure.error;
		} catch (error) {
			failure = { error };
			throw error;
		} finally {
			signal?.removeEventListener('abort', onAbort);
			try {
				await this.#close(intake, failure);
			} finally {
				leave();
			}
		}
		return undefined;
	}

	#intakeOf(input: Input<In>): BatchIntake<In> {
		const { settings, sizer } = this.#lane;
		const intake: BatchIntake<In> = new BatchIntake<In>(
			{
				settings,
				sizer,
				slots: () => this.#slots.length,
				slotBytes: () => this.#slotBytes,
				prepare: () => {
					this.#baseline ??= this.#lane.prepare();
				},
				begin: (items, index, bytes) => {
					const work = new BatchWork<In, Out>(items, index, bytes, this.#baseline);
					this.#baseline = undefined;
					this.#add(work);
					this.#lane.start(work, () => this.#settled(work, intake));
				},
				refuse: (item, index, error) => {
					const work = BatchWork.refused<In, Out>(item, index, error);
					this.#add(work);
					this.#settled(work, intake);
				},
				wake: () => this.#wake?.(),
			},
			input,
		);
		return intake;
	}

	#add(work: BatchWork<In, Out>): void {
		this.#slots.push(work);
		this.#slotBytes += work.bytes;
		this.#lane.added(work);
	}

	#settled(work: BatchWork<In, Out>, intake: BatchIntake<In>): void {
		const [failed] = work.failures;
		if (failed && this.#lane.settings.onError === 'stop') {
			intake.stop();
			for (const later of this.#slots.slice(this.#slots.indexOf(work) + 1)) later.abort(failed.cause);
		}
		this.#wake?.();
	}

	/** Throws where the batch ends the run. */
	#delivered(work: BatchWork<In, Out>): void {
		this.#slots.shift();
		this.#slotBytes -= work.bytes;
		if (this.#slots.length === 0) this.#slotBytes = 0;
		this.#items += work.size;
		this.#bytes += work.bytes;
		this.#batches++;
		const { onError, maxErrors } = this.#lane.settings;
		for (const failed of work.failures) {
			this.#failedItems += failed.items;
			if (onError === 'collect' && this.#errors.length < maxErrors) this.#errors.push(failed);
		}
		work.release();
		this.#lane.delivered(work);
		this.#tellProgress();
		const [failed] = work.failures;
		if (failed && onError === 'stop') throw failed.cause;
	}

	#tellProgress(): void {
		const { onProgress } = this.#options;
		if (!onProgress) return;
		callSafely(
			() => onProgress(this.progress()),
			error => warn(`Batches "${this.#lane.settings.name}": onProgress failed: ${messageOf(error)}`, error),
		);
	}

	async #close(intake: BatchIntake<In>, failure: { error: unknown } | undefined): Promise<void> {
		intake.stop();
		for (const work of this.#slots) work.abort(failure?.error);
		while (this.#slots.some(work => !work.done)) await this.#woken();
		for (const work of this.#slots.splice(0)) this.#lane.dropped(work);
		try {
			await intake.close();
		} catch (error) {
			if (!failure) throw error;
			warn(`Batches "${this.#lane.settings.name}": the input failed to close: ${messageOf(error)}`, error);
		}
	}

	#throwIfEnding(): void {
		if (this.#ending) throw this.#ending.reason;
	}

	#woken(): Promise<void> {
		return new Promise(resolve => {
			this.#wake = () => {
				this.#wake = undefined;
				resolve();
			};
		});
	}
}

const NAMES: OptionNames<BatchRunOptions> = { signal: true, onProgress: true, totalItems: true };

function checkRunOptions(name: string, options: BatchRunOptions): void {
	const owner = `Batches "${name.slice(0, 80)}"`;
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption(owner, 'options', 'an object such as { signal }', options);
	}
	checkOptionNames(owner, options, NAMES);
	const { signal, onProgress, totalItems } = options;
	if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
		throw runtimeErrors.invalidOption(owner, 'signal', 'an AbortSignal', signal);
	}
	if (onProgress !== undefined && typeof onProgress !== 'function') {
		throw runtimeErrors.invalidOption(owner, 'onProgress', 'a function', onProgress);
	}
	if (totalItems !== undefined && !(Number.isSafeInteger(totalItems) && totalItems >= 0)) {
		throw runtimeErrors.invalidOption(owner, 'totalItems', 'a whole number from 0 on', totalItems);
	}
}
