import type { MemoryLevel } from '../protocol/entries.ts';
import type { CacheStats } from './caches/cacheOptions.ts';
import type { CollectionResult } from './collection/forceCollection.ts';
import { disposeSharedGcOptimizer, type GcOptimizer, sharedGcOptimizer } from './collection/gcOptimizer.ts';
import { collectNow } from './collection/ownCollections.ts';
import { configure, currentConfig } from './config.ts';
import type { MemoryConfig, MemoryConfigOptions } from './configuration/memoryConfig.ts';
import type { GpuMemory } from './monitor/gpuFigures.ts';
import { gpuMemory } from './monitor/gpuMemory.ts';
import type { MemoryMonitor, PressureListener } from './monitor/memoryMonitor.ts';
import { type MemoryUsage, readRawUsage, withLevel } from './monitor/memoryUsage.ts';
import { disposeMonitoring, sharedMonitor, startMonitoring, stopMonitoring } from './monitor/sharedMonitor.ts';
import type { PressureSimulation, SimulationOptions } from './monitor/simulation.ts';
import type { MemorySummary } from './monitor/usageSummary.ts';
import type { PoolStats } from './pools/poolOptions.ts';
import { sharedHub } from './reporter.ts';
import { callSafely } from './reporting/callSafely.ts';
import { onWarning, type RuntimeWarning, warn } from './reporting/warnings.ts';
import { messageOf, runtimeErrors } from './runtimeError.ts';
import * as lists from './storeLists.ts';

/**
 * One place to ask about, and act on, the memory of this process. There is one, `memoryManager`; importing it starts nothing.
 *
 * @example
 * memoryManager.configure({ profile: 'constrained' });
 * memoryManager.onLowMemory(({ reason }) => console.warn(reason));
 * memoryManager.startMonitoring();
 */
export class MemoryManager {
	readonly #endings = new Set<() => void>();

	/** The limits in force; see `currentConfig`. Throws `invalidConfig` where the environment names one that cannot be. */
	get config(): Readonly<MemoryConfig> {
		return currentConfig();
	}

	/** Changes the limits from now on and gives those that hold; see `configure`. Throws `invalidConfig`. */
	configure(options: MemoryConfigOptions): Readonly<MemoryConfig> {
		return configure(options);
	}

	/** The monitor whose level everything goes by. Asking for it does not start it. */
	get monitor(): MemoryMonitor {
		return sharedMonitor();
	}

	/** Memory of the process and of its surroundings now, bytes. `externalBytes` includes `arrayBuffersBytes`. */
	memoryUsage(): MemoryUsage {
		return withLevel(readRawUsage());
	}

	/** Current, lowest, peak and average of what the monitor has sampled. */
	summary(): MemorySummary {
		return sharedMonitor().summary();
	}

	/** Per graphics card; `undefined` where there is none that tells. Rejects with `gpuUnavailable` where it cannot be asked. */
	gpuMemory(): Promise<GpuMemory[] | undefined> {
		return gpuMemory();
	}

	/** Samples in the background from now on; the first container that adapts to the level does the same. */
	startMonitoring(): void {
		startMonitoring();
	}

	/** No container starts it again; the level is `normal` from here on. */
	stopMonitoring(): void {
		stopMonitoring();
	}

	/** Told after every change of the level, while the monitor runs. Gives what ends it. */
	onPressure(listener: PressureListener): () => void {
		return this.#kept(sharedMonitor().onPressure(listener));
	}

	/** Told when memory gets short: the level rises to `elevated`, `high` or `critical`. Gives what ends it. */
	onLowMemory(listener: PressureListener): () => void {
		return this.#kept(sharedMonitor().onLowMemory(listener));
	}

	/** Told of what went wrong in the background, such as a callback that threw; Node prints no warning then. Gives what ends it. */
	onWarning(listener: (warning: RuntimeWarning) => void): () => void {
		return this.#kept(onWarning(listener));
	}

	/**
	 * Makes the whole library act as at this level, to try out what a script does when memory gets short: caches shrink, pools and
	 * batches too, callbacks are told. Ends after `durationMs`, with `end()`, or by simulating `normal`. Throws `invalidOption`.
	 *
	 * @example
	 * using simulation = memoryManager.simulatePressure('critical');
	 */
	simulatePressure(level: MemoryLevel, options?: SimulationOptions): PressureSimulation {
		return sharedMonitor().simulate(level, options);
	}

	/**
	 * Runs a full garbage collection now; `--expose-gc` is not needed. The script stands still meanwhile.
	 * Throws a `MemoryManagerError` (`collectionUnavailable`) where V8 offers none.
	 */
	forceGarbageCollection(): CollectionResult {
		return collectNow();
	}

	/** Strategy, cadence and account of garbage collections; made at its first use, which changes nothing. */
	get gc(): GcOptimizer {
		return sharedGcOptimizer();
	}

	/**
	 * Empties the caches of this name, or all of them; gives the bytes of memory let go by their own account. A `SpillCache` loses its
	 * part on disk as well; those bytes are not counted.
	 * Throws a `MemoryManagerError` (`unknownCache`) when no live cache has the name.
	 */
	clearCache(name?: string): { clearedCaches: number; freedBytes: number } {
		const hub = sharedHub();
		const all = [...hub.caches.live()];
		const chosen = name === undefined ? all : all.filter(cache => cache.record.name === name);
		if (name !== undefined && chosen.length === 0) {
			throw runtimeErrors.unknownCache(name, [...new Set(all.map(cache => cache.record.name))]);
		}
		let freedBytes = 0;
		for (const { record, owner } of chosen) {
			const before = record.bytes;
			owner.clear?.();
			freedBytes += before - record.bytes;
		}
		// After the part in memory, which is a cache of its own: its bytes count.
		for (const { record, owner } of [...hub.spills.live()]) {
			if (name !== undefined && record.name !== name) continue;
			callSafely(
				() => owner.clear?.(),
				error => warn(`The disk part of cache "${record.name}" could not be cleared: ${messageOf(error)}`, error),
			);
		}
		return { clearedCaches: chosen.length, freedBytes };
	}

	/** Live caches of this process; the lists below likewise. */
	caches(): CacheStats[] {
		return lists.cacheList();
	}

	weakCaches(): lists.WeakCacheReport[] {
		return lists.weakCacheList();
	}

	spills(): lists.SpillReport[] {
		return lists.spillList();
	}

	pools(): PoolStats[] {
		return lists.poolList();
	}

	batches(): lists.BatchReport[] {
		return lists.batchList();
	}

	tensorDicts(): lists.TensorDictReport[] {
		return lists.tensorDictList();
	}

	streams(): lists.StreamReport[] {
		return lists.streamList();
	}

	/** Regions seen while a profiler listens; without one regions cost nothing and nothing is counted, so the list is empty. */
	regions(): lists.RegionStats[] {
		return lists.regionList();
	}

	/** Stops the monitor, ends a simulation and forgets all callbacks; limits stay. Usable again at once. */
	dispose(): void {
		for (const end of [...this.#endings]) end();
		disposeMonitoring();
		disposeSharedGcOptimizer();
	}

	[Symbol.dispose](): void {
		this.dispose();
	}

	#kept(end: () => void): () => void {
		const ending = () => {
			this.#endings.delete(ending);
			end();
		};
		this.#endings.add(ending);
		return ending;
	}
}

/** The process's manager: importing it starts nothing. */
export const memoryManager = new MemoryManager();
