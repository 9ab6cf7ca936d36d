import { GCProfiler } from 'node:v8';
import type { MemoryReading } from '../../protocol/entries.ts';
import { isThenable } from '../isThenable.ts';
import { raise, readMemory } from '../reporting/memoryReading.ts';

/** A reading costs some 10 µs: a thousandth of the time. */
const READ_EVERY_MS = 10;
/** What is known of a collection takes 3 KB until it is fetched. */
const FETCH_EVERY_MS = 250;

/** The highest memory of the process that was seen while something ran. */
export interface PeakReading {
	start: MemoryReading;
	end: MemoryReading;
	/**
	 * Heap used plus external memory (array buffers among it), bytes: the highest of the readings at the start, at the end, each
	 * 10 ms where the event loop turns, and before each collection. Garbage that was not collected yet counts. It is a lower
	 * bound: the heap only grows between collections, so little of it is missed, but external memory that came and went
	 * between two readings is.
	 */
	peakBytes: number;
	/**
	 * `peakBytes` above what was in use at the start. Garbage at the start hides as much of it: `MemoryAnalyzer` and `MemoryPredictor` collect before.
	 */
	overStartBytes: number;
	/** Highest resident memory seen; exact where it is the highest since the process began, else a lower bound. */
	rssPeakBytes: number;
	/** Whether `rssPeakBytes` is the system's own figure rather than the highest of our readings. */
	rssExact: boolean;
	/** Collections that ended while it ran. */
	collections: number;
}

export interface PeakMeter {
	/** Ends the measurement; asked again, gives the same. */
	stop(): PeakReading;
}

const occupied = ({ heapUsedBytes, externalBytes }: MemoryReading): number => heapUsedBytes + externalBytes;

/** Of the process since it began. On Linux a child begins with its parent's figure, so only a rise says something. */
const highWaterBytes = (): number => process.resourceUsage().maxRSS * 1024;

/** Measures from here to `stop()`. Whatever else the process does meanwhile counts as well. */
export function startPeakMeter(): PeakMeter {
	const highWater = highWaterBytes();
	const start = readMemory();
	const highest = { ...start };
	let peakBytes = occupied(start);
	let collections = 0;
	let done: PeakReading | undefined;

	const read = (): MemoryReading => {
		const reading = readMemory();
		raise(highest, reading);
		peakBytes = Math.max(peakBytes, occupied(reading));
		return reading;
	};
	const profiler = new CollectionPeaks();
	const fetch = (last: boolean) => {
		const seen = profiler.take(last);
		collections += seen.collections;
		peakBytes = Math.max(peakBytes, seen.peakBytes);
	};
	let ticks = 0;
	const timer = setInterval(() => {
		read();
		if (++ticks % (FETCH_EVERY_MS / READ_EVERY_MS) === 0) fetch(false);
	}, READ_EVERY_MS);
	timer.unref();

	return {
		stop: () => {
			if (done) return done;
			clearInterval(timer);
			const end = read();
			fetch(true);
			const raisedTo = highWaterBytes();
			const rssExact = raisedTo > highWater && raisedTo >= highest.rssBytes;
			done = {
				start,
				end,
				peakBytes,
				overStartBytes: peakBytes - occupied(start),
				rssPeakBytes: rssExact ? raisedTo : highest.rssBytes,
				rssExact,
				collections,
			};
			return done;
		},
	};
}

/** Runs `fn` and measures the peak meanwhile; gives it in `onPeak`, also when `fn` fails. */
export function withPeak<T>(fn: () => T, onPeak: (peak: PeakReading, failed: boolean) => void): T {
	const meter = startPeakMeter();
	let result: T;
	try {
		result = fn();
	} catch (error) {
		onPeak(meter.stop(), true);
		throw error;
	}
	if (!isThenable(result)) {
		onPeak(meter.stop(), false);
		return result;
	}
	return (async () => {
		let failed = true;
		try {
			const value = await result;
			failed = false;
			return value;
		} finally {
			onPeak(meter.stop(), failed);
		}
	})() as T;
}

interface HeapFigures {
	heapStatistics: { usedHeapSize: number; externalMemory: number };
}

/** What V8 noted at the collections, synchronous work included. Several of them do not disturb each other. */
class CollectionPeaks {
	#profiler: GCProfiler | undefined = begun();

	take(last: boolean): { peakBytes: number; collections: number } {
		const statistics = this.#profiler?.stop()?.statistics ?? [];
		this.#profiler = last ? undefined : begun();
		let peakBytes = 0;
		for (const { beforeGC } of statistics) {
			// The declared type of Node calls it `externalMemory` as well, but leaves out that it may be missing.
			const { usedHeapSize, externalMemory = 0 } = (beforeGC as HeapFigures).heapStatistics;
			peakBytes = Math.max(peakBytes, usedHeapSize + externalMemory);
		}
		return { peakBytes, collections: statistics.length };
	}
}

function begun(): GCProfiler {
	const profiler = new GCProfiler();
	profiler.start();
	return profiler;
}
