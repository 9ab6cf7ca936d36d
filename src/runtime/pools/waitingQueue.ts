export interface JoinOptions {
	signal?: AbortSignal;
	timeoutMs?: number;
	timeoutError?: () => Error;
}

/** One caller in line. `resolve` is false when it has given up. */
export interface Waiter<T> {
	resolve(value: T): boolean;
	reject(error: unknown): void;
}

/** Callers in line, first come first served; one that gives up leaves at once. */
export class WaitingQueue<T> {
	readonly #waiters = new Set<Waiter<T>>();
	readonly #onLength: (length: number) => void;

	constructor(onLength: (length: number) => void) {
		this.#onLength = onLength;
	}

	get length(): number {
		return this.#waiters.size;
	}

	join({ signal, timeoutMs, timeoutError }: JoinOptions): Promise<T> {
		return new Promise((resolve, reject) => {
			let done = false;
			const settle = (): boolean => {
				if (done) return false;
				done = true;
				clearTimeout(timer);
				signal?.removeEventListener('abort', abort);
				this.#remove(waiter);
				return true;
			};
			const waiter: Waiter<T> = {
				resolve: value => {
					if (!settle()) return false;
					resolve(value);
					return true;
				},
				reject: error => {
					if (settle()) reject(error);
				},
			};
			const abort = () => waiter.reject(signal?.reason);
			const timer = timeoutMs === undefined ? undefined : setTimeout(() => waiter.reject(timeoutError?.()), timeoutMs);
			signal?.addEventListener('abort', abort);
			this.#waiters.add(waiter);
			this.#onLength(this.length);
		});
	}

	/** Takes the first out of the line; it can still give up. */
	shift(): Waiter<T> | undefined {
		const [first] = this.#waiters;
		if (first) this.#remove(first);
		return first;
	}

	serve(value: T): void {
		this.shift()?.resolve(value);
	}

	rejectAll(error: Error): void {
		for (const waiter of [...this.#waiters]) waiter.reject(error);
	}

	#remove(waiter: Waiter<T>): void {
		if (this.#waiters.delete(waiter)) this.#onLength(this.length);
	}
}
