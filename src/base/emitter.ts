import type { Disposable } from './disposables.ts';

export type Event<T> = (listener: (value: T) => void) => Disposable;

/** Listeners of one event. A throwing listener is reported and does not keep the others from hearing. */
export class Emitter<T> {
	readonly #listeners = new Set<(value: T) => void>();
	readonly #onError: (error: unknown) => void;

	constructor(onError: (error: unknown) => void = error => queueMicrotask(() => Promise.reject(error))) {
		this.#onError = onError;
	}

	readonly event: Event<T> = listener => {
		this.#listeners.add(listener);
		return { dispose: () => void this.#listeners.delete(listener) };
	};

	get hasListeners(): boolean {
		return this.#listeners.size > 0;
	}

	fire(value: T): void {
		for (const listener of [...this.#listeners]) {
			try {
				listener(value);
			} catch (error) {
				this.#onError(error);
			}
		}
	}

	dispose(): void {
		this.#listeners.clear();
	}
}
