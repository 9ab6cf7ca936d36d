import type { GcStrategy } from '../../protocol/runtimeEntries.ts';
import { sharedGcOptimizer } from '../collection/gcOptimizer.ts';

/** Of operations that run at the same time, the one with the least memory decides. */
const CAUTION: readonly GcStrategy[] = ['aggressive', 'balanced', 'conservative'];

/** Strategies of the operations that run now. */
const wanted: { strategy: GcStrategy }[] = [];
/** What held before the first of them, and what we set last. */
let before: GcStrategy | undefined;
let set: GcStrategy | undefined;

/** Follows `strategy` until the returned function is called; then what held before holds again, unless somebody chose otherwise meanwhile. */
export function followStrategy(strategy: GcStrategy): () => void {
	const optimizer = sharedGcOptimizer();
	if (wanted.length === 0) {
		before = optimizer.strategy;
		set = before;
	}
	const mine = { strategy };
	wanted.push(mine);
	apply();
	let ended = false;
	return () => {
		if (ended) return;
		ended = true;
		wanted.splice(wanted.indexOf(mine), 1);
		apply();
	};
}

function apply(): void {
	const optimizer = sharedGcOptimizer();
	// Somebody else chose meanwhile: that is left alone.
	if (optimizer.strategy !== set) return;
	const next = wanted.length === 0 ? before : mostCareful();
	if (next === set) return;
	if (next === undefined) optimizer.reset();
	else optimizer.use(next);
	set = next;
}

function mostCareful(): GcStrategy | undefined {
	return CAUTION.findLast(strategy => wanted.some(each => each.strategy === strategy));
}
