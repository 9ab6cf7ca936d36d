import type { OffHeapFreed } from '../protocol/offHeapEntries.ts';
import type { HeapDelta, OffHeapDelta } from '../protocol/snapshot.ts';

/** Deltas of each kind that are kept; then older neighbours are merged in pairs, which only makes windows coarser. */
export const MAX_DELTAS = 4_096;
/** Fewer are not merged, however long they are: they are as long as there are call sites. */
const FEWEST_DELTAS = 16;

interface Delta {
	from: number;
	to: number;
}

export const heapRows = ({ born, freed }: HeapDelta): number => born.length + freed.length;
export const offHeapRows = ({ allocated, freed }: OffHeapDelta): number => allocated.length + freed.length;

/**
 * Fewer deltas: those of the older half in pairs, again until there is room. When something was born is then told to the end of the delta
 * that holds it, as no window is finer than that.
 * @param at The same delta with other times of birth.
 */
export function coarser<T extends Delta>(
	deltas: readonly T[],
	mostRows: number,
	rows: (delta: T) => number,
	merge: (a: T, b: T) => T,
	at: (delta: T, bornAt: (t: number) => number) => T,
): T[] {
	let all = [...deltas];
	const isTooMuch = () =>
		all.length > (MAX_DELTAS * 3) / 4 || all.reduce((sum, delta) => sum + rows(delta), 0) > (mostRows * 3) / 4;
	while (all.length > FEWEST_DELTAS && isTooMuch()) {
		const half = (all.length >> 1) & ~1;
		const merged: T[] = [];
		for (let i = 0; i < half; i += 2) merged.push(merge(all[i] as T, all[i + 1] as T));
		const ends = merged.map(({ to }) => to);
		const bornAt = (t: number) => endAfter(ends, t);
		all = [...merged, ...all.slice(half)].map(delta => at(delta, bornAt));
	}
	return all;
}

/** The first of the ascending `ends` that is not before `t`; `t` where there is none. */
function endAfter(ends: readonly number[], t: number): number {
	let [low, high] = [0, ends.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((ends[middle] ?? 0) < t) low = middle + 1;
		else high = middle;
	}
	return ends[low] ?? t;
}

export function heapAt(delta: HeapDelta, bornAt: (t: number) => number): HeapDelta {
	const freed = delta.freed.map(([node, bytes, samples, t]): HeapDelta['freed'][number] => [
		node,
		bytes,
		samples,
		bornAt(t),
	]);
	return { ...delta, freed: summed(freed, 1) };
}

export function offHeapAt(delta: OffHeapDelta, bornAt: (t: number) => number): OffHeapDelta {
	const freed = delta.freed.map(([node, kind, context, bytes, samples, t]): OffHeapFreed => {
		return [node, kind, context, bytes, samples, bornAt(t)];
	});
	return { ...delta, freed: summed(freed, 3) };
}

export function mergedHeap(a: HeapDelta, b: HeapDelta): HeapDelta {
	return {
		from: a.from,
		askedAt: b.askedAt,
		to: b.to,
		born: summed([...a.born, ...b.born], 1),
		freed: [...a.freed, ...b.freed],
		unseenBytes: a.unseenBytes + b.unseenBytes,
		intervalBytes: Math.max(a.intervalBytes, b.intervalBytes),
	};
}

export function mergedOffHeap(a: OffHeapDelta, b: OffHeapDelta): OffHeapDelta {
	return {
		from: a.from,
		to: b.to,
		allocated: summed([...a.allocated, ...b.allocated], 3),
		freed: [...a.freed, ...b.freed],
		liveBytes: b.liveBytes,
		arrayBuffersBytes: b.arrayBuffersBytes,
		intervalBytes: Math.max(a.intervalBytes, b.intervalBytes),
	};
}

/** Rows of equal key as one: the figures at `at` and behind it are bytes and samples; what follows them belongs to the key. */
function summed<T extends readonly number[]>(rows: readonly T[], at: number): T[] {
	const sums = new Map<string, number[]>();
	for (const row of rows) {
		const [a, , , d, , f] = row;
		const key = at === 1 ? `${a} ${d}` : `${a} ${row[1]} ${row[2]} ${f}`;
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
