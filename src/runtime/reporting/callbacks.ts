import { warn } from './warnings.ts';

/** Callbacks of the user that are told in the background: one that throws, or rejects, is reported and does not stop the others. */
export class Callbacks<A extends readonly unknown[]> {
	readonly #what: string;
	readonly #callbacks = new Set<(...args: A) => unknown>();

	/** `what` names them in a warning: `callback for memory pressure`. */
	constructor(what: string) {
		this.#what = what;
	}

	/** The same function can be added twice. Gives what ends it. */
	add(callback: (...args: A) => unknown): () => void {
		const own = (...args: A) => callback(...args);
		this.#callbacks.add(own);
		return () => void this.#callbacks.delete(own);
	}

	/** Never throws. */
	tell(...args: A): void {
		for (const callback of [...this.#callbacks]) {
			try {
				const result = callback(...args);
				if (isThenable(result)) result.then(undefined, error => this.#failed(error));
			} catch (error) {
				this.#failed(error);
			}
		}
	}

	clear(): void {
		this.#callbacks.clear();
	}

	#failed(error: unknown): void {
		warn(`A ${this.#what} failed: ${error instanceof Error ? error.message : String(error)}`, error);
	}
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
	typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
