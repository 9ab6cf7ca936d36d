import type { AllocationsEntry } from '../protocol/entries.ts';
import type { OffHeapEntry, OffHeapSite } from '../protocol/offHeapEntries.ts';
import type { HeapDelta, LedgerData, OffHeapDelta } from '../protocol/snapshot.ts';

/** Deltas of each kind that are kept; then neighbours are merged in pairs, which only makes windows coarser. */
const MAX_DELTAS = 4_096;

/** What was allocated and freed, by call tree node and in time: the heap as often as it was read, the rest as often as it was told. */
export class AllocationLedger {
	readonly contexts = new Map<number, readonly number[]>();
	heap: HeapDelta[] = [];
	offHeap: OffHeapDelta[] = [];
	/** Live outside the heap now, by {@link offHeapKey}. */
	readonly liveOffHeap = new Map<string, OffHeapSite>();

	addHeap(entry: AllocationsEntry): void {
		const from = this.heap.at(-1)?.to ?? 0;
		this.heap.push({
			from,
			to: entry.t,
			// All that the first reading sees is new.
			born: entry.born ?? (this.heap.length === 0 ? entry.live : []),
			freed: entry.freed ?? [],
			unseenBytes: entry.unseenBytes ?? 0,
			intervalBytes: entry.intervalBytes,
		});
		if (this.heap.length > MAX_DELTAS) this.heap = halved(this.heap, mergedHeap);
	}

	addOffHeap(entry: OffHeapEntry): void {
		for (const [id, regions] of entry.contexts ?? []) this.contexts.set(id, regions);
		const { t, allocated, freed, liveBytes, arrayBuffersBytes, intervalBytes } = entry;
		const from = this.offHeap.at(-1)?.to ?? 0;
		this.offHeap.push({ from, to: t, allocated, freed, liveBytes, arrayBuffersBytes, intervalBytes });
		for (const site of allocated) this.#count(site, 1);
		for (const [node, kind, context, bytes, samples] of freed) this.#count([node, kind, context, bytes, samples], -1);
		if (this.offHeap.length > MAX_DELTAS) this.offHeap = halved(this.offHeap, mergedOffHeap);
	}

	/** Shares its arrays with the ledger. */
	get data(): LedgerData {
		return {
			heap: this.heap,
			offHeap: this.offHeap,
			contexts: [...this.contexts].map(([id, regions]): [number, number[]] => [id, [...regions]]),
		};
	}

	static from({ heap, offHeap, contexts }: LedgerData): AllocationLedger {
		const ledger = new AllocationLedger();
		ledger.heap = heap;
		ledger.offHeap = offHeap;
		for (const [id, regions] of contexts) ledger.contexts.set(id, regions);
		for (const { allocated, freed } of offHeap) {
			for (const site of allocated) ledger.#count(site, 1);
			for (const [node, kind, context, bytes, samples] of freed)
				ledger.#count([node, kind, context, bytes, samples], -1);
		}
		return ledger;
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

function halved<T>(deltas: readonly T[], merge: (a: T, b: T) => T): T[] {
	const out: T[] = [];
	for (let i = 0; i < deltas.length; i += 2) {
		const [a, b] = [deltas[i] as T, deltas[i + 1]];
		out.push(b === undefined ? a : merge(a, b));
	}
	return out;
}

function mergedHeap(a: HeapDelta, b: HeapDelta): HeapDelta {
	return {
		from: a.from,
		to: b.to,
		born: summed([...a.born, ...b.born], 1),
		freed: summed([...a.freed, ...b.freed], 1),
		unseenBytes: a.unseenBytes + b.unseenBytes,
		intervalBytes: Math.max(a.intervalBytes, b.intervalBytes),
	};
}

function mergedOffHeap(a: OffHeapDelta, b: OffHeapDelta): OffHeapDelta {
	return {
		from: a.from,
		to: b.to,
		allocated: summed([...a.allocated, ...b.allocated], 3),
		freed: summed([...a.freed, ...b.freed], 3),
		liveBytes: b.liveBytes,
		arrayBuffersBytes: b.arrayBuffersBytes,
		intervalBytes: Math.max(a.intervalBytes, b.intervalBytes),
	};
}

/** Rows of equal key as one: the figures at `at` and behind it are bytes and samples; what follows them belongs to the key. */
function summed<T extends readonly number[]>(rows: readonly T[], at: number): T[] {
	const sums = new Map<string, number[]>();
	for (const row of rows) {
		const key = row.filter((_, i) => i < at || i > at + 1).join(' ');
		const sum = sums.get(key);
		if (!sum) {
			sums.set(key, [...row]);
			continue;
		}
		sum[at] = (sum[at] ?? 0) + (row[at] ?? 0);
		sum[at + 1] = (sum[at + 1] ?? 0) + (row[at + 1] ?? 0);
	}
	return [...sums.values()] as unknown as T[];
}
