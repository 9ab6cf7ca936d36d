import type { AllocationsEntry } from '../protocol/entries.ts';
import type { OffHeapEntry, OffHeapSite } from '../protocol/offHeapEntries.ts';
import type { HeapDelta, LedgerData, LeftOut, OffHeapDelta } from '../protocol/snapshot.ts';
import {
	coarser,
	heapAt,
	heapRows,
	MAX_DELTAS,
	mergedHeap,
	mergedOffHeap,
	offHeapAt,
	offHeapRows,
} from './ledgerDeltas.ts';
import { countLeftOut, MAIN_LIMITS, type ModelLimits } from './modelLimits.ts';

/** What was allocated and freed, by call tree node and in time: the heap as often as it was read, the rest as often as it was told. */
export class AllocationLedger {
	readonly contexts = new Map<number, readonly number[]>();
	heap: HeapDelta[] = [];
	offHeap: OffHeapDelta[] = [];
	/** Live outside the heap now, by {@link offHeapKey}. */
	readonly liveOffHeap = new Map<string, OffHeapSite>();
	readonly #leftOut: LeftOut;
	#limits: ModelLimits;
	#heapRows = 0;
	#offHeapRows = 0;

	/** @param data What another ledger had; it is this one's from now on. */
	constructor(leftOut: LeftOut = {}, limits: ModelLimits = MAIN_LIMITS, data?: LedgerData) {
		this.#leftOut = leftOut;
		this.#limits = limits;
		if (!data) return;
		this.heap = data.heap;
		this.offHeap = data.offHeap;
		for (const [id, regions] of data.contexts) this.contexts.set(id, regions);
		for (const delta of data.offHeap) this.#live(delta);
		this.#heapRows = sumOf(this.heap, heapRows);
		this.#offHeapRows = sumOf(this.offHeap, offHeapRows);
	}

	/** Keeps less from now on, of what is there too. */
	limit(limits: ModelLimits): void {
		this.#limits = limits;
		this.#coarsen();
	}

	addHeap(entry: AllocationsEntry): void {
		// It does not tell what was new: that nothing was would be another thing.
		if (this.heap.length > 0 && entry.born === undefined) return;
		const delta: HeapDelta = {
			from: this.heap.at(-1)?.askedAt ?? 0,
			askedAt: Math.max(0, entry.t - entry.costMs),
			to: entry.t,
			// All that the first reading sees is new.
			born: entry.born ?? (this.heap.length === 0 ? entry.live : []),
			freed: entry.freed ?? [],
			unseenBytes: entry.unseenBytes ?? 0,
			intervalBytes: entry.intervalBytes,
		};
		this.heap.push(delta);
		this.#heapRows += heapRows(delta);
		this.#coarsen();
	}

	addOffHeap(entry: OffHeapEntry): void {
		for (const [id, regions] of entry.contexts ?? []) {
			if (this.contexts.size < this.#limits.contexts || this.contexts.has(id)) this.contexts.set(id, regions);
			else countLeftOut(this.#leftOut, 'contexts');
		}
		const { t, allocated, freed, liveBytes, arrayBuffersBytes, intervalBytes } = entry;
		const from = this.offHeap.at(-1)?.to ?? 0;
		const delta: OffHeapDelta = { from, to: t, allocated, freed, liveBytes, arrayBuffersBytes, intervalBytes };
		this.offHeap.push(delta);
		this.#offHeapRows += offHeapRows(delta);
		this.#live(delta);
		this.#coarsen();
	}

	/** As it is now: later entries do not change it. */
	copy(): LedgerData {
		return {
			heap: [...this.heap],
			offHeap: [...this.offHeap],
			contexts: [...this.contexts].map(([id, regions]): [number, number[]] => [id, [...regions]]),
		};
	}

	#coarsen(): void {
		const most = this.#limits.ledgerRows;
		if (this.heap.length > MAX_DELTAS || this.#heapRows > most) {
			this.heap = coarser(this.heap, most, heapRows, mergedHeap, heapAt);
			this.#heapRows = sumOf(this.heap, heapRows);
		}
		if (this.offHeap.length > MAX_DELTAS || this.#offHeapRows > most) {
			this.offHeap = coarser(this.offHeap, most, offHeapRows, mergedOffHeap, offHeapAt);
			this.#offHeapRows = sumOf(this.offHeap, offHeapRows);
		}
	}

	#live({ allocated, freed }: OffHeapDelta): void {
		for (const site of allocated) this.#count(site, 1);
		for (const [node, kind, context, bytes, samples] of freed) this.#count([node, kind, context, bytes, samples], -1);
	}

	#count(site: OffHeapSite, sign: 1 | -1): void {
		const key = offHeapKey(site);
		const [node, kind, context, bytes, samples] = site;
		const at = this.liveOffHeap.get(key);
		const liveBytes = (at?.[3] ?? 0) + sign * bytes;
		const liveSamples = (at?.[4] ?? 0) + sign * samples;
		if (liveSamples <= 0) this.liveOffHeap.delete(key);
		else this.liveOffHeap.set(key, [node, kind, context, Math.max(0, liveBytes), liveSamples]);
	}
}

export const offHeapKey = ([node, kind, context]: OffHeapSite): string => `${node} ${kind} ${context}`;

const sumOf = <T>(items: readonly T[], of: (item: T) => number): number =>
	items.reduce((sum, item) => sum + of(item), 0);
