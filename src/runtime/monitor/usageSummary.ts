import { monotonicMs } from '../reporting/clock.ts';
import type { RawUsage } from './memoryUsage.ts';

/** One figure over all samples, bytes. */
export interface FigureSummary {
	current: number;
	lowest: number;
	peak: number;
	average: number;
	/** Samples that had it. */
	count: number;
}

const FIGURES = ['rssBytes', 'heapUsedBytes', 'heapTotalBytes', 'externalBytes', 'arrayBuffersBytes'] as const;
type Figure = (typeof FIGURES)[number] | 'systemAvailableBytes' | 'containerUsedBytes';

/** What a monitor has seen. Figures that no sample had are absent. */
export interface MemorySummary extends Partial<Record<Figure, FigureSummary>> {
	samples: number;
	/** Since the first sample. */
	ms: number;
}

/** Constant memory, however many samples. */
export class UsageSummary {
	readonly #figures = new Map<Figure, FigureSummary>();
	#samples = 0;
	#first = 0;

	add(usage: RawUsage): void {
		if (this.#samples++ === 0) this.#first = monotonicMs();
		for (const figure of FIGURES) this.#take(figure, usage[figure]);
		this.#take('systemAvailableBytes', usage.system.availableBytes);
		this.#take('containerUsedBytes', usage.container?.usedBytes);
	}

	get(): MemorySummary {
		const figures = Array.from(this.#figures, ([figure, summary]) => [figure, { ...summary }]);
		return {
			samples: this.#samples,
			ms: this.#samples === 0 ? 0 : monotonicMs() - this.#first,
			...Object.fromEntries(figures),
		};
	}

	reset(): void {
		this.#figures.clear();
		this.#samples = 0;
	}

	#take(figure: Figure, value: number | undefined): void {
		if (value === undefined) return;
		const known = this.#figures.get(figure);
		if (!known) {
			this.#figures.set(figure, { current: value, lowest: value, peak: value, average: value, count: 1 });
			return;
		}
		known.current = value;
		known.lowest = Math.min(known.lowest, value);
		known.peak = Math.max(known.peak, value);
		known.count++;
		// The mean moved by its share of the new value: a sum would lose digits over months.
		known.average += (value - known.average) / known.count;
	}
}
