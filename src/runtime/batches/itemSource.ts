import { isThenable } from '../isThenable.ts';
import { batchErrors } from './batchErrors.ts';

export type Input<In> = Iterable<In> | AsyncIterable<In>;
type AnyIterator<In> = Iterator<In> | AsyncIterator<In>;

/** `item`: one is held. `waiting`: it was asked for and comes later. */
type SourceState = 'item' | 'waiting' | 'ended' | 'failed';

/**
 * The input, one item at a time: holds at most one that nobody has taken, and asks for the next only when there is none. What a
 * synchronous input gives is there at once; `onArrival` is called for what comes later.
 */
export class ItemSource<In> {
	readonly #iterator: AnyIterator<In>;
	readonly #onArrival: () => void;
	#state: SourceState | undefined;
	#held: In | undefined;
	/** Position of the held item. */
	#index = -1;
	#error: unknown;

	constructor(input: Input<In>, onArrival: () => void) {
		this.#iterator = iteratorOf(input);
		this.#onArrival = onArrival;
	}

	get index(): number {
		return this.#index;
	}
	/** What the input threw; it is at its end then. */
	get failure(): { error: unknown } | undefined {
		return this.#state === 'failed' ? { error: this.#error } : undefined;
	}
	/** The item that is held; stays until `drop`. */
	get held(): In {
		return this.#held as In;
	}

	/** Asks for the next item unless one is held or on its way. */
	pull(): SourceState {
		if (this.#state === undefined) {
			try {
				const next = this.#iterator.next();
				if (!isThenable<IteratorResult<In>>(next)) this.#arrive(next);
				else this.#await(next);
			} catch (error) {
				this.#fail(error);
			}
		}
		return this.#state ?? 'waiting';
	}

	/** The held item was taken. */
	drop(): void {
		this.#held = undefined;
		this.#state = undefined;
	}

	/** Tells an input that is not at its end that nothing more is asked of it. Waits for it, unless it still owes an item and may never answer. */
	async close(): Promise<void> {
		const owing = this.#state === 'waiting';
		if (this.#state === 'ended' || this.#state === 'failed') return;
		this.#state = 'ended';
		this.#held = undefined;
		const closing = this.#iterator.return?.();
		if (!isThenable(closing)) return;
		if (!owing) await closing;
		// Whoever still waits for it has gone, and so has everybody who could be told of its failure.
		else closing.then(undefined, () => {});
	}

	#await(next: PromiseLike<IteratorResult<In>>): void {
		this.#state = 'waiting';
		next.then(
			result => {
				if (this.#state !== 'waiting') return;
				try {
					this.#arrive(result);
				} catch (error) {
					this.#fail(error);
				}
				this.#onArrival();
			},
			error => {
				if (this.#state !== 'waiting') return;
				this.#fail(error);
				this.#onArrival();
			},
		);
	}

	#arrive(result: IteratorResult<In>): void {
		if (result.done) {
			this.#state = 'ended';
			return;
		}
		this.#held = result.value;
		this.#index++;
		this.#state = 'item';
	}

	#fail(error: unknown): void {
		this.#state = 'failed';
		this.#error = error;
	}
}

/** Throws `invalidInput` for what is not iterable. */
export function checkInput(name: string, input: unknown): void {
	const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = Object(input ?? {}) as Record<symbol, unknown>;
	if (typeof later !== 'function' && typeof now !== 'function') throw batchErrors.notIterable(name, input);
}

function iteratorOf<In>(input: Input<In>): AnyIterator<In> {
	return Symbol.asyncIterator in Object(input)
		? (input as AsyncIterable<In>)[Symbol.asyncIterator]()
		: (input as Iterable<In>)[Symbol.iterator]();
}

/** How many items an input has, where it says so. */
export function lengthOf(input: unknown): number | undefined {
	if (Array.isArray(input) || ArrayBuffer.isView(input)) return (input as { length?: number }).length;
	if (input instanceof Set || input instanceof Map) return input.size;
	return undefined;
}
