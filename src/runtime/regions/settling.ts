import { types } from 'node:util';

const { prototype } = Promise;

/** Stand-ins, so that the derived promise is the same with and without a profiler. */
const pass = <T>(value: T): T => value;
const fail = (error: unknown): never => {
	throw error;
};

/** A promise of the language itself, whose `then` is known to start nothing and to make another such promise. */
export function isPlainPromise(value: unknown): value is Promise<unknown> {
	return types.isPromise(value) && Object.getPrototypeOf(value) === prototype && !Object.hasOwn(value, 'then');
}

/**
 * A promise that settles as `promise` does, after `onSettled` was told; it has the same own properties (`child` of a promisified
 * `exec`, say). The caller must get this one: a handler on the original would hide an unhandled rejection.
 */
export function settling(promise: Promise<unknown>, onSettled?: (failed: boolean, value?: unknown) => void): unknown {
	const derived = onSettled
		? promise.then(
				value => {
					onSettled(false, value);
					return value;
				},
				(error: unknown) => {
					onSettled(true);
					throw error;
				},
			)
		: promise.then(pass, fail);
	for (const key of Reflect.ownKeys(promise)) {
		// Node keeps its own notes on promises, under symbols; the derived one has them already, of its own.
		const property = Object.hasOwn(derived, key) ? undefined : Object.getOwnPropertyDescriptor(promise, key);
		if (property) Object.defineProperty(derived, key, property);
	}
	return derived;
}

/** What a region that nobody observes gives back for `result`: the same as under the profiler. */
export function unobserved<T>(result: T): T {
	return isPlainPromise(result) ? (settling(result) as T) : result;
}
