import type { HeapDelta } from '../protocol/snapshot.ts';
import type { AllocationLedger } from './allocationLedger.ts';
import type { Attributed, HeapSite, LiveMoment, Measure, NoFigures } from './attribution.ts';
import type { ShareOfTime } from './regionShare.ts';
import type { SessionModel } from './sessionModel.ts';
import { indexAt, type TimeWindow } from './timeWindow.ts';

type HeapFigures = Omit<Attributed<HeapSite>, 'bytes' | 'standardErrorBytes'>;

/** What was live on the heap at a reading; with a share, what of it was born in the share's time. */
export function heapLive(
	{ ledger, latestProfile }: Pick<SessionModel, 'ledger' | 'latestProfile'>,
	{ profile }: LiveMoment,
	share?: ShareOfTime,
): HeapFigures | NoFigures {
	if (!profile) return latestProfile ? 'outsideReadings' : 'neverRead';
	const { t, intervalBytes } = profile;
	const facts = { intervalBytes, read: { min: t, max: t } };
	if (!share) return { ...facts, sites: profile.live };
	const sums = new Sums();
	const weight = birthWeight(ledger.heap, share);
	for (const { to, born, freed } of ledger.heap) {
		if (to > t) break;
		addBorn(sums, born, weight(to));
		for (const [node, bytes, samples, bornAt] of freed) sums.add(node, bytes, samples, -weight(bornAt));
	}
	return { ...facts, sites: sums.sites() };
}

/** Between the last reading before the window and the first after it: all of the window lies in it, and what the readings had around it. */
export function heapWindowed(
	{ heap }: AllocationLedger,
	window: TimeWindow,
	measure: Exclude<Measure, 'live'>,
	share?: ShareOfTime,
): HeapFigures | NoFigures {
	if (heap.length === 0) return 'neverRead';
	const inside = heap.filter(({ from, to }) => to > window.min && from < window.max);
	const [first, last] = [inside[0], inside.at(-1)];
	if (!first || !last) return 'outsideReadings';
	const read = { min: first.from, max: last.to };
	// The time of the reading before: readings overlap by the time that V8 takes to answer.
	const before = heap[heap.indexOf(first) - 1]?.to ?? Number.NEGATIVE_INFINITY;
	const weight = share ? birthWeight(heap, share) : () => 1;
	const sums = new Sums();
	let unattributedBytes = 0;
	for (const { to, born, freed, unseenBytes } of inside) {
		if (measure !== 'freed') addBorn(sums, born, weight(to));
		// What lived between two readings only was allocated and freed, and V8 does not tell where.
		if (measure !== 'alive') unattributedBytes += unseenBytes * weight(to);
		for (const [node, bytes, samples, bornAt] of freed) {
			if (measure === 'freed') sums.add(node, bytes, samples, weight(bornAt));
			else if (measure === 'alive' && bornAt > before) sums.add(node, bytes, samples, -weight(bornAt));
		}
	}
	if (measure === 'freed') sums.limit(everBorn(heap, read.max, weight));
	return {
		sites: sums.sites(),
		intervalBytes: Math.max(...inside.map(({ intervalBytes }) => intervalBytes)),
		read,
		...(unattributedBytes > 0 && { unattributedBytes }),
	};
}

/** By the reading that saw it first, what part of an allocation counts. */
function birthWeight(heap: readonly HeapDelta[], share: ShareOfTime): (bornAt: number) => number {
	const ends = heap.map(({ to }) => to);
	const known = new Map<number, number>();
	return bornAt => {
		const before = known.get(bornAt);
		if (before !== undefined) return before;
		// The first that does not end before it.
		const at = indexAt(ends, bornAt);
		const delta = heap[ends[at] === bornAt ? at : at + 1];
		const weight = delta ? share(delta.from, delta.to) : 0;
		known.set(bornAt, weight);
		return weight;
	};
}

function everBorn(heap: readonly HeapDelta[], until: number, weight: (bornAt: number) => number): Sums {
	const sums = new Sums();
	for (const { to, born } of heap) if (to <= until) addBorn(sums, born, weight(to));
	return sums;
}

function addBorn(sums: Sums, born: readonly HeapSite[], weight: number): void {
	if (weight > 0) for (const [node, bytes, samples] of born) sums.add(node, bytes, samples, weight);
}

class Sums {
	readonly #byNode = new Map<number, HeapSite>();

	add(node: number, bytes: number, samples: number, weight: number): void {
		const at = this.#byNode.get(node);
		if (at) {
			at[1] += bytes * weight;
			at[2] += samples * weight;
		} else this.#byNode.set(node, [node, bytes * weight, samples * weight]);
	}

	/** No more than `most` of each: more cannot have gone than was there. */
	limit(most: Sums): void {
		for (const [node, site] of this.#byNode) {
			const [, bytes, samples] = most.#byNode.get(node) ?? [node, 0, 0];
			site[1] = Math.min(site[1], bytes);
			site[2] = Math.min(site[2], samples);
		}
	}

	sites(): HeapSite[] {
		return [...this.#byNode.values()].filter(([, bytes]) => bytes >= 1);
	}
}
