import type { SampleEntry } from '../protocol/entries.ts';
import type { PeakAutopsy } from '../protocol/snapshot.ts';
import type { SessionModel } from './sessionModel.ts';

/** A peak must be this much higher than the one before to be looked at again: a rising script has a new one with each sample. */
const NEWS_FACTOR = 1.01;
const MAX_SPANS = 256;

/** The state at the highest RSS so far; `before` where this sample is no higher. */
export function autopsyAt(
	model: SessionModel,
	sample: SampleEntry,
	before: PeakAutopsy | undefined,
): PeakAutopsy | undefined {
	const { rssBytes } = sample;
	if (rssBytes === undefined || (before && rssBytes <= before.rssBytes * NEWS_FACTOR)) return before;
	const profileAt = model.latestProfile?.t;
	const standing = <T extends { disposed?: boolean }>(stores: ReadonlyMap<number, T>): T[] =>
		[...stores.values()].filter(({ disposed }) => !disposed);
	const spans = [];
	for (const span of model.spans.values()) {
		if (span.end === undefined) spans.push(span);
		if (spans.length === MAX_SPANS) break;
	}
	return {
		t: sample.t,
		rssBytes,
		sample: { ...model.latest, ...sample },
		...(profileAt !== undefined && { profileAt }),
		offHeap: [...model.ledger.liveOffHeap.values()],
		caches: standing(model.caches),
		pools: standing(model.pools),
		batches: standing(model.runtime.batches),
		tensorDicts: standing(model.runtime.tensorDicts),
		spans,
	};
}
