import { attributionOf, figures } from './attribution.ts';
import { peakMoment } from './attributionMoments.ts';
import type { SessionModel } from './sessionModel.ts';
import type { TimeWindow } from './timeWindow.ts';

/**
 * Bytes outside the heap by region, exact by context and with those of the regions inside it: allocated in the window, or without one live when
 * memory was highest. A region that allocated nothing of it is not in the map.
 */
export function offHeapByRegion(model: SessionModel, window?: TimeWindow): Map<number, number> {
	const moment = peakMoment(model, 'offHeap');
	const { offHeap } = attributionOf(model, {
		memory: 'offHeap',
		measure: window ? 'allocated' : 'live',
		...(moment && { moment }),
		...(window && { window }),
	});
	const sums = new Map<number, number>();
	for (const [, , context, bytes] of figures(offHeap)?.sites ?? [])
		for (const region of new Set(model.ledger.contexts.get(context))) sums.set(region, (sums.get(region) ?? 0) + bytes);
	return sums;
}
