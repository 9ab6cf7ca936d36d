import type { MemoryLevel } from '../../protocol/entries.ts';
import { formatBytes } from '../../protocol/units.ts';
import { pressure } from '../monitor/pressure.ts';
import { ensureMonitoring } from '../monitor/sharedMonitor.ts';
import { sharedHub } from '../reporter.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import { monotonicMs } from '../reporting/clock.ts';
import type { BatchRecord } from '../reporting/records.ts';
import type { Relief } from '../reporting/registry.ts';
import { shortName } from '../reporting/shortName.ts';
import { batchErrors } from './batchErrors.ts';
import { BatchLane } from './batchLane.ts';
import { type BatchProcessorOptions, type BatchRunOptions, type BatchSettings, batchSettings } from './batchOptions.ts';
import { BatchRun } from './batchRun.ts';
import { BatchSizer, itemsText, type SizeDecision } from './batchSizer.ts';
import type { Input } from './itemSource.ts';

export interface BatchProcessorStats {
	name: string;
	size: number;
	concurrency: number;
	/** Why, one sentence. */
	reason: string;
	/** Declared or measured; absent before the first batch. */
	bytesPerItem?: number;
	inFlightItems: number;
	items: number;
	batches: number;
	failedItems: number;
	collections: number;
}

/**
 * Processes what an iterable gives in batches that keep within memory. How many items make a batch, and how many batches are in
 * work, follows the memory level (100, 75, 50, 25 %; one batch at a time when it is critical) and the bytes per item, declared
 * or measured, against `maxBytes`. It shrinks at once and grows back by half per batch; each decision is reported with its
 * reason. Results come in the order of the input, one per item, and no more is pulled than is in work: who reads slowly slows the input.
 *
 * Bounds hold for each run by itself; size and measurement are those of all runs. Memory that V8 does not know of (native modules) is
 * not measured: declare it with `bytesOf`.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) for options that cannot be, and for names that are none.
 *
 * @example
 * const processor = new BatchProcessor({ name: 'rows', maxSize: 1000, maxBytes: 64 * 1024 * 1024, process: rows => insert(rows) });
 * for await (const result of processor.process(readRows())) console.log(result);
 */
export class BatchProcessor<In, Out> {
	readonly name: string;
	readonly #lane: BatchLane<In, Out>;
	readonly #record: BatchRecord;
	readonly #id: number;

	constructor(options: BatchProcessorOptions<In, Out>) {
		const settings = batchSettings(options);
		this.name = shortName(settings.name);
		this.#record = recordOf(this.name, settings);
		this.#id = sharedHub().batches.add(this.#record, this);
		const declared = settings.bytesOf !== undefined;
		const tell = (decision: SizeDecision) => report(this.#id, this.#record, decision);
		const sizer = new BatchSizer({ ...settings, declared }, pressure.level, tell, predictedSize(settings));
		this.#lane = new BatchLane(settings, sizer, this.#record, this);
		ensureMonitoring();
	}

	/**
	 * The results, in the order of `items`; failed items have none (see `onError`). Nothing happens before the first is asked for.
	 * Throws `invalidInput` for what is not iterable, `invalidOption`, and `disposed`.
	 */
	process(items: Input<In>, options: BatchRunOptions = {}): BatchRun<In, Out> {
		if (this.#record.disposed) throw batchErrors.disposed(this.name);
		return new BatchRun(this.#lane, items, options);
	}

	/** Since it was made, over all runs. */
	stats(): BatchProcessorStats {
		const { size, concurrency, inFlightItems, items, batches, failedItems, collections } = this.#record;
		const { reason, bytesPerItem } = this.#lane.sizer;
		return {
			name: this.name,
			size,
			concurrency,
			reason,
			...(bytesPerItem !== undefined && { bytesPerItem }),
			inFlightItems,
			items,
			batches,
			failedItems,
			collections,
		};
	}

	/** Shrinks to what the level leaves, now. What is in work stays in work. Called by memory pressure. */
	relieve(level: MemoryLevel): Relief | undefined {
		const { size, concurrency } = this.#record;
		if (!this.#lane.sizer.follow(level, 'pressure')) return undefined;
		const after = this.#record;
		const batches = concurrency === after.concurrency ? '' : `, ${concurrency} → ${after.concurrency} at a time`;
		return { detail: `Batches of ${size} → ${itemsText(after.size)}${batches}.` };
	}

	/** Ends what is running with `disposed`; later runs are refused. */
	dispose(): void {
		if (this.#record.disposed) return;
		this.#record.disposed = true;
		sharedHub().batches.remove(this.#id);
		this.#lane.abortAll(batchErrors.disposed(this.name));
	}

	[Symbol.dispose](): void {
		this.dispose();
	}
}

function recordOf<In, Out>(name: string, settings: BatchSettings<In, Out>): BatchRecord {
	return {
		name,
		site: callSiteOf(BatchProcessor),
		version: 0,
		disposed: false,
		size: settings.maxSize,
		minSize: settings.minSize,
		maxSize: settings.maxSize,
		concurrency: settings.maxConcurrency,
		maxConcurrency: settings.maxConcurrency,
		maxBytes: settings.maxBytes,
		bytesPerItem: undefined,
		bytesFrom: settings.bytesOf ? 'declared' : 'measured',
		inFlightItems: 0,
		inFlightBytes: undefined,
		items: 0,
		totalItems: undefined,
		batches: 0,
		failedItems: 0,
		collections: 0,
	};
}

function report(batch: number, record: BatchRecord, { size, concurrency, cause, reason }: SizeDecision): void {
	record.size = size;
	record.concurrency = concurrency;
	record.version++;
	const hub = sharedHub();
	if (!hub.recording) return;
	hub.report({ type: 'batchDecision', t: monotonicMs(), batch, size, concurrency, cause, reason });
}

/** The most items whose predicted need, at the upper end of its interval, fits beside that of the other batches in work. */
function predictedSize<In, Out>(settings: BatchSettings<In, Out>): { size: number; reason: string } | undefined {
	const { predictor, adaptive, bytesOf, maxBytes, name, minSize, maxSize, maxConcurrency } = settings;
	if (!predictor || !adaptive || bytesOf || maxBytes === undefined) return undefined;
	const share = maxBytes / maxConcurrency;
	const needOf = (items: number) => {
		const { bytes, highBytes } = predictor.estimate(name, { items });
		return highBytes ?? bytes;
	};
	const least = needOf(minSize);
	if (least === undefined) return undefined;
	let [low, high] = [minSize, maxSize];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if ((needOf(middle) ?? Number.POSITIVE_INFINITY) <= share) low = middle;
		else high = middle - 1;
	}
	const { observations } = predictor.predict(name, { items: low });
	const need = formatBytes(needOf(low));
	const by = `by ${observations} earlier measurements`;
	const reason =
		least > share
			? `Begins with ${itemsText(low)}, the least allowed, though ${by} they may need ${need}, more than ${formatBytes(share)}.`
			: `Begins with ${itemsText(low)}, which ${by} need at most ${need} of ${formatBytes(share)}.`;
	return { size: low, reason };
}
