import type { SpanEntry } from '../../protocol/entries.ts';

/** Ended spans kept until the next drain: at ten drains a second, 160 000 a second. */
export const MAX_SPANS = 16_384;
const URGENT = MAX_SPANS * 0.75;

/**
 * A bounded queue that prefers long spans: when it is full the shorter half goes, and until the next drain only spans longer than
 * those are taken in.
 */
export class SpanQueue {
	readonly #onUrgent: () => void;
	#spans: SpanEntry[] = [];
	#dropped = 0;
	#floorMs = -1;
	#called = false;

	constructor(onUrgent: () => void) {
		this.#onUrgent = onUrgent;
	}

	push(span: SpanEntry): void {
		if (this.#floorMs >= 0 && duration(span) <= this.#floorMs) {
			this.#dropped++;
			return;
		}
		this.#spans.push(span);
		if (this.#spans.length >= URGENT && !this.#called) {
			this.#called = true;
			this.#onUrgent();
		}
		if (this.#spans.length >= MAX_SPANS) this.#keepLongerHalf();
	}

	take(): { spans: SpanEntry[]; dropped: number } {
		const taken = { spans: this.#spans, dropped: this.#dropped };
		this.clear();
		return taken;
	}

	clear(): void {
		this.#spans = [];
		this.#dropped = 0;
		this.#floorMs = -1;
		this.#called = false;
	}

	#keepLongerHalf(): void {
		const durations = Float64Array.from(this.#spans, duration).sort();
		this.#floorMs = durations[durations.length >> 1] ?? 0;
		const kept = this.#spans.filter(span => duration(span) > this.#floorMs);
		this.#dropped += this.#spans.length - kept.length;
		this.#spans = kept;
	}
}

const duration = (span: SpanEntry): number => (span.end ?? span.t) - span.t;
