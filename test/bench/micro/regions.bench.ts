import { region, trackMemory } from '../../../src/runtime/index.ts';
import { sharedHub } from '../../../src/runtime/reporter.ts';
import { spreadText } from '../statistics.ts';
import type { BenchRow } from './benchRow.ts';

const ROUNDS = 9;
const CALLS = 300_000;
/** The engine asks twenty times a second; between two answers the queue fills. */
const DRAIN_EVERY = 20_000;

const box = { sum: 0 };
const work = (): void => {
	box.sum++;
};

/** Time of one call through the region less that of the call itself, ns, by round. */
function overhead(call: () => void, observed: boolean): number[] {
	const hub = sharedHub();
	const values: number[] = [];
	for (let round = 0; round < ROUNDS + 1; round++) {
		const bare = time(work);
		if (observed) hub.go();
		const measured = time(call, observed ? () => hub.drain() : undefined);
		hub.leave();
		// The first round is for the compiler.
		if (round > 0) values.push(Math.max(0, measured - bare));
	}
	return values;
}

function time(call: () => void, drain?: () => void): number {
	const start = performance.now();
	for (let i = 0; i < CALLS; i++) {
		call();
		if (drain && i % DRAIN_EVERY === 0) drain();
	}
	return ((performance.now() - start) * 1e6) / CALLS;
}

export async function bench(): Promise<BenchRow[]> {
	const tracked = trackMemory('bench tracked')(work);
	const variants: [string, () => void][] = [
		['`region`', () => region('bench', work)],
		['`trackMemory`', tracked],
	];
	return variants.flatMap(([name, call]) =>
		([false, true] as const).map((observed): BenchRow => {
			const values = overhead(call, observed);
			const target = observed ? 3_000 : 300;
			return {
				name: `${name}, ${observed ? 'under the profiler' : 'unobserved'}`,
				measured: `${spreadText(values, 0)} ns`,
				target: `≤ ${target} ns`,
				met: (values.sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.POSITIVE_INFINITY) <= target,
			};
		}),
	);
}

if (import.meta.main) console.table(await bench());
