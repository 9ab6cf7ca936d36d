import { types } from 'node:util';
import type { Site } from '../../protocol/entries.ts';
import { sharedHub } from '../reporter.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import type { RegionRecord } from '../reporting/regionBook.ts';
import { runtimeErrors } from '../runtimeError.ts';
import { measuredGenerator } from './generators.ts';
import { measured } from './measured.ts';
import { unobserved } from './settling.ts';

/** What `trackMemory(name)` gives: wraps a function, or decorates a method (standard decorators). */
export interface MemoryTracking {
	<This, Args extends unknown[], Result>(
		method: (this: This, ...args: Args) => Result,
		context: ClassMethodDecoratorContext<This, (this: This, ...args: Args) => Result>,
	): (this: This, ...args: Args) => Result;
	<F extends (this: never, ...args: never[]) => unknown>(fn: F): F;
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Reports every call of a function or method as a region named `name`; see `region`. The tracked function keeps `this`, its name
 * and its length. A call of a generator function, also an asynchronous one, lasts from the first step of what it gives to the last;
 * see `measuredGenerator`.
 *
 * Throws a `MemoryManagerError` (`wrongDecorator`) when given something else than a function, or used as a decorator on
 * something else than a method.
 *
 * @example
 * const load = trackMemory('load')(async file => parse(await readFile(file)));
 * class Loader {
 * 	@trackMemory('parse')
 * 	parse(text: string) { … }
 * }
 */
export function trackMemory(name: string): MemoryTracking {
	const site = callSiteOf(trackMemory);
	const track = (fn: unknown, context?: unknown): AnyFunction => {
		const kind = (context as { kind?: unknown } | undefined)?.kind;
		if (typeof fn !== 'function' || (context !== undefined && kind !== 'method')) throw runtimeErrors.wrongDecorator();
		return tracked(fn as AnyFunction, String(name), site);
	};
	return track as MemoryTracking;
}

function tracked(fn: AnyFunction, name: string, site: Site | undefined): AnyFunction {
	const generates = types.isGeneratorFunction(fn);
	let record: RegionRecord | undefined;
	const wrapper = function (this: unknown, ...args: unknown[]): unknown {
		const hub = sharedHub();
		if (!hub.recording) return unobserved(Reflect.apply(fn, this, args));
		record ??= hub.regionAt('trackMemory', name, site);
		if (generates) return measuredGenerator(hub, record, Reflect.apply(fn, this, args) as object);
		return measured(hub, record, () => Reflect.apply(fn, this, args));
	};
	Object.defineProperty(wrapper, 'name', { value: fn.name, configurable: true });
	Object.defineProperty(wrapper, 'length', { value: fn.length, configurable: true });
	return wrapper;
}
