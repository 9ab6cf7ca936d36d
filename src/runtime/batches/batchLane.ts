import { getHeapStatistics } from 'node:v8';
import { sharedGcOptimizer } from '../collection/gcOptimizer.ts';
import { collectUnlessDeferred } from '../collection/ownCollections.ts';
import { pressure } from '../monitor/pressure.ts';
import { checkPressure } from '../monitor/sharedMonitor.ts';
import type { BatchRecord } from '../reporting/records.ts';
import { warn } from '../reporting/warnings.ts';
import { messageOf } from '../runtimeError.ts';
import type { BatchSettings } from './batchOptions.ts';
import type { BatchSizer } from './batchSizer.ts';
import type { Baseline, BatchWork } from './batchWork.ts';

/** Sizes a predictor is told of at the end of a run. */
const MAX_LEARNED = 16;

interface Run {
	abort(reason: unknown): void;
}

/** What the runs of one processor share: its size, its record, its measurement. */
export class BatchLane<In, Out> {
	readonly settings: BatchSettings<In, Out>;
	readonly sizer: BatchSizer;
	/** Held because the hub holds it weakly: a run is enough to keep its processor in reach of memory pressure. */
	readonly owner: object;
	readonly #record: BatchRecord;
	readonly #runs = new Set<Run>();
	/** Highest growth by number of items, for the predictor. */
	readonly #learned = new Map<number, number>();
	#ended: { reason: unknown } | undefined;
	#runningItems = 0;
	#begunItems = 0;

	constructor(settings: BatchSettings<In, Out>, sizer: BatchSizer, record: BatchRecord, owner: object) {
		this.settings = settings;
		this.sizer = sizer;
		this.owner = owner;
		this.#record = record;
	}

	/** A run begins; call what it gives at its end. */
	enter(run: Run, totalItems: number | undefined): () => void {
		this.#runs.add(run);
		// A processor counts over all its runs; what an earlier one left undone is not to come any more.
		const before = this.#runs.size === 1 ? this.#record.items : this.#record.totalItems;
		const known = before !== undefined && totalItems !== undefined;
		this.#record.totalItems = known ? before + totalItems : undefined;
		return () => {
			this.#runs.delete(run);
			this.#learn();
		};
	}

	/** Ends all runs with `reason`, also those that have yet to begin. */
	abortAll(reason: unknown): void {
		this.#ended = { reason };
		for (const run of [...this.#runs]) run.abort(reason);
	}

	throwIfEnded(): void {
		if (this.#ended) throw this.#ended.reason;
	}

	/** A batch is about to be filled. */
	prepare(): Baseline | undefined {
		checkPressure();
		this.sizer.follow(pressure.level, 'level');
		if (this.settings.bytesOf) return undefined;
		return { bytes: occupiedBytes(), runningItems: this.#runningItems, begunItems: this.#begunItems };
	}

	added(work: BatchWork<In, Out>): void {
		this.#record.inFlightItems += work.size;
		this.#changed(work.bytes);
	}

	start(work: BatchWork<In, Out>, onDone: () => void): void {
		this.#runningItems += work.size;
		this.#begunItems += work.size;
		work.start(this.settings, this.sizer.reason, () => {
			this.#measure(work);
			this.#runningItems -= work.size;
			onDone();
		});
	}

	delivered(work: BatchWork<In, Out>): void {
		this.#record.items += work.size;
		this.#record.batches++;
		for (const { items } of work.failures) this.#record.failedItems += items;
		this.dropped(work);
		const { collectBetween } = this.settings;
		const high = pressure.level === 'high' || pressure.level === 'critical';
		if (collectBetween === true || (collectBetween === 'pressure' && high)) this.#collect();
	}

	/** It is not in work any longer, delivered or not. */
	dropped(work: BatchWork<In, Out>): void {
		this.#record.inFlightItems -= work.size;
		this.#changed(-work.bytes);
	}

	#measure(work: BatchWork<In, Out>): void {
		const failed = work.failures.length > 0;
		const { baseline } = work;
		let bytes: number | undefined;
		let items = work.size;
		if (this.settings.bytesOf) bytes = work.bytes;
		else if (baseline && !failed) {
			bytes = occupiedBytes() - baseline.bytes;
			// All that were in work meanwhile had a part in the growth.
			items = baseline.runningItems + this.#begunItems - baseline.begunItems;
			this.#remember(items, bytes);
		}
		this.sizer.batchEnded(bytes, items, pressure.level);
	}

	#remember(items: number, bytes: number): void {
		if (!this.settings.predictor || !(bytes > 0)) return;
		const known = this.#learned.get(items);
		if (known === undefined && this.#learned.size >= MAX_LEARNED) return;
		this.#learned.set(items, Math.max(known ?? 0, bytes));
	}

	#learn(): void {
		const { predictor, name } = this.settings;
		if (!predictor || this.#learned.size === 0) return;
		try {
			for (const [items, peakBytes] of this.#learned) predictor.record({ operation: name, items, peakBytes });
			this.#learned.clear();
			predictor.save();
		} catch (error) {
			warn(`Batches "${name}": what was learned could not be kept: ${messageOf(error)}`, error);
		}
	}

	#collect(): void {
		try {
			// Asked for after each batch it must not wait for `gcIntervalMs`; by level it may.
			const limited = this.settings.collectBetween === 'pressure';
			const done = limited ? !sharedGcOptimizer().collect().skipped : collectUnlessDeferred() !== undefined;
			if (!done) return;
			this.#record.collections++;
			this.#record.version++;
		} catch (error) {
			warn(`Batches "${this.settings.name}": no collection between batches: ${messageOf(error)}`, error);
		}
	}

	#changed(bytes: number): void {
		const record = this.#record;
		const each = this.sizer.bytesPerItem;
		record.bytesPerItem = each;
		// Fractions add up to a little more or less than nothing.
		if (this.settings.bytesOf) record.inFlightBytes = record.inFlightItems && (record.inFlightBytes ?? 0) + bytes;
		else if (each !== undefined) record.inFlightBytes = each * record.inFlightItems;
		record.version++;
	}
}

/** Heap and external memory, array buffers among it. Half a microsecond, where `process.memoryUsage` takes fifteen: that asks the system. */
function occupiedBytes(): number {
	const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
	return heap + external;
}
