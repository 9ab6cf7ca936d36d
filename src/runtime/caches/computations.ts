import { runtimeErrors } from '../runtimeError.ts';

/** Throws `invalidOption`: refused also where the value is there, so that a mistake shows at once. */
export function checkCompute(owner: string, name: string, compute: unknown): void {
	if (typeof compute === 'function') return;
	throw runtimeErrors.invalidOption(`${owner} "${name}"`, 'compute', 'a function', compute);
}

/** Values that are being computed, so that each is computed once, however many ask for it meanwhile. */
export class Computations<K, V> {
	readonly #running = new Map<K, { result?: Promise<V> }>();

	get size(): number {
		return this.#running.size;
	}

	/** What is under way for `key`. */
	get(key: K): Promise<V> | undefined {
		return this.#running.get(key)?.result;
	}

	/** One under way still answers its callers, but its value is not wanted any more. */
	forget(key: K): void {
		this.#running.delete(key);
	}

	forgetAll(): void {
		this.#running.clear();
	}

	/** `wanted` is false once the key was set, deleted or cleared meanwhile: that is newer than what is computed. */
	run(key: K, compute: (wanted: () => boolean) => Promise<V>): Promise<V> {
		const computation: { result?: Promise<V> } = {};
		const wanted = () => this.#running.get(key) === computation;
		this.#running.set(key, computation);
		computation.result = compute(wanted).finally(() => {
			if (wanted()) this.#running.delete(key);
		});
		return computation.result;
	}
}
