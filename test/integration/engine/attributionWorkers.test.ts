import assert from 'node:assert/strict';
import { attributionOf, figures } from '../../../src/analysis/attribution.ts';
import type { SessionModel } from '../../../src/analysis/sessionModel.ts';
import { lineOf } from '../../support/attributedRuns.ts';
import { onEveryNode, profiledRun } from '../../support/engineRuns.ts';

const MB = 1024 * 1024;
const SCRIPT = 'processes/knownWorker.cjs';
const INTERVAL_BYTES = 16 * 1024;

onEveryNode('known bytes in worker threads', (major, node) => {
	it("are told by line, each in its own thread's account", async () => {
		const sampling = { intervalBytes: INTERVAL_BYTES, overheadBudget: 0 };
		const { opened } = await profiledRun({ script: SCRIPT, nodePath: node(), sampling });
		const line = lineOf(SCRIPT, 'function keepInWorker(');
		// Node 20 forgets a script that has ended, and its places with it, where no reading came before.
		const lines = major === 20 ? [line, 0] : [line];
		const bytesIn = (model: SessionModel): number => {
			const live = figures(attributionOf(model, { memory: 'heap', measure: 'live' }).heap);
			let bytes = 0;
			for (const [id, size] of live?.sites ?? []) {
				const frame = model.nodes.get(id)?.frame;
				if (frame?.functionName === 'keepInWorker' && lines.includes(frame.line)) bytes += size;
			}
			return bytes;
		};
		for (const mb of [32, 16]) {
			const model = [...opened.model.branches.values()].find(({ process }) => process?.title === `keeps ${mb}`);
			assert.ok(model, `no worker keeps ${mb}`);
			assert.equal(model.latestProfile?.cause, 'final');
			const bytes = bytesIn(model);
			const expected = mb * 1024 * (1_024 + 32 + 8);
			// Five standard deviations of 1 / sqrt(bytes / interval), see `attribution.test.ts`.
			const most = 5 * Math.sqrt(INTERVAL_BYTES / expected) + 0.01;
			assert.ok(Math.abs(bytes / expected - 1) <= most, `${(bytes / MB).toFixed(1)} MB of ${expected / MB} MB`);
		}
		assert.equal(bytesIn(opened.model), 0);
	});
});
