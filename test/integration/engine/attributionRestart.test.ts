import assert from 'node:assert/strict';
import { attributionOf, figures, type Measure } from '../../../src/analysis/attribution.ts';
import type { TimeWindow } from '../../../src/analysis/timeWindow.ts';
import { bytesByPlace, lineOf, PhasedRun } from '../../support/attributedRuns.ts';
import { onEveryNode } from '../../support/engineRuns.ts';

const MB = 1024 * 1024;
const SCRIPT = 'knownBytes.mjs';
const INTERVAL_BYTES = 16 * 1024;

onEveryNode('a run whose sampling is widened', (_major, node) => {
	it('keeps its account true: what was there stays in it and leaves it with the heap', async () => {
		const sampling = { intervalBytes: INTERVAL_BYTES, overheadBudget: 0.002 };
		await using phased = await PhasedRun.start({ script: SCRIPT, nodePath: node(), sampling });
		const { session } = phased.run;
		const heap = (measure: Measure, window: TimeWindow, functionName: string): number => {
			const { model } = session;
			const found = figures(attributionOf(model, { memory: 'heap', measure, window }).heap);
			const places = bytesByPlace(
				model.nodes,
				(found?.sites ?? []).map(([id, bytes]) => [id, bytes] as const),
			);
			return places.get(`${functionName}:${lineOf(SCRIPT, `function ${functionName}(`)}`) ?? 0;
		};

		const kept = await phased.phase('arrays');
		const before = heap('alive', kept, 'keepArrays');
		assert.ok(Math.abs(before / (32 * MB) - 1) <= 0.15, `${before / MB} MB`);
		// A script that allocates as fast as it can, until sampling is coarser.
		let isWide = false;
		const wide = phased.run
			.entry('allocations', ({ intervalBytes }) => intervalBytes > INTERVAL_BYTES)
			.then(() => {
				isWide = true;
			});
		while (!isWide) await phased.phase('churn');
		await wide;
		const interval = session.model.latestProfile?.intervalBytes ?? 0;
		assert.ok(interval >= 2 * INTERVAL_BYTES);
		const said = session.model.notices.filter(({ message }) => /^Allocation sampling was widened to /.test(message));
		assert.ok(said.length > 0);
		const whole = { min: 0, max: session.model.now };
		const carried = heap('alive', whole, 'keepArrays');
		assert.ok(Math.abs(carried / before - 1) <= 0.1, `${carried / MB} MB of ${before / MB} MB carried over`);
		const gone = await phased.phase('noArrays');
		const freed = heap('freed', gone, 'keepArrays');
		assert.ok(Math.abs(freed / carried - 1) <= 0.1, `${freed / MB} MB freed of ${carried / MB} MB`);
		const left = heap('alive', { min: 0, max: session.model.now }, 'keepArrays');
		assert.ok(left <= 0.1 * before, `${left / MB} MB left`);
	});
});
