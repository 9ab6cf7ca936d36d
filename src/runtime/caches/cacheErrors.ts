import { MemoryManagerError, shown } from '../runtimeError.ts';

export const cacheErrors = {
	sizeOfFailed: (cache: string, cause: unknown) =>
		new MemoryManagerError(
			'invalidSize',
			`Cache "${cache}": its sizeOf failed: ${reasonOf(cause)}. Nothing was stored; an older value is still there.`,
			{ cause },
		),
	notWeak: (cache: string, value: unknown) =>
		new MemoryManagerError(
			'invalidInput',
			`WeakValueCache "${cache}": values must be objects or functions, which alone can be held weakly, not ${shown(value)}.`,
		),
	clockFailed: (cache: string, value: unknown) =>
		new MemoryManagerError(
			'invalidOption',
			`BoundedCache "${cache}": "clock" must give milliseconds from 0 on, not ${shown(value)}.`,
		),
	spillUnavailable: (cache: string, what: string, cause: unknown) =>
		new MemoryManagerError('spillUnavailable', `SpillCache "${cache}": ${what}: ${reasonOf(cause)}`, { cause }),
};

/** What was thrown, as part of a sentence. */
export function reasonOf(cause: unknown): string {
	return cause instanceof Error ? cause.message : shown(cause);
}
