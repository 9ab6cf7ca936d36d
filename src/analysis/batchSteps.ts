import type { BatchCause, BatchDecisionEntry, BatchEntry } from '../protocol/runtimeEntries.ts';

/** A time for which a batch processor kept one size. */
export interface BatchStep {
	from: number;
	/** Absent for the newest. */
	to?: number;
	size: number;
	concurrency: number;
	cause: BatchCause;
	reason: string;
}

/** The decisions of one batch processor in their order. */
export function batchSteps(decisions: readonly BatchDecisionEntry[], batch: number): BatchStep[] {
	const own = decisions.filter(decision => decision.batch === batch);
	return own.map(({ t: from, size, concurrency, cause, reason }, i) => {
		const to = own[i + 1]?.t;
		return { from, size, concurrency, cause, reason, ...(to !== undefined && { to }) };
	});
}

/** Items that are done, failed ones among them, of all; absent where the input does not say how many there are. */
export function batchProgress({ items, totalItems }: BatchEntry): number | undefined {
	return totalItems !== undefined && totalItems > 0 ? Math.min(1, items / totalItems) : undefined;
}

/** The one to look at first: one that has decided something, rather one in use, the one with most decisions. */
export function mainBatch(
	batches: readonly BatchEntry[],
	decisions: readonly BatchDecisionEntry[],
): number | undefined {
	const counts = new Map<number, number>();
	for (const { batch } of decisions) counts.set(batch, (counts.get(batch) ?? 0) + 1);
	let best: BatchEntry | undefined;
	const rank = ({ id, disposed }: BatchEntry) => {
		const count = counts.get(id) ?? 0;
		return (count > 0 ? 2e9 : 0) + (disposed ? 0 : 1e9) + count;
	};
	for (const batch of batches) if (!best || rank(batch) > rank(best)) best = batch;
	return best?.id;
}
