/// <reference lib="esnext.disposable" preserve="true" />
import type { GcStrategy } from '../../protocol/runtimeEntries.ts';
import { formatBytes, formatMs } from '../../protocol/units.ts';
import { currentConfig } from '../config.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { readMemory } from '../reporting/memoryReading.ts';
import { warn } from '../reporting/warnings.ts';
import { runtimeErrors } from '../runtimeError.ts';
import { type CollectionResult, occupied } from './forceCollection.ts';
import {
	type CollectOptions,
	type CollectOutcome,
	checkCollectOptions,
	checkGcOptions,
	checkStrategy,
	type GcConfig,
	type GcOptimizerOptions,
	type GcStats,
} from './gcOptions.ts';
import {
	collectUnlessDeferred,
	countDeferred,
	describeCollector,
	lastCollection,
	ownCollections,
	withoutCollection,
} from './ownCollections.ts';
import { PauseMeter } from './pauseMeter.ts';
import { leverStates, leversKnown, pullLevers, youngGenerationBytes } from './v8Levers.ts';

const GROWTH_BYTES = 64 * 1024 * 1024;
/** How often `maybeCollect` and the timer look at the memory, ms. */
const LOOK_EVERY_MS = 250;
/** Above the threshold a collection is worth its time only when something came since the last one. */
const WORTH_SHARE = 0.05;
/** Whose choice V8's settings follow. */
let chooser: WeakRef<GcOptimizer> | undefined;

/**
 * Chooses how much memory is given for how few collections, and forces collections within limits. V8's settings belong to the
 * process: of several optimizers the last choice holds, so that `memoryManager.gc` is all that most scripts need.
 *
 * - `aggressive`: fast, much memory. V8's young generation grows at once, the heap ten-fold between full collections; we force none.
 * - `balanced`: V8 as it was started; we collect above `thresholdBytes`, where one is set.
 * - `conservative`: little memory, many collections. V8's young generation is shrunk (Node 22 and newer) and kept small, full
 *   collections come after 50 % of growth; we collect when `growthBytes` came to the heap and external memory together, or above `thresholdBytes`.
 *
 * `config()` says what of this is in force on this Node. Our own collections come at most once in `intervalMs`.
 * Throws a `MemoryManagerError` (`invalidOption`) for wrong options.
 *
 * @example
 * memoryManager.gc.use('conservative');
 * for (const row of rows) {
 * 	work(row);
 * 	memoryManager.gc.maybeCollect();
 * }
 */
export class GcOptimizer {
	readonly #options: GcOptimizerOptions;
	#strategy: GcStrategy | undefined;
	/** Lowest level seen since the last collection: growth counts from there. */
	#baseBytes = 0;
	#nextLookMs = 0;
	#timer: NodeJS.Timeout | undefined;
	#meter: PauseMeter | undefined;
	#disposed = false;

	constructor(options: GcOptimizerOptions = {}) {
		checkGcOptions(options);
		this.#options = { ...options };
		if (options.strategy !== undefined) this.use(options.strategy);
	}

	/** Absent: V8 runs as it was started. */
	get strategy(): GcStrategy | undefined {
		return this.#strategy;
	}

	/**
	 * Follows a strategy from now on; gives what is in force. `conservative` runs a full collection, unless `withoutCollection` is open.
	 * Throws a `MemoryManagerError`: `invalidOption` for an unknown strategy, `invalidConfig` where the environment is wrong, `disposed` after `dispose`.
	 */
	use(strategy: GcStrategy): GcConfig {
		checkStrategy(strategy);
		if (this.#disposed) throw runtimeErrors.disposed('The GcOptimizer');
		// A configuration that cannot be must throw before anything has changed.
		currentConfig();
		const changed = this.#strategy !== strategy;
		this.#strategy = strategy;
		chooser = new WeakRef(this);
		pullLevers(strategy);
		// Held small from here on, so what it grew to before has to go first.
		if (changed && strategy === 'conservative' && leversKnown()) this.#shrink();
		this.#baseBytes = occupied(readMemory());
		this.#watch();
		this.#describe();
		return this.config();
	}

	/** V8 as it was started, unless another optimizer has chosen since, and no collections of our own; those before stay counted. */
	reset(): void {
		if (this.#strategy === undefined) return;
		this.#strategy = undefined;
		this.#watch();
		// What another one has chosen since is not ours to undo.
		if (chooser?.deref() !== this) return;
		chooser = undefined;
		pullLevers(undefined);
		this.#describe();
	}

	/** What is in force now, setting by setting. */
	config(): GcConfig {
		const young = youngGenerationBytes();
		const cadence = this.#cadence();
		return {
			...(this.#strategy && { strategy: this.#strategy }),
			levers: leverStates(this.#strategy),
			...(young !== undefined && { youngGenerationBytes: young }),
			...(cadence && { cadence }),
		};
	}

	/**
	 * Runs a garbage collection now, with or without `--expose-gc`, and says what it freed: bytes of heap and external memory.
	 * Skipped where the last full one of this library is less than `intervalMs` ago (unless `force` is set), and put off inside
	 * `withoutCollection`. Throws a `MemoryManagerError` (`collectionUnavailable`) where V8 offers none.
	 */
	collect(options: CollectOptions = {}): CollectOutcome {
		checkCollectOptions(options);
		const { force = false, minor = false } = options;
		const nextInMs = this.#nextInMs();
		if (nextInMs > 0 && !force && !minor) {
			countDeferred();
			return { skipped: 'rateLimit', nextInMs };
		}
		const result = collectUnlessDeferred(minor ? 'minor' : 'full');
		if (!result) return { skipped: 'deferred' };
		if (!minor) this.#baseBytes = occupied(result.after);
		return result;
	}

	/**
	 * Collects if the strategy says that it is time; for synchronous work, in which no timer fires. Most calls only look at the clock.
	 * Gives what a collection did, else `undefined`.
	 */
	maybeCollect(): CollectionResult | undefined {
		const now = monotonicMs();
		if (now < this.#nextLookMs || this.#strategy === undefined) return undefined;
		this.#nextLookMs = now + LOOK_EVERY_MS;
		if (!this.#due()) return undefined;
		const result = collectUnlessDeferred();
		if (result) this.#baseBytes = occupied(result.after);
		return result;
	}

	/** Puts our own collections off while `fn` runs; see `withoutCollection`. Returns what `fn` returns. */
	withoutCollection<T>(fn: () => T): T {
		if (typeof fn !== 'function') {
			throw runtimeErrors.invalidOption('GcOptimizer.withoutCollection', 'fn', 'a function', fn);
		}
		return withoutCollection(fn);
	}

	/** From here on `stats().pauses` tells every collection, V8's own as well: about 3 KB each until they are read, every two seconds. */
	measurePauses(): void {
		if (this.#disposed) throw runtimeErrors.disposed('The GcOptimizer');
		this.#meter ??= new PauseMeter();
	}

	/** Collections that this library forced since the process began, and pauses where they are measured. */
	stats(): GcStats {
		const pauses = this.#meter?.pauses();
		return { ...(this.#strategy && { strategy: this.#strategy }), ...ownCollections(), ...(pauses && { pauses }) };
	}

	/** Back to how V8 was started; no timer remains. */
	dispose(): void {
		this.reset();
		this.#meter?.stop();
		this.#meter = undefined;
		this.#disposed = true;
	}

	[Symbol.dispose](): void {
		this.dispose();
	}

	#shrink(): void {
		try {
			collectUnlessDeferred('shrinking');
		} catch (error) {
			warn(
				`The young generation could not be shrunk: ${error instanceof Error ? error.message : String(error)}`,
				error,
			);
		}
	}

	#intervalMs(): number {
		return this.#options.intervalMs ?? currentConfig().gcIntervalMs;
	}

	#nextInMs(): number {
		const last = lastCollection();
		return last ? Math.max(0, last.atMs + this.#intervalMs() - monotonicMs()) : 0;
	}

	#cadence(): GcConfig['cadence'] {
		if (this.#strategy === undefined || this.#strategy === 'aggressive') return undefined;
		const thresholdBytes = this.#options.thresholdBytes ?? currentConfig().gcThresholdBytes;
		const growthBytes = this.#strategy === 'conservative' ? (this.#options.growthBytes ?? GROWTH_BYTES) : undefined;
		if (thresholdBytes === undefined && growthBytes === undefined) return undefined;
		return {
			...(growthBytes !== undefined && { growthBytes }),
			...(thresholdBytes !== undefined && { thresholdBytes }),
			intervalMs: this.#intervalMs(),
		};
	}

	#due(): boolean {
		const cadence = this.#cadence();
		if (!cadence) return false;
		const now = occupied(readMemory());
		this.#baseBytes = Math.min(this.#baseBytes, now);
		const growth = now - this.#baseBytes;
		const { growthBytes = Number.POSITIVE_INFINITY, thresholdBytes = Number.POSITIVE_INFINITY } = cadence;
		const due = growth >= growthBytes || (now >= thresholdBytes && growth >= thresholdBytes * WORTH_SHARE);
		return due && this.#nextInMs() === 0;
	}

	/** The timer must not keep an optimizer alive that was dropped. */
	#watch(): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
		if (this.#strategy === undefined || this.#strategy === 'aggressive') return;
		const held = new WeakRef(this);
		const timer = setInterval(() => {
			const optimizer = held.deref();
			if (optimizer) optimizer.#look();
			else clearInterval(timer);
		}, LOOK_EVERY_MS);
		timer.unref();
		this.#timer = timer;
	}

	#look(): void {
		try {
			this.maybeCollect();
		} catch (error) {
			clearInterval(this.#timer);
			warn(`Collections by ${this.#strategy} ended: ${error instanceof Error ? error.message : String(error)}`, error);
		}
	}

	#describe(): void {
		const { strategy, levers, cadence } = this.config();
		const settings = levers.map(
			({ setting, inForce, detail }) => `${setting}${inForce ? '' : ' (not in force)'}: ${detail}`,
		);
		if (cadence) settings.push(cadenceText(cadence));
		describeCollector(strategy, settings);
	}
}

function cadenceText({ growthBytes, thresholdBytes, intervalMs }: NonNullable<GcConfig['cadence']>): string {
	const when = [
		...(growthBytes === undefined ? [] : [`after ${formatBytes(growthBytes)} of growth`]),
		...(thresholdBytes === undefined ? [] : [`above ${formatBytes(thresholdBytes)}`]),
	];
	return `own collections ${when.join(' or ')}, every ${formatMs(intervalMs)} at most`;
}

let shared: GcOptimizer | undefined;

/** The process's optimizer: `memoryManager.gc`. */
export function sharedGcOptimizer(): GcOptimizer {
	shared ??= new GcOptimizer();
	return shared;
}

/** Back to how V8 was started; the next use makes another optimizer. */
export function disposeSharedGcOptimizer(): void {
	shared?.dispose();
	shared = undefined;
}
