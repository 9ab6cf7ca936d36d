import type { SharedHub } from '../reporter.ts';
import type { OpenSpan } from '../reporting/openSpans.ts';
import type { RegionRecord } from '../reporting/regionBook.ts';
import { isPlainPromise, settling } from './settling.ts';

type Step = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Reports the life of a generator, also an asynchronous one, as one call of the region: from its first step until it has returned
 * or thrown, with what its consumer does in between. One that is never asked is no call; one that is left half way stays open.
 *
 * The steps become own properties of the generator, so it stays the object it was.
 */
export function measuredGenerator<T extends object>(hub: SharedHub, region: RegionRecord, generator: T): T {
	let span: OpenSpan | undefined;
	const end = (failed: boolean) => span && hub.end(span, failed);
	const endWhenDone = (result: unknown) => {
		if ((result as IteratorResult<unknown>).done) end(false);
	};
	for (const name of ['next', 'return', 'throw'] as const) {
		const step = Reflect.get(generator, name) as Step;
		const value = function (this: unknown, ...args: unknown[]): unknown {
			if (this !== generator || span?.ended) return Reflect.apply(step, this, args);
			span ??= hub.begin(region);
			const current = span;
			let result: unknown;
			try {
				result = hub.inside(current, () => Reflect.apply(step, generator, args));
			} catch (error) {
				end(true);
				throw error;
			}
			if (isPlainPromise(result)) {
				return settling(result, (failed, settled) => (failed ? end(true) : endWhenDone(settled)));
			}
			endWhenDone(result);
			return result;
		};
		Object.defineProperty(value, 'name', { value: name, configurable: true });
		Object.defineProperty(generator, name, { value, configurable: true, writable: true });
	}
	return generator;
}
