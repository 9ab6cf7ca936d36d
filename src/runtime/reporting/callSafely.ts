import { isThenable } from '../isThenable.ts';

/** Calls what the user gave and nobody waits for; what it throws, or rejects with later, goes to `failed`. Never throws. */
export function callSafely(call: () => unknown, failed: (error: unknown) => void): void {
	try {
		const result = call();
		if (isThenable(result)) result.then(undefined, failed);
	} catch (error) {
		failed(error);
	}
}
