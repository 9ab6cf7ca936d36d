import type { GcEntry, RegionStatsEntry } from '../protocol/entries.ts';

const MAX_FLOORS = 4_096;

interface Floor {
	t: number;
	/** A collection is known to within its window: it surely came after this. */
	after: number;
	bytes: number;
}

interface LastCall {
	/** Ended calls of the region that are known one by one. */
	calls: number;
	start: number;
	end: number;
	bytes?: number;
}

/**
 * What regions leave behind, from the floor that full collections show: live bytes (heap and external) at the first full
 * collection after the last call of a region, minus those at the last one before that call began.
 */
export class RetainedTracker {
	#floors: Floor[] = [];
	/** region → the one of its ended calls that ended last. */
	readonly #last = new Map<number, LastCall>();
	/** Regions whose last call waits for a collection. */
	readonly #waiting = new Set<number>();

	/** Takes a call that has ended; each call once. */
	ended(region: number, start: number, end: number): void {
		const known = this.#last.get(region);
		const calls = (known?.calls ?? 0) + 1;
		if (known && known.end > end) {
			known.calls = calls;
			return;
		}
		this.#last.set(region, { calls, start, end });
		this.#waiting.add(region);
		// Calls are told later than collections.
		const floor = this.#firstAfter(end);
		if (floor) this.#settle(region, floor);
	}

	/** Takes a full collection; returns the regions whose last call it settles. */
	collected(gc: GcEntry): number[] {
		const bytes = gc.usedAfterBytes + (gc.externalAfterBytes ?? 0);
		const floor = { t: gc.t, after: gc.t - gc.windowMs, bytes };
		const settled = [...this.#waiting].filter(
			region => floor.after >= (this.#last.get(region)?.end ?? Number.POSITIVE_INFINITY),
		);
		for (const region of settled) this.#settle(region, floor);
		this.#floors.push(floor);
		if (this.#floors.length > MAX_FLOORS) this.#floors = this.#floors.slice(MAX_FLOORS >> 1);
		return settled;
	}

	/**
	 * What the last call left behind. `undefined` until it is settled, and where the totals count calls that were not told one by
	 * one: then nobody knows when the last one was.
	 */
	of(region: number, stats: RegionStatsEntry | undefined): number | undefined {
		const last = this.#last.get(region);
		return last && stats && stats.calls - stats.open <= last.calls ? last.bytes : undefined;
	}

	/** Goes on from what was known: at least `calls` ended ones, the last of which left `bytes`. */
	restore(region: number, calls: number, bytes: number): void {
		const last = this.#last.get(region) ?? { calls, start: Number.NEGATIVE_INFINITY, end: Number.NEGATIVE_INFINITY };
		this.#last.set(region, { ...last, calls: Math.max(calls, last.calls), bytes });
		this.#waiting.delete(region);
	}

	#settle(region: number, floor: Floor): void {
		this.#waiting.delete(region);
		const last = this.#last.get(region);
		const before = last && this.#floors[this.#indexAt(last.start)];
		if (before) last.bytes = floor.bytes - before.bytes;
	}

	#firstAfter(end: number): Floor | undefined {
		for (let i = Math.max(0, this.#indexAt(end)); i < this.#floors.length; i++) {
			const floor = this.#floors[i];
			if (floor && floor.after >= end) return floor;
		}
		return undefined;
	}

	/** Index of the last floor that is not after `t`; -1 when all are. Collections come in order of time. */
	#indexAt(t: number): number {
		let [low, high] = [0, this.#floors.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.#floors[middle]?.t ?? 0) <= t) low = middle + 1;
			else high = middle;
		}
		return low - 1;
	}
}
