import { isThenable } from '../isThenable.ts';
import { batchErrors } from './batchErrors.ts';
import type { BatchContext, BatchSettings } from './batchOptions.ts';

/** What failed, by position in the input. */
export interface BatchFailure<In> {
	/** Position of the item, or of the first item of the batch, from 0. */
	index: number;
	/** Items that failed with it: 1, or a whole batch. */
	items: number;
	/** Where it is one item. */
	item?: In;
	cause: unknown;
}

/** A signal costs more than a small item, so it is made when somebody asks for it. */
class Context implements BatchContext {
	readonly index: number;
	readonly size: number;
	readonly attempt: 1 | 2;
	readonly reason: string;
	readonly #work: { signal(): AbortSignal };

	constructor(work: { signal(): AbortSignal }, index: number, size: number, attempt: 1 | 2, reason: string) {
		this.#work = work;
		this.index = index;
		this.size = size;
		this.attempt = attempt;
		this.reason = reason;
	}

	get signal(): AbortSignal {
		return this.#work.signal();
	}
}

/** Memory when a batch was begun, to tell its growth by. */
export interface Baseline {
	readonly bytes: number;
	/** Items in work by then, and items ever begun before it. */
	readonly runningItems: number;
	readonly begunItems: number;
}

/** One batch from its start until its results were delivered. */
export class BatchWork<In, Out> {
	readonly index: number;
	readonly size: number;
	/** Declared; 0 where nobody declares. */
	readonly bytes: number;
	readonly baseline: Baseline | undefined;
	readonly failures: BatchFailure<In>[] = [];
	/** Of the items that did not fail, in order. */
	results: readonly Out[] = [];
	done = false;
	#items: In[];
	#aborted: { reason: unknown } | undefined;
	#controller: AbortController | undefined;

	constructor(items: In[], index: number, bytes: number, baseline?: Baseline) {
		this.#items = items;
		this.index = index;
		this.size = items.length;
		this.bytes = bytes;
		this.baseline = baseline;
	}

	/** An item that failed before it was processed. */
	static refused<In, Out>(item: In, index: number, cause: unknown): BatchWork<In, Out> {
		const work = new BatchWork<In, Out>([item], index, 0);
		work.failures.push({ index, items: 1, item, cause });
		work.done = true;
		return work;
	}

	start(settings: BatchSettings<In, Out>, reason: string, onDone: () => void): void {
		const finish = () => {
			this.done = true;
			this.#items = [];
			onDone();
		};
		const settle = (results: readonly Out[]) => {
			try {
				if (isResults(results, this.size)) this.results = results;
				else this.#failAll(batchErrors.wrongResults(settings.name, this.size, results));
			} catch (error) {
				this.#failAll(error);
			}
			finish();
		};
		const fail = (cause: unknown) => {
			if (settings.oneByOne && this.size > 1 && !this.#aborted) {
				// It catches what its items throw.
				this.#oneByOne(settings, reason).then(finish, error => {
					this.#failAll(error);
					finish();
				});
				return;
			}
			this.#failAll(cause);
			finish();
		};
		let results: readonly Out[] | Promise<readonly Out[]>;
		try {
			const items = settings.oneByOne ? [...this.#items] : this.#items;
			const given = settings.run(items, new Context(this, this.index, this.size, 1, reason));
			// What only looks like a promise may answer twice, or throw.
			results = isThenable<readonly Out[]>(given) ? Promise.resolve(given) : given;
		} catch (error) {
			fail(error);
			return;
		}
		if (results instanceof Promise) results.then(settle, fail);
		else settle(results);
	}

	/** Tells the function that processes it, if that listens. */
	abort(reason: unknown): void {
		if (this.#aborted || this.done) return;
		this.#aborted = { reason };
		this.#controller?.abort(reason);
	}

	signal(): AbortSignal {
		if (!this.#controller) {
			this.#controller = new AbortController();
			if (this.#aborted) this.#controller.abort(this.#aborted.reason);
		}
		return this.#controller.signal;
	}

	/** Delivered: nothing is held any longer. */
	release(): void {
		this.results = [];
	}

	async #oneByOne(settings: BatchSettings<In, Out>, reason: string): Promise<void> {
		const results: Out[] = [];
		this.results = results;
		for (const [offset, item] of this.#items.entries()) {
			if (this.#aborted) return;
			const index = this.index + offset;
			try {
				const given = await settings.run([item], new Context(this, index, 1, 2, reason));
				if (!isResults(given, 1)) throw batchErrors.wrongResults(settings.name, 1, given);
				results.push(given[0] as Out);
			} catch (cause) {
				this.failures.push({ index, items: 1, item, cause });
				if (settings.onError === 'stop') return;
			}
		}
	}

	#failAll(cause: unknown): void {
		const [item] = this.#items;
		const { index, size } = this;
		this.failures.push({ index, items: size, ...(size === 1 && { item: item as In }), cause });
	}
}

/** Promises in an array are a forgotten `Promise.all`: nobody waits for them, and nobody would hear of their failure. */
function isResults<Out>(results: readonly Out[], size: number): boolean {
	if (!Array.isArray(results) || results.length !== size) return false;
	if (!results.some(isThenable)) return true;
	void Promise.allSettled(results);
	return false;
}
