export interface Bounds {
	readonly signal?: AbortSignal | undefined;
	/** Longest wait, ms. */
	readonly timeoutMs?: number | undefined;
}

/**
 * The outcome of `work`, unless the signal or the time-out comes first. The work itself goes on then, and whoever began it has to
 * let it end: a system call cannot be called back.
 */
export function within<T>(work: Promise<T>, { signal, timeoutMs }: Bounds, late: () => Error): Promise<T> {
	if (!signal && timeoutMs === undefined) return work;
	return new Promise((resolve, reject) => {
		let grace: NodeJS.Immediate | undefined;
		const end = () => {
			clearTimeout(timer);
			clearImmediate(grace);
			signal?.removeEventListener('abort', abort);
		};
		const abort = () => {
			end();
			reject(signal?.reason);
		};
		const expire = () => {
			end();
			reject(late());
		};
		// After a long synchronous stretch the timer is served before the answer that lies ready: give the answer its turn.
		const timer =
			timeoutMs === undefined
				? undefined
				: setTimeout(() => {
						grace = setImmediate(expire);
					}, timeoutMs).unref();
		signal?.addEventListener('abort', abort);
		work.then(
			value => {
				end();
				resolve(value);
			},
			(error: unknown) => {
				end();
				reject(error);
			},
		);
		if (signal?.aborted) abort();
	});
}

/** The outcome of `work`, unless the signal comes first. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
	return within(work, { signal }, () => new Error('There is no time-out.'));
}

/** The items of an iterable, unless the signal comes first: one that never gives its next item is left where it is. */
export async function* untilAborted<T>(
	items: AsyncIterable<T> | Iterable<T>,
	signal: AbortSignal | undefined,
): AsyncGenerator<Awaited<T>, void, undefined> {
	const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
	let ended = false;
	try {
		for (;;) {
			const { value, done } = await unlessAborted(Promise.resolve(iterator.next()), signal);
			ended = done === true;
			if (ended) return;
			yield await unlessAborted(Promise.resolve(value), signal);
		}
	} catch (error) {
		// Its own failure, or it waits: its `return` would wait, too.
		ended ||= !signal?.aborted;
		throw error;
	} finally {
		if (!ended) {
			const returned = Promise.resolve(iterator.return?.());
			if (signal?.aborted) returned.catch(() => undefined);
			else await returned;
		}
	}
}
