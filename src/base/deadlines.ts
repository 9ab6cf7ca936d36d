/** Settles like the promise, or rejects with `message` after `ms`. The promise itself is not cancelled. */
export async function withDeadline<T>(promise: Promise<T>, ms: number, message: string): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const deadline = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new DeadlineError(message)), ms);
	});
	try {
		return await Promise.race([promise, deadline]);
	} finally {
		clearTimeout(timer);
	}
}

export class DeadlineError extends Error {
	override readonly name = 'DeadlineError';
}
