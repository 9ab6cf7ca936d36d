import assert from 'node:assert/strict';
import { attributionOf, figures } from '../../../src/analysis/attribution.ts';
import { PhasedRun } from '../../support/attributedRuns.ts';
import { onEveryNode } from '../../support/engineRuns.ts';

const MB = 1024 * 1024;
/** Mean bytes between two samples, where nothing was widened. */
const INTERVAL_BYTES = 256 * 1024;

onEveryNode('regions that run side by side', (_major, node) => {
	it('are told exactly what each allocated outside the heap, across awaits', async () => {
		const sampling = { overheadBudget: 0 };
		await using phased = await PhasedRun.start({ script: 'knownRegions.mjs', nodePath: node(), sampling });
		const window = await phased.offHeapPhase('regions');
		const after = await phased.offHeapPhase('outside');
		const { model } = phased.run.session;
		const allocated = (name: string, during = window): number => {
			const region = [...model.regions.values()].find(({ definition }) => definition.name === name)?.definition.id;
			assert.ok(region !== undefined, `no region "${name}"`);
			const part = attributionOf(model, { memory: 'offHeap', measure: 'allocated', window: during, region }).offHeap;
			const found = figures(part);
			assert.equal(found?.region, 'exact');
			return found?.bytes ?? 0;
		};
		// Large ones are exact. A small one of Node's own may be met, too, and then stands for an interval or so.
		const assertAllocated = (name: string, expected: number) => {
			const bytes = allocated(name);
			assert.ok(bytes >= expected && bytes <= expected + 4 * INTERVAL_BYTES, `${name}: ${bytes} for ${expected}`);
		};
		assertAllocated('load', 32 * MB);
		// What an inner region allocates is the outer one's, too.
		assertAllocated('convert', 24 * MB);
		assertAllocated('inner', 8 * MB);
		const all = figures(attributionOf(model, { memory: 'offHeap', measure: 'allocated', window }).offHeap);
		assert.ok(Math.abs((all?.bytes ?? 0) / (56 * MB) - 1) <= 0.05, `${(all?.bytes ?? 0) / MB} MB in all`);
		for (const name of ['load', 'convert', 'inner']) assert.equal(allocated(name, after), 0);
	});

	it('name their regions before anything refers to them', async () => {
		await using phased = await PhasedRun.start({ script: 'knownRegions.mjs', nodePath: node() });
		const told = new Set<number>();
		const early: number[] = [];
		phased.run.session.onDidAddEntries(entries => {
			for (const entry of entries) {
				if (entry.type === 'region') told.add(entry.id);
				if (entry.type !== 'offHeap') continue;
				for (const [, regions] of entry.contexts ?? []) early.push(...regions.filter(id => !told.has(id)));
			}
		});
		await phased.offHeapPhase('regions');
		assert.ok(told.size >= 3);
		assert.deepEqual(early, []);
	});
});
