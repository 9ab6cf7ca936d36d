import type { PeakAutopsy } from '../protocol/snapshot.ts';
import { type Attribution, attributionOf, figures, withSites } from './attribution.ts';
import { momentOf } from './attributionMoments.ts';
import type { SessionModel } from './sessionModel.ts';

/** What held the memory when RSS was highest. */
export interface PeakReport extends PeakAutopsy {
	/** The heap by the reading nearest to it, and what was live outside the heap at the moment itself. */
	attribution: Attribution;
}

export function peakReport(model: SessionModel): PeakReport | undefined {
	const { autopsy } = model;
	if (!autopsy) return undefined;
	const { t, offHeap: sites } = autopsy;
	const attribution = attributionOf(model, { memory: 'both', measure: 'live', moment: momentOf(model, t) });
	const told = figures(attribution.offHeap);
	// The ledger is coarser after a long run; what was kept at the peak is not.
	return { ...autopsy, attribution: { ...attribution, ...(told && { offHeap: withSites(told, sites) }) } };
}
