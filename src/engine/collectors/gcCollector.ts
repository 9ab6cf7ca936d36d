import type { GcEntry, GcKind } from '../../protocol/entries.ts';
import type { PollConsumer, Polled } from './pollLoop.ts';

const KINDS: Record<string, GcKind> = {
	Scavenge: 'scavenge',
	MinorMarkSweep: 'minorMarkSweep',
	MinorMarkCompact: 'minorMarkSweep',
	MarkSweepCompact: 'markCompact',
	IncrementalMarking: 'incrementalMarking',
	ProcessWeakCallbacks: 'weakCallbacks',
};

/** Collections as V8's own profiler counts them: order and cost are exact, times lie within the window between two readings. */
export class GcCollector implements PollConsumer {
	readonly #emit: (entry: GcEntry) => void;
	#forcing: 'profile' | 'command' | undefined;
	#allocated = 0;
	#usedAfterLast: number | undefined;
	#usedAfterForced: number | undefined;
	#forced = 0;

	constructor(emit: (entry: GcEntry) => void) {
		this.#emit = emit;
	}

	/** The next reading's last full collection is one that we caused; `undefined`: no longer. */
	expectForced(by: 'profile' | 'command' | undefined): void {
		this.#forcing = by;
		if (by) this.#usedAfterForced = undefined;
	}

	/**
	 * Bytes allocated on the heap from the first reading to the last: what each collection found more than the one before it had left.
	 * V8's own samples do not tell: of what is dead only the number is known, and only up to the last one alive.
	 */
	get allocatedBytes(): number | undefined {
		return this.#usedAfterLast === undefined ? undefined : this.#allocated;
	}

	/** The heap right after the last collection that we forced; `undefined` where that was not seen. */
	get usedAfterForcedBytes(): number | undefined {
		return this.#usedAfterForced;
	}

	/** Collections that we forced so far. */
	get forced(): number {
		return this.#forced;
	}

	polled({ t, gcSince, reply }: Polled): void {
		if (!reply.gc) return;
		this.#count(reply.gc, reply.heapUsed);
		const windowMs = Math.max(0, t - gcSince);
		const step = windowMs / (reply.gc.length + 1);
		const forcedBy = this.#forcing;
		this.#forcing = undefined;
		const forcedIndex = forcedBy ? reply.gc.findLastIndex(([kind]) => kind === 'MarkSweepCompact') : -1;
		if (forcedBy) this.#usedAfterForced = reply.gc[forcedIndex]?.[3];
		if (forcedIndex >= 0) this.#forced++;
		for (const [i, [name, costUs, used, usedAfter, externalAfter]] of reply.gc.entries()) {
			this.#emit({
				type: 'gc',
				t: gcSince + step * (i + 1),
				windowMs,
				durationMs: Math.max(0, costUs / 1_000),
				kind: KINDS[name] ?? 'other',
				usedBeforeBytes: Math.max(0, used),
				usedAfterBytes: Math.max(0, usedAfter),
				externalAfterBytes: Math.max(0, externalAfter),
				...(forcedBy && i === forcedIndex && { forcedBy }),
			});
		}
	}

	#count(gc: NonNullable<Polled['reply']['gc']>, heapUsed: number): void {
		this.#usedAfterLast ??= gc[0]?.[2] ?? heapUsed;
		for (const [, , used, usedAfter] of gc) {
			this.#allocated += Math.max(0, used - this.#usedAfterLast);
			this.#usedAfterLast = usedAfter;
		}
		this.#allocated += Math.max(0, heapUsed - this.#usedAfterLast);
		this.#usedAfterLast = heapUsed;
	}
}
