import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import { HUB_KEY } from '../../../src/protocol/runtimeLink.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { type OffHeapRow, rowsOf, sum } from './offHeapRows.ts';
import { fixtures, profile, requireBundles } from './runtimeHost.ts';

const FIXTURE = 'offHeap/origins.mjs';
/** In force a moment after the start, and until then. */
const INTERVAL = 32 * 1024;
const DEFAULT_INTERVAL = 512 * 1024;
/** Bytes by the line of the call, and whether their chunks are so large that they are told exactly. */
const KEPT: Record<string, [bytes: number, isExact: boolean]> = {
	readFile: [5_000_000, true],
	createReadStream: [5_000_000, true],
	partOfChunk: [600_000, true],
	gunzip: [6_000_000, true],
	// The last chunk is what is left.
	createGunzip: [6_000_000, true],
	httpGet: [20_000_000, false],
	createServer: [20_000_000, false],
	connect: [20_000_000, false],
};

const lines = readFileSync(join(fixtures, FIXTURE), 'utf8').split('\n');
const lineOf = (mark: string): number => lines.findIndex(line => line.endsWith(`// ${mark}`)) + 1;

describe('memory that arrives when only Node is on the stack', () => {
	before(requireBundles);

	for (const major of allNodes) {
		it(`is told by the line of the call that asked for it, on Node ${major}`, async () => {
			const folder = temporaryFolder('off-heap-origins');
			try {
				const profiled = await profile(await nodeBinary(major), [FIXTURE, folder.path], {
					offHeap: true,
					flags: ['--expose-gc', '--no-warnings'],
					whileRunning: async evaluate => {
						await evaluate(`globalThis[Symbol.for(${JSON.stringify(HUB_KEY)})].setOffHeapInterval(${INTERVAL})`);
					},
				});
				const total = Object.values(KEPT).reduce((all, [bytes]) => all + bytes, 0);
				assert.equal(profiled.stdout, `${total}\n`, profiled.stderr);
				const rows = rowsOf(profiled);
				assert.equal(profiled.offHeap.at(-1)?.intervalBytes, INTERVAL);
				for (const [mark, [bytes, isExact]] of Object.entries(KEPT)) {
					const seen = sum(
						rows.filter(row => userLine(row) === lineOf(mark)),
						'liveBytes',
					);
					// Points at random would leave a variance of bytes × interval; even ones leave less. Five standard deviations. A few
					// chunks of 16 KB lie beside the exact ones.
					const tolerance = isExact ? 2 * DEFAULT_INTERVAL : 5 * Math.sqrt(bytes * INTERVAL);
					assert.ok(Math.abs(seen - bytes) <= tolerance, `${mark}: ${seen} of ${bytes}, tolerance ${tolerance}`);
				}
			} finally {
				await folder.remove();
			}
		});
	}
});

function userLine({ frames }: OffHeapRow): number | undefined {
	return frames.find(([, url]) => url.endsWith('origins.mjs'))?.[2];
}
