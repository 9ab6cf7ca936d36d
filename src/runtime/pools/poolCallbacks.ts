import { isThenable } from '../isThenable.ts';
import { warn } from '../reporting/warnings.ts';
import { messageOf, runtimeErrors, shown } from '../runtimeError.ts';
import type { ObjectPoolOptions } from './poolOptions.ts';

/** Calls what the user gave a pool; what fails where nobody asked for anything is told as a warning. */
export class PoolCallbacks<T extends object> {
	/** Whether there is an `isUsable` to ask. */
	readonly examines: boolean;
	readonly #pool: string;
	readonly #options: ObjectPoolOptions<T>;

	constructor(pool: string, options: ObjectPoolOptions<T>) {
		this.#pool = pool;
		this.#options = options;
		this.examines = options.isUsable !== undefined;
	}

	/** Throws what `reset` throws, and `invalidOption` when it is asynchronous: the next holder would get a half-reset object. */
	reset(object: T): void {
		const { reset } = this.#options;
		if (!reset) return;
		const result: unknown = reset(object);
		if (!isThenable(result)) return;
		this.#watch('reset', result);
		throw runtimeErrors.invalidOption(
			`Pool "${this.#pool}"`,
			'reset',
			'synchronous',
			'a function that gives a promise',
		);
	}

	/** Throws what `destroy` throws. */
	destroy(object: T): void {
		const result = this.#options.destroy?.(object);
		if (isThenable(result)) this.#watch('destroy', result);
	}

	destroyQuietly(object: T): void {
		try {
			this.destroy(object);
		} catch (error) {
			this.warn('destroy', error);
		}
	}

	/** One that cannot be asked about is not usable. */
	isUsable(object: T): boolean {
		const { isUsable } = this.#options;
		if (!isUsable) return true;
		try {
			const usable: unknown = isUsable(object);
			if (!isThenable(usable)) return Boolean(usable);
			// Nobody waits for the answer, and a promise itself would always mean yes.
			this.#watch('isUsable', usable);
			warn(`Pool "${this.#pool}": "isUsable" gave a promise instead of true or false; the object is not used again.`);
			return false;
		} catch (error) {
			this.warn('isUsable', error);
			return false;
		}
	}

	/** `undefined` where nobody knows. */
	bytesOf(object: T): number | undefined {
		const { bytesOf } = this.#options;
		if (!bytesOf) return undefined;
		try {
			const bytes: unknown = bytesOf(object);
			if (isThenable(bytes)) this.#watch('bytesOf', bytes);
			if (typeof bytes === 'number' && bytes >= 0 && Number.isFinite(bytes)) return bytes;
			warn(`Pool "${this.#pool}": "bytesOf" gave ${shown(bytes)} instead of a number of bytes.`);
		} catch (error) {
			this.warn('bytesOf', error);
		}
		return undefined;
	}

	warn(callback: string, error: unknown): void {
		warn(`Pool "${this.#pool}": "${callback}" failed: ${messageOf(error)}`, error);
	}

	#watch(callback: string, result: PromiseLike<unknown>): void {
		Promise.resolve(result).catch((error: unknown) => this.warn(callback, error));
	}
}
