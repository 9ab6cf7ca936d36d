export interface JoinOptions {
	signal?: AbortSignal;
	timeoutMs?: number;
	timeoutError: (timeoutMs: number) => Error;
}

/** One caller in line. Settled once; what comes later is ignored. */
class Waiter<T> {
	readonly promise: Promise<T>;
	next: Waiter<T> = this;
	#previous: Waiter<T> = this;
	#resolve: (value: T) => void = () => {};
	#reject: (error: unknown) => void = () => {};
	/** Ends the clock and the signal; absent without both. */
	#release: (() => void) | undefined;

	constructor() {
		this.promise = new Promise((resolve, reject) => {
			this.#resolve = resolve;
			this.#reject = reject;
		});
	}

	/** `leave` is called when the caller gives up. */
	bound({ signal, timeoutMs, timeoutError }: JoinOptions, leave: () => void): void {
		if (!signal && timeoutMs === undefined) return;
		const giveUp = (error: unknown) => {
			leave();
			this.reject(error);
		};
		const abort = () => giveUp(signal?.reason);
		// Not unref'ed: who waits this long wants the answer, also when nothing else keeps the process.
		const timer = timeoutMs === undefined ? undefined : setTimeout(() => giveUp(timeoutError(timeoutMs)), timeoutMs);
		signal?.addEventListener('abort', abort);
		this.#release = () => {
			clearTimeout(timer);
			signal?.removeEventListener('abort', abort);
		};
	}

	insertBefore(other: Waiter<T>): void {
		this.next = other;
		this.#previous = other.#previous;
		this.#previous.next = this;
		other.#previous = this;
	}

	unlink(): void {
		this.#previous.next = this.next;
		this.next.#previous = this.#previous;
	}

	resolve(value: T): void {
		this.#release?.();
		this.#resolve(value);
	}

	reject(error: unknown): void {
		this.#release?.();
		this.#reject(error);
	}
}

/** Callers in line, first come first served; one that gives up leaves at once. */
export class WaitingQueue<T> {
	/** The ends of a ring: a set would walk over all who left since its last rehash to find the first. */
	readonly #ring = new Waiter<T>();
	readonly #onLength: (length: number) => void;
	#length = 0;

	constructor(onLength: (length: number) => void) {
		this.#onLength = onLength;
	}

	get length(): number {
		return this.#length;
	}

	join(options?: JoinOptions): Promise<T> {
		const waiter = new Waiter<T>();
		if (options) waiter.bound(options, () => this.#remove(waiter));
		waiter.insertBefore(this.#ring);
		this.#onLength(++this.#length);
		return waiter.promise;
	}

	/** Gives the first in line what it waits for; false when nobody waits. */
	serve(value: T): boolean {
		const first = this.#shift();
		first?.resolve(value);
		return first !== undefined;
	}

	/** The first in line gets an error; false when nobody waits. */
	fail(error: unknown): boolean {
		const first = this.#shift();
		first?.reject(error);
		return first !== undefined;
	}

	rejectAll(error: Error): void {
		while (this.fail(error));
	}

	#shift(): Waiter<T> | undefined {
		if (this.#length === 0) return undefined;
		const first = this.#ring.next;
		this.#remove(first);
		return first;
	}

	#remove(waiter: Waiter<T>): void {
		waiter.unlink();
		this.#onLength(--this.#length);
	}
}
