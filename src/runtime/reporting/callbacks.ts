import { messageOf, runtimeErrors } from '../runtimeError.ts';
import { callSafely } from './callSafely.ts';
import { warn } from './warnings.ts';

/** Callbacks of the user that are told in the background: one that throws, or rejects, is reported and does not stop the others. */
export class Callbacks<A extends readonly unknown[]> {
	readonly #what: string;
	readonly #callbacks = new Set<(...args: A) => unknown>();

	/** `what` names them in a warning: `callback for memory pressure`. */
	constructor(what: string) {
		this.#what = what;
	}

	/** Told `when` that holds. The same function can be added twice. Gives what ends it. Throws `invalidOption` for what cannot be called. */
	add(callback: (...args: A) => unknown, when: (...args: A) => boolean = () => true): () => void {
		if (typeof callback !== 'function') {
			throw runtimeErrors.invalidOption(`A ${this.#what}`, 'listener', 'a function', callback);
		}
		const own = (...args: A) => (when(...args) ? callback(...args) : undefined);
		this.#callbacks.add(own);
		return () => void this.#callbacks.delete(own);
	}

	/** Never throws. */
	tell(...args: A): void {
		for (const callback of [...this.#callbacks]) {
			callSafely(
				() => callback(...args),
				error => this.#failed(error),
			);
		}
	}

	clear(): void {
		this.#callbacks.clear();
	}

	#failed(error: unknown): void {
		warn(`A ${this.#what} failed: ${messageOf(error)}`, error);
	}
}
