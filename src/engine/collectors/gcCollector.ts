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

	constructor(emit: (entry: GcEntry) => void) {
		this.#emit = emit;
	}

	/** The next reading's last full collection is one that we caused; `undefined`: no longer. */
	expectForced(by: 'profile' | 'command' | undefined): void {
		this.#forcing = by;
	}

	polled({ t, gcSince, reply }: Polled): void {
		if (!reply.gc) return;
		const windowMs = Math.max(0, t - gcSince);
		const step = windowMs / (reply.gc.length + 1);
		const forcedBy = this.#forcing;
		this.#forcing = undefined;
		const forcedIndex = forcedBy ? reply.gc.findLastIndex(([kind]) => kind === 'MarkSweepCompact') : -1;
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
}
