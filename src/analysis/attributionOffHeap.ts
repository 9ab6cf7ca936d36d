import { OFF_HEAP_KINDS, type OffHeapSite } from '../protocol/offHeapEntries.ts';
import type { OffHeapDelta } from '../protocol/snapshot.ts';
import { type AllocationLedger, offHeapKey } from './allocationLedger.ts';
import type { Attributed, Measure, NoFigures } from './attribution.ts';
import type { TimeWindow } from './timeWindow.ts';

type OffHeapFigures = Omit<Attributed<OffHeapSite>, 'bytes' | 'standardErrorBytes'>;
/** By context; absent: all of them. */
type Chosen = ((context: number) => boolean) | undefined;

/** What was live outside the heap as last told before `t`. */
export function offHeapLive({ offHeap }: AllocationLedger, t: number, chosen: Chosen): OffHeapFigures | NoFigures {
	if (offHeap.length === 0) return 'neverRead';
	const sums = new Sums(chosen);
	let last: OffHeapDelta | undefined;
	for (const delta of offHeap) {
		if (delta.to > t) break;
		last = delta;
		for (const site of delta.allocated) sums.add(site, 1);
		for (const site of delta.freed) sums.add(plain(site), -1);
	}
	if (!last) return 'outsideReadings';
	const { arrayBuffersBytes } = last;
	const sites = sums.sites();
	const missing = arrayBuffersBytes - (last.liveBytes - wasmBytes(sites));
	return {
		sites,
		intervalBytes: last.intervalBytes,
		read: { min: last.to, max: last.to },
		// Which region they belong to is not known.
		...(!chosen && { arrayBuffersBytes, ...(missing > 0 && { unattributedBytes: missing }) }),
	};
}

const WASM = OFF_HEAP_KINDS.indexOf('wasmMemory');

/** WebAssembly memory, which the process does not count as array buffers. */
export const wasmBytes = (sites: readonly OffHeapSite[]): number =>
	sites.reduce((sum, [, kind, , bytes]) => (kind === WASM ? sum + bytes : sum), 0);

/** Between the report before the window and the one after it. */
export function offHeapWindowed(
	{ offHeap }: AllocationLedger,
	window: TimeWindow,
	measure: Exclude<Measure, 'live'>,
	chosen: Chosen,
): OffHeapFigures | NoFigures {
	if (offHeap.length === 0) return 'neverRead';
	const inside = offHeap.filter(({ from, to }) => to > window.min && from < window.max);
	const [first, last] = [inside[0], inside.at(-1)];
	if (!first || !last) return 'outsideReadings';
	const read = { min: first.from, max: last.to };
	const sums = new Sums(chosen);
	for (const { allocated, freed } of inside) {
		if (measure !== 'freed') for (const site of allocated) sums.add(site, 1);
		for (const site of freed) {
			if (measure === 'freed') sums.add(plain(site), 1);
			else if (measure === 'alive' && site[5] > read.min) sums.add(plain(site), -1);
		}
	}
	if (measure === 'freed') sums.limit(everAllocated(offHeap, read.max, chosen));
	return { sites: sums.sites(), intervalBytes: Math.max(...inside.map(delta => delta.intervalBytes)), read };
}

const plain = ([node, kind, context, bytes, samples]: readonly number[]): OffHeapSite => [
	node ?? 0,
	kind ?? 0,
	context ?? 0,
	bytes ?? 0,
	samples ?? 0,
];

function everAllocated(offHeap: readonly OffHeapDelta[], until: number, chosen: Chosen): Sums {
	const sums = new Sums(chosen);
	for (const { to, allocated } of offHeap) if (to <= until) for (const site of allocated) sums.add(site, 1);
	return sums;
}

/** Numbers are looked up many times faster than texts, and live views ask often; a recording may hold ids that do not fit into one. */
const keyOf = (site: OffHeapSite): number | string => {
	const [node, kind, context] = site;
	return node < 2 ** 26 && kind < 8 && context < 2 ** 24 ? (node * 8 + kind) * 2 ** 24 + context : offHeapKey(site);
};

class Sums {
	readonly #byKey = new Map<number | string, OffHeapSite>();
	readonly #chosen: Chosen;

	constructor(chosen: Chosen) {
		this.#chosen = chosen;
	}

	add(site: OffHeapSite, sign: 1 | -1): void {
		const [node, kind, context, bytes, samples] = site;
		if (this.#chosen && !this.#chosen(context)) return;
		const key = keyOf(site);
		const at = this.#byKey.get(key);
		if (at) {
			at[3] += sign * bytes;
			at[4] += sign * samples;
		} else this.#byKey.set(key, [node, kind, context, sign * bytes, sign * samples]);
	}

	/** No more than `most` of each: more cannot have gone than was there. */
	limit(most: Sums): void {
		for (const [key, site] of this.#byKey) {
			const there = most.#byKey.get(key);
			site[3] = Math.min(site[3], there?.[3] ?? 0);
			site[4] = Math.min(site[4], there?.[4] ?? 0);
		}
	}

	sites(): OffHeapSite[] {
		return [...this.#byKey.values()].filter(([, , , bytes, samples]) => bytes >= 1 && samples > 0);
	}
}
