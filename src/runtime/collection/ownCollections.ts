/**
 * The collections that this library forces, of whatever part of it: counted in one place, and put off together while a
 * `withoutCollection` is open anywhere in the process.
 */
import type { GcStrategy } from '../../protocol/runtimeEntries.ts';
import { isPlainPromise, settling } from '../regions/settling.ts';
import { sharedHub } from '../reporter.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { warn } from '../reporting/warnings.ts';
import { messageOf } from '../runtimeError.ts';
import { type CollectionKind, type CollectionResult, forceCollection, occupied } from './forceCollection.ts';

/** Figures since the process began. */
export interface OwnCollections {
	/** Collections that this library forced, the bytes they freed and the time the script stood still for them, ms. */
	collections: number;
	freedBytes: number;
	pauseMs: number;
	/** Asked for but put off or left out: too early, or inside `withoutCollection`. */
	deferred: number;
}

const figures: OwnCollections = { collections: 0, freedBytes: 0, pauseMs: 0, deferred: 0 };
/** What the collector entry says of the strategy. */
let told: { strategy?: GcStrategy; settings: readonly string[] } = { settings: [] };
let last: { atMs: number; occupiedBytes: number } | undefined;
/** Open `withoutCollection`s, and whether a collection was asked for meanwhile. */
let open = 0;
let wanted = false;

export const ownCollections = (): OwnCollections => ({ ...figures });

/** The last full collection that this library forced. */
export const lastCollection = (): Readonly<{ atMs: number; occupiedBytes: number }> | undefined => last;

/** Collects now, whatever is open: a person asked. Throws `collectionUnavailable`. */
export function collectNow(kind: CollectionKind = 'full'): CollectionResult {
	const result = forceCollection(kind);
	figures.collections++;
	figures.freedBytes += result.freedBytes;
	figures.pauseMs += result.ms;
	// One that makes room for a strategy is no part of its cadence.
	if (kind === 'full') last = { atMs: monotonicMs(), occupiedBytes: occupied(result.after) };
	tellCollector();
	return result;
}

/** Collects now, or at the end of the open `withoutCollection`; then `undefined`. Throws `collectionUnavailable`. */
export function collectUnlessDeferred(kind?: CollectionKind): CollectionResult | undefined {
	if (open === 0) return collectNow(kind);
	if (!wanted) countDeferred();
	wanted = true;
	return undefined;
}

export function countDeferred(): void {
	figures.deferred++;
	tellCollector();
}

/**
 * Runs `fn` and puts the collections that this library would force meanwhile off to its end: then one is run, if any was asked for.
 * V8's own collections cannot be stopped. A promise of `fn` counts until it settles, and comes back as another one that settles
 * alike; see `region`. Calls nest and overlap; the last one that ends collects. What a person asks for is done at once:
 * `memoryManager.forceGarbageCollection()`, a command of the profiler, `freeMemory`, `forceComprehensiveCleanup`.
 */
export function withoutCollection<T>(fn: () => T): T {
	return section(fn, () => close(false));
}

/** Like {@link withoutCollection}, with a collection before and another one after; `told` gets both, `undefined` for one that is put off. */
export function withCollectionAround<T>(
	fn: () => T,
	told: (before: CollectionResult | undefined, after: CollectionResult | undefined) => void,
): T {
	const before = attempt(collectUnlessDeferred);
	return section(fn, () => told(before, close(true)));
}

function section<T>(fn: () => T, end: () => void): T {
	open++;
	let result: T;
	try {
		result = fn();
	} catch (error) {
		end();
		throw error;
	}
	if (isPlainPromise(result)) return settling(result, end) as T;
	end();
	return result;
}

function close(collect: boolean): CollectionResult | undefined {
	open--;
	if (open > 0) {
		if (collect) collectUnlessDeferred();
		return undefined;
	}
	if (!collect && !wanted) return undefined;
	wanted = false;
	return attempt(collectNow);
}

/** Where no collection can be forced, the work that it was for goes on. */
function attempt(collect: () => CollectionResult | undefined): CollectionResult | undefined {
	try {
		return collect();
	} catch (error) {
		warn(`A collection failed: ${messageOf(error)}`, error);
		return undefined;
	}
}

/** From here on the collector's entries say this of the strategy. */
export function describeCollector(strategy: GcStrategy | undefined, settings: readonly string[]): void {
	told = { ...(strategy && { strategy }), settings };
	tellCollector();
}

function tellCollector(): void {
	const { strategy, settings } = told;
	const entry = { type: 'collector', t: monotonicMs(), ...(strategy && { strategy }), ...figures } as const;
	sharedHub().report({ ...entry, settings: [...settings] });
}
