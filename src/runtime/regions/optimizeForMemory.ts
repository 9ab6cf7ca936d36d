import { types } from 'node:util';
import type { Site } from '../../protocol/entries.ts';
import type { CleanupStep } from '../../protocol/runtimeEntries.ts';
import { formatMs } from '../../protocol/units.ts';
import type { CollectionResult } from '../collection/forceCollection.ts';
import { withCollectionAround } from '../collection/ownCollections.ts';
import { type SharedHub, sharedHub } from '../reporter.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import { monotonicMs } from '../reporting/clock.ts';
import type { RegionRecord } from '../reporting/regionBook.ts';
import { shortName } from '../reporting/shortName.ts';
import { MemoryManagerError, shown } from '../runtimeError.ts';
import { measured } from './measured.ts';

/** What `optimizeForMemory` is: wraps a function, or decorates a method (standard decorators). */
export interface MemoryOptimization {
	<This, Args extends unknown[], Result>(
		method: (this: This, ...args: Args) => Result,
		context: ClassMethodDecoratorContext<This, (this: This, ...args: Args) => Result>,
	): (this: This, ...args: Args) => Result;
	<F extends (this: never, ...args: never[]) => unknown>(fn: F): F;
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/**
 * For a large step: a full collection before it, so that it starts with what is really held, and one after it, so that nothing of it
 * stays; meanwhile this library forces none (see `withoutCollection`). A promise counts until it settles. Two full collections a
 * call: not for what is called often. Calls inside each other share those of the outermost. Reported as a region of the function's name.
 *
 * The function keeps `this`, its name and its length, returns what it returns and throws what it throws. A promise comes back as
 * another one that settles alike; see `region`. Where no collection can be forced, that is warned about and the function runs.
 *
 * Throws a `MemoryManagerError` (`invalidInput`) when given something else than a function or a method, or a generator, whose work
 * is not done when it is called.
 *
 * @example
 * ```ts
 * const rebuild = optimizeForMemory(async function rebuild(files) { … });
 * class Collection {
 * 	@optimizeForMemory
 * 	process(files: string[]) { … }
 * }
 * ```
 */
export const optimizeForMemory = optimize as MemoryOptimization;

function optimize(fn: unknown, context?: unknown): AnyFunction {
	const { kind, name } = (context ?? {}) as { kind?: unknown; name?: unknown };
	if (typeof fn !== 'function' || types.isGeneratorFunction(fn) || (context !== undefined && kind !== 'method')) {
		const given = typeof fn !== 'function' ? shown(fn) : context === undefined ? 'a generator' : `a ${String(kind)}`;
		throw new MemoryManagerError(
			'invalidInput',
			`optimizeForMemory takes a function or, as a standard decorator, a method that does its work when called, not ${given}.`,
		);
	}
	const label = shortName(String(name ?? '') || fn.name || 'optimizeForMemory');
	return optimized(fn as AnyFunction, label, callSiteOf(optimize));
}

function optimized(fn: AnyFunction, name: string, site: Site | undefined): AnyFunction {
	let record: RegionRecord | undefined;
	const wrapper = function (this: unknown, ...args: unknown[]): unknown {
		const hub = sharedHub();
		const began = monotonicMs();
		const call = () => Reflect.apply(fn, this, args);
		if (!hub.recording) return withCollectionAround(call, () => {});
		record ??= hub.regionAt('optimizeForMemory', name, site);
		const region = record;
		return withCollectionAround(
			() => measured(hub, region, call),
			(before, after) => tell(hub, name, began, before, after),
		);
	};
	Object.defineProperty(wrapper, 'name', { value: fn.name, configurable: true });
	Object.defineProperty(wrapper, 'length', { value: fn.length, configurable: true });
	return wrapper;
}

function tell(
	hub: SharedHub,
	label: string,
	t: number,
	before: CollectionResult | undefined,
	after: CollectionResult | undefined,
): void {
	if (!hub.recording) return;
	const steps = [stepOf('before', before), stepOf('after', after)];
	hub.report({
		type: 'cleanup',
		t,
		ms: (before?.ms ?? 0) + (after?.ms ?? 0),
		cause: 'optimizeForMemory',
		label,
		steps,
	});
}

function stepOf(when: string, result: CollectionResult | undefined): CleanupStep {
	if (!result) return { target: 'collection', detail: `none ${when}: put off, or not possible` };
	const { freedBytes, ms } = result;
	return { target: 'collection', freedBytes, detail: `full collection ${when}, ${formatMs(ms)}` };
}
