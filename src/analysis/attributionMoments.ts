import type { AllocationsEntry } from '../protocol/entries.ts';
import type { LiveMoment, MemoryChoice } from './attribution.ts';
import { liveBytes, type SessionModel } from './sessionModel.ts';

/**
 * When most was held, of the memory that is shown; `undefined` while nothing is known. Outside the heap what the process counts decides:
 * the highest of many estimates would be one that is too high.
 */
export function peakMoment(model: SessionModel, memory: MemoryChoice): LiveMoment | undefined {
	const profiles = memory === 'offHeap' ? [] : model.profiles.map(profile => ({ profile, bytes: liveBytes(profile) }));
	const told = memory === 'heap' ? [] : model.ledger.offHeap;
	let best: { t: number; profile?: AllocationsEntry; bytes: number } | undefined;
	let at = -1;
	let outside = 0;
	const offer = (t: number) => {
		const read = profiles[at];
		const bytes = (read?.bytes ?? 0) + outside;
		if (!best || bytes > best.bytes) best = { t, bytes, ...(read && { profile: read.profile }) };
	};
	for (const { to, arrayBuffersBytes, liveBytes: estimate } of told) {
		while ((profiles[at + 1]?.profile.t ?? Number.POSITIVE_INFINITY) <= to) {
			at++;
			offer(profiles[at]?.profile.t ?? to);
		}
		// WebAssembly memory is not among array buffers.
		outside = arrayBuffersBytes > 0 ? arrayBuffersBytes : estimate;
		offer(to);
	}
	for (at++; at < profiles.length; at++) offer(profiles[at]?.profile.t ?? model.now);
	if (!best) return undefined;
	const { t, profile } = best;
	// One that was read soon after tells more of that moment than one from long before, unless what was there is gone from it.
	const least = profile ? liveBytes(profile) : Number.POSITIVE_INFINITY;
	const profilesWithIt = profiles.filter(({ bytes }) => bytes >= least).map(each => each.profile);
	return momentOf(model, t, nearest(profilesWithIt, t));
}

/** One moment and the reading of the heap that is nearest to it. */
export function momentOf(model: SessionModel, t: number, profile = nearest(model.profiles, t)): LiveMoment {
	return { t, ...(profile && { profile }) };
}

function nearest(profiles: readonly AllocationsEntry[], t: number): AllocationsEntry | undefined {
	let best: AllocationsEntry | undefined;
	for (const profile of profiles) if (!best || Math.abs(profile.t - t) < Math.abs(best.t - t)) best = profile;
	return best;
}
