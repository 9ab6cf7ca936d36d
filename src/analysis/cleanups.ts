import type { CleanupEntry } from '../protocol/runtimeEntries.ts';

/** What a cleanup freed as far as anybody knows; absent when no step says so. */
export function freedBytes({ steps }: CleanupEntry): number | undefined {
	const known = steps.flatMap(step => (step.freedBytes === undefined ? [] : [step.freedBytes]));
	return known.length === 0 ? undefined : known.reduce((sum, bytes) => sum + bytes, 0);
}

export const failedSteps = ({ steps }: CleanupEntry): number => steps.filter(({ failed }) => failed).length;
