import assert from 'node:assert/strict';
import { attributionOf, figures, type Measure } from '../../../src/analysis/attribution.ts';
import { bytesByPlace, lineOf, PhasedRun } from '../../support/attributedRuns.ts';
import { onEveryNode } from '../../support/engineRuns.ts';

const MB = 1024 * 1024;
const SCRIPT = 'knownBytes.mjs';
const INTERVAL_BYTES = 16 * 1024;

/**
 * Objects much smaller than the interval are met like rain: a sum of `bytes` rests on n = bytes / interval samples on average and has the
 * relative standard deviation 1 / sqrt(n). Five of them are passed once in some millions of tests; what V8 allocates beside (the list
 * that holds the arrays, code) is within the percent more.
 */
const tolerance = (bytes: number, intervalBytes: number): number => 5 * Math.sqrt(intervalBytes / bytes) + 0.01;

function assertNear(bytes: number | undefined, expected: number, intervalBytes: number, what: string): void {
	const off = (bytes ?? 0) / expected - 1;
	const text = `${what}: ${((bytes ?? 0) / MB).toFixed(1)} MB for ${expected / MB} MB`;
	assert.ok(Math.abs(off) <= tolerance(expected, intervalBytes), text);
}

onEveryNode('known bytes on the heap', (_major, node) => {
	let phased: PhasedRun;
	before(async () => {
		const sampling = { intervalBytes: INTERVAL_BYTES, overheadBudget: 0 };
		phased = await PhasedRun.start({ script: SCRIPT, nodePath: node(), sampling });
	});
	after(() => phased[Symbol.asyncDispose]());

	/** What one function is told to have done, by its name. */
	const heap = (measure: Measure, window: { min: number; max: number }, functionName: string): number => {
		const { model } = phased.run.session;
		const found = figures(attributionOf(model, { memory: 'heap', measure, window }).heap);
		const places = bytesByPlace(
			model.nodes,
			(found?.sites ?? []).map(([id, bytes]) => [id, bytes] as const),
		);
		return places.get(`${functionName}:${lineOf(SCRIPT, `function ${functionName}(`)}`) ?? 0;
	};

	it('are told by window, function and line: allocated, kept, freed, and what came and went', async () => {
		const arrays = 32 * 1024 * (1_024 + 32 + 8);
		const others = 16 * 1024 * (1_024 + 32 + 8);
		const first = await phased.phase('arrays');
		const second = await phased.phase('others');
		const third = await phased.phase('noArrays');
		const fourth = await phased.phase('churn');
		assertNear(heap('allocated', first, 'keepArrays'), arrays, INTERVAL_BYTES, 'allocated');
		assertNear(heap('alive', first, 'keepArrays'), arrays, INTERVAL_BYTES, 'alive at the end of their window');
		assert.equal(heap('allocated', first, 'keepOthers'), 0);
		assertNear(heap('allocated', second, 'keepOthers'), others, INTERVAL_BYTES, 'others');
		assert.equal(heap('allocated', second, 'keepArrays'), 0);
		// The same samples that were born: to the byte, but for the few that outlive their array in a register.
		const born = heap('allocated', first, 'keepArrays');
		assert.ok(Math.abs(heap('freed', third, 'keepArrays') - born) <= 0.01 * born);
		assert.equal(heap('freed', third, 'keepOthers'), 0);
		const whole = { min: first.min, max: third.max };
		assert.ok(heap('alive', whole, 'keepArrays') <= 0.01 * born);
		assertNear(heap('alive', whole, 'keepOthers'), others, INTERVAL_BYTES, 'alive at the end of all');
		// Nothing of the churn is alive; V8 tells how much it was, but not where.
		assert.ok(heap('alive', fourth, 'churnArrays') <= MB);
		const { ledger } = phased.run.session.model;
		const unseen = ledger.heap
			.filter(({ from, to }) => to > fourth.min && from < fourth.max)
			.reduce((sum, { unseenBytes }) => sum + unseenBytes, 0);
		const churned = 64 * 1024 * (1_024 + 32);
		// Measured by V8's collections, not sampled; the rest is what reading costs and where pages are not filled to the end.
		assert.ok(unseen >= 0.95 * churned && unseen <= 1.3 * churned, `${unseen / MB} MB unseen for ${churned / MB} MB`);
	});
});
