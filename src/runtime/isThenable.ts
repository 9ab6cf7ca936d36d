/** Whether `await` would wait for it. Throws where looking at its `then` does. */
export function isThenable<T>(value: unknown): value is PromiseLike<T> {
	return (
		((typeof value === 'object' && value !== null) || typeof value === 'function') &&
		typeof (value as { then?: unknown }).then === 'function'
	);
}
