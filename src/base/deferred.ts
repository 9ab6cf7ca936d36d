export interface Deferred<T> {
	readonly promise: Promise<T>;
	readonly resolve: (value: T | PromiseLike<T>) => void;
	readonly reject: (reason?: unknown) => void;
}

/** `Promise.withResolvers` is not there before Node 22, and the command line runs on Node 20 too. */
export function deferred<T>(): Deferred<T> {
	let resolve!: Deferred<T>['resolve'];
	let reject!: Deferred<T>['reject'];
	const promise = new Promise<T>((onValue, onReason) => {
		resolve = onValue;
		reject = onReason;
	});
	return { promise, resolve, reject };
}
