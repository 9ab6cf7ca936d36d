import type { GcEntry } from '../protocol/entries.ts';

const MAX_FLOORS = 4_096;

interface Floor {
	t: number;
	bytes: number;
}

/**
 * What regions leave behind, from the floor that full collections show: live bytes (heap and external) at the first full
 * collection after the last call of a region, minus those at the last one before that call began.
 */
export class RetainedTracker {
	#floors: Floor[] = [];
	/** region → its last ended call that still waits for a collection. */
	readonly #waiting = new Map<number, { start: number; end: number }>();

	ended(region: number, start: number, end: number): void {
		this.#waiting.set(region, { start, end });
	}

	/** Takes a full collection; returns `[region, retained bytes]` for every call that it settles. */
	collected(gc: GcEntry): [number, number][] {
		const floor = { t: gc.t, bytes: gc.usedAfterBytes + (gc.externalAfterBytes ?? 0) };
		const settled: [number, number][] = [];
		for (const [region, { start, end }] of this.#waiting) {
			// A collection is known to within its window: only one that surely came after the call counts.
			if (floor.t - gc.windowMs < end) continue;
			this.#waiting.delete(region);
			const before = this.#floors.findLast(earlier => earlier.t <= start);
			if (before) settled.push([region, floor.bytes - before.bytes]);
		}
		this.#floors.push(floor);
		if (this.#floors.length > MAX_FLOORS) this.#floors = this.#floors.slice(MAX_FLOORS >> 1);
		return settled;
	}
}
