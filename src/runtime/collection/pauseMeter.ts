import { GCProfiler } from 'node:v8';

/** Collections of any kind, V8's own as well, since the measuring began. */
export interface GcPauses {
	/** How long it has been measured, ms. */
	overMs: number;
	count: number;
	/** Of the young generation; the others are full ones and steps of them. */
	minor: number;
	full: number;
	/** How long the script stood still, all together and at most, ms. */
	pauseMs: number;
	longestMs: number;
}

/** V8 keeps about 3 KB for each collection until they are read. */
const READ_EVERY_MS = 2_000;

/**
 * Counts collections through `v8.GCProfiler`, which also sees those of a synchronous script; a `PerformanceObserver` is told of none
 * before the event loop turns, and in a script that ends without a turn of none at all.
 */
export class PauseMeter {
	readonly #began = performance.now();
	readonly #pauses = { count: 0, minor: 0, full: 0, pauseMs: 0, longestMs: 0 };
	readonly #timer: NodeJS.Timeout;
	readonly #profiler = new GCProfiler();

	/** Of an optimizer that is dropped without being disposed of, nothing must stay. */
	constructor() {
		this.#profiler.start();
		const held = new WeakRef(this);
		const timer = setInterval(() => {
			const meter = held.deref();
			if (meter) meter.#read();
			else clearInterval(timer);
		}, READ_EVERY_MS);
		timer.unref();
		this.#timer = timer;
	}

	pauses(): GcPauses {
		this.#read();
		return { overMs: performance.now() - this.#began, ...this.#pauses };
	}

	stop(): void {
		clearInterval(this.#timer);
		this.#profiler.stop();
	}

	#read(): void {
		const { statistics } = this.#profiler.stop();
		this.#profiler.start();
		const pauses = this.#pauses;
		for (const { gcType, cost } of statistics) {
			const ms = cost / 1_000;
			pauses.count++;
			if (gcType === 'Scavenge' || gcType === 'MinorMarkCompact' || gcType === 'MinorMarkSweep') pauses.minor++;
			else if (gcType === 'MarkSweepCompact') pauses.full++;
			pauses.pauseMs += ms;
			pauses.longestMs = Math.max(pauses.longestMs, ms);
		}
	}
}
