export interface WaitOptions {
	readonly deadlineMs?: number;
	/** What is waited for, named in the error. */
	readonly what?: string;
}

/** Polls until `condition` gives something truthy, which it returns. Errors of a poll count as "not yet". */
export async function waitFor<T>(
	condition: () => T | Promise<T>,
	{ deadlineMs = 30_000, what = 'the condition' }: WaitOptions = {},
): Promise<Exclude<T, undefined | null | false | 0 | ''>> {
	const end = performance.now() + deadlineMs;
	let cause: unknown;
	do {
		try {
			const value = await condition();
			if (value) return value as Exclude<T, undefined | null | false | 0 | ''>;
			cause = undefined;
		} catch (error) {
			cause = error;
		}
		await new Promise(resolve => setTimeout(resolve, 50));
	} while (performance.now() < end);
	throw new Error(`${what} did not come true within ${deadlineMs} ms`, { cause });
}
