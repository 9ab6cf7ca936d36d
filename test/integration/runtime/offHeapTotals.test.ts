import assert from 'node:assert/strict';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { entriesOfType, onNode, profiledRun } from '../../support/engineRuns.ts';

const MB = 1024 * 1024;
const ENOUGH_BYTES = 20 * MB;

// The longest example: one Node says what there is to say.
onNode(24, 'the example whose buffers leak, at the default settings', (_major, node) => {
	it('has as many bytes attributed to lines as the process counts, all the way', async () => {
		const path = join(projectRoot, 'examples', 'buffers.mjs');
		const { entries } = await profiledRun({
			target: { kind: 'script', path, args: [], nodeArgs: [] },
			nodePath: node(),
		});
		const told = entriesOfType(entries, 'offHeap').filter(entry => entry.arrayBuffersBytes > ENOUGH_BYTES);
		assert.ok(told.length > 10, `${told.length} readings`);
		const shares = told.map(({ liveBytes, arrayBuffersBytes }) => liveBytes / arrayBuffersBytes).sort((a, b) => a - b);
		const middle = shares[Math.floor(shares.length / 2)] ?? 0;
		assert.ok(middle >= 0.95 && middle <= 1.05, `${middle} of the array buffers in the middle of ${shares}`);
		for (const { liveBytes, arrayBuffersBytes, intervalBytes } of told) {
			// Points at random would leave the variance bytes × interval: four standard deviations. Beside it, what a collection has just
			// let go of and the process has yet to give back.
			const tolerance = 4 * Math.sqrt(arrayBuffersBytes * intervalBytes) + 0.02 * arrayBuffersBytes;
			const text = `${liveBytes / MB} of ${arrayBuffersBytes / MB} MB, tolerance ${tolerance / MB}`;
			assert.ok(Math.abs(liveBytes - arrayBuffersBytes) <= tolerance, text);
		}
		// Widening stops where sums say too little.
		assert.ok(told.every(({ intervalBytes }) => intervalBytes <= 2 * MB));
		// On a busy machine readings come late after what they count.
	})
		.timeout(120_000)
		.retries(3);
});
