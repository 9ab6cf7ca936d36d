import assert from 'node:assert/strict';
import { attributionOf, figures } from '../../../src/analysis/attribution.ts';
import type { SessionModel } from '../../../src/analysis/sessionModel.ts';
import { bytesByPlace, lineOf } from '../../support/attributedRuns.ts';
import { onNode, profiledRun } from '../../support/engineRuns.ts';

const MB = 1024 * 1024;
const SCRIPT = 'processes/knownBuffers.cjs';

for (const major of [20, 24] as const)
	onNode(major, 'known bytes outside the heap', (_major, node) => {
		it('of a worker thread and of a child are told by line, each in its own account', async () => {
			const { opened } = await profiledRun({ script: SCRIPT, nodePath: node() });
			const { branches } = opened.model;
			assert.deepEqual([...branches.values()].map(({ process }) => process?.kind).sort(), ['child', 'worker']);
			for (const [kind, bytes] of [
				['worker', 32 * MB],
				['child', 16 * MB],
			] as const) {
				const model = [...branches.values()].find(({ process }) => process?.kind === kind);
				assert.ok(model);
				const { worker, child } = keptOn(model);
				assert.equal(kind === 'worker' ? worker : child, bytes);
				assert.equal(kind === 'worker' ? child : worker, 0);
			}
			assert.deepEqual(keptOn(opened.model), { worker: 0, child: 0 });
		});
	});

/** Living bytes by the two lines that keep some. */
function keptOn(model: SessionModel): { worker: number; child: number } {
	const sites = figures(attributionOf(model, { memory: 'offHeap', measure: 'live' }).offHeap)?.sites ?? [];
	const places = bytesByPlace(
		model.nodes,
		sites.map(([id, , , bytes]) => [id, bytes] as const),
	);
	const on = (mark: string): number => {
		const end = `:${lineOf(SCRIPT, `// line of ${mark}`)}`;
		return [...places].reduce((sum, [place, bytes]) => (place.endsWith(end) ? sum + bytes : sum), 0);
	};
	return { worker: on('worker'), child: on('child') };
}
