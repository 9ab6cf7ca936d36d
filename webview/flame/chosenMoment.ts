import { type LiveMoment, type MemoryChoice, momentNow } from '../../src/analysis/attribution.ts';
import { momentOf, peakMoment } from '../../src/analysis/attributionMoments.ts';
import type { SessionModel } from '../../src/analysis/sessionModel.ts';
import type { ProfileChoice } from '../state.ts';

/** `undefined` where the session has no such moment yet. */
export function chosenMoment(model: SessionModel, choice: ProfileChoice, memory: MemoryChoice): LiveMoment | undefined {
	if (choice === 'peak') return peakMoment(model, memory);
	const final = model.profiles.findLast(({ cause }) => cause === 'final' || cause === 'outOfMemory');
	if (choice === 'final') return final && momentOf(model, final.t, final);
	return model.profiles.length > 0 || model.ledger.offHeap.length > 0 ? momentNow(model) : undefined;
}
