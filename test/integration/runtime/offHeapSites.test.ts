import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import type { RawFrame } from '../../../src/protocol/runtimeLink.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { type OffHeapRow, rowsOf, sum } from './offHeapRows.ts';
import { fixtures, type Profiled, profile, requireBundles } from './runtimeHost.ts';

const FIXTURE = 'offHeap/sites.mjs';
const PAGE = 65_536;
/** What is kept, as bytes of one and their number. */
const KEPT: Record<string, [bytes: number, count: number]> = {
	large: [2_000_000, 20],
	small: [10_000, 3_000],
	pooled: [27, 200_000],
	typed: [20_000, 1_000],
	from: [20_000, 1_000],
	arrayBuffer: [15_000_000, 1],
	shared: [16_000_000, 1],
	map: [8_000_000, 1],
	clone: [9_000_000, 1],
	deserialize: [8_000_000, 1],
	encode: [7_000_000, 1],
	readFileSync: [3_000_000, 1],
	resize: [10_000_000, 1],
	shrunk: [4_000_000, 1],
	transferred: [5_000_000, 1],
	readFile: [3_000_000, 1],
	afterAwait: [1_100_000, 10],
};
/** From so many intervals on an allocation is always sampled, and exact. */
const EXACT_FROM = 4;

describe('memory outside the heap by line', () => {
	before(requireBundles);

	for (const major of allNodes) {
		describe(`on Node ${major}`, () => {
			let profiled: Profiled;
			let rows: OffHeapRow[];
			const at = (mark: string): OffHeapRow[] => rows.filter(({ frames }) => userLine(frames) === lineOf(mark));
			const live = (mark: string): number => sum(at(mark), 'liveBytes');

			/** Of a sum of samples with chance p each: the variance is count × size² × (1 - p) / p. Five standard deviations. */
			function about(seen: number, bytes: number, count: number, what: string): void {
				// The interval widens while sampling costs too much.
				const interval = Math.max(...profiled.offHeap.map(report => report.intervalBytes));
				const chance = bytes >= EXACT_FROM * interval ? 1 : 1 - Math.exp(-bytes / interval);
				const tolerance = 64 + 5 * Math.sqrt((count * bytes ** 2 * (1 - chance)) / chance);
				const text = `${what}: ${seen} of ${bytes * count}, tolerance ${tolerance}, interval ${interval}`;
				assert.ok(Math.abs(seen - bytes * count) < tolerance, text);
			}

			before(async () => {
				const folder = temporaryFolder('off-heap');
				try {
					profiled = await profile(await nodeBinary(major), [FIXTURE, folder.path], {
						offHeap: true,
						flags: ['--expose-gc', '--no-warnings'],
					});
				} finally {
					await folder.remove();
				}
				assert.equal(profiled.stdout, 'true\n', `${profiled.code} ${profiled.signal}: ${profiled.stderr}`);
				rows = rowsOf(profiled);
			});

			it('is exact for large ones and unbiased for small ones, whoever made them', () => {
				for (const [mark, [bytes, count]] of Object.entries(KEPT)) about(live(mark), bytes, count, mark);
				// Whatever their size, and with what they grew by.
				assert.equal(live('memory'), 30 * PAGE);
			});

			it('tells what was let go', () => {
				about(sum(at('garbage'), 'allocatedBytes'), 1_500_000, 100, 'garbage');
				about(sum(at('smallGarbage'), 'allocatedBytes'), 16_000, 5_000, 'smallGarbage');
				assert.ok(live('garbage') <= 3_000_000, `${live('garbage')} of 150 MB still live`);
				assert.ok(live('smallGarbage') <= 6_000_000, `${live('smallGarbage')} of 80 MB still live`);
				assert.equal(live('moved'), 0);
			});

			it('counts what a worker sent as received', () => {
				const message = rows.filter(({ frames }) => frames[0]?.[0] === 'message');
				about(sum(message, 'liveBytes'), 13_000_000, 1, 'message');
			});

			it('is told by region across await, also of regions side by side', () => {
				const byRegion = (name: string): number =>
					sum(
						rows.filter(({ regions }) => regions.join('/') === name),
						'liveBytes',
					);
				about(byRegion('left'), 1_200_000, 10, 'left');
				about(byRegion('right'), 1_700_000, 5, 'right');
				about(byRegion('left/inner'), 2_400_000, 1, 'left/inner');
				about(byRegion('right/inner'), 3_400_000, 1, 'right/inner');
			});

			it('adds up to what the process counts', () => {
				const last = profiled.offHeap.at(-1);
				assert.ok(last);
				// Node's count lacks WebAssembly memories and what V8 made when it read a message or a clone.
				const uncounted = 30 * PAGE + live('clone') + live('deserialize') + live('transferred') + 13_000_000;
				const attributed = last.liveBytes - uncounted;
				const share = attributed / last.arrayBuffersBytes;
				assert.ok(share > 0.9 && share < 1.1, `${attributed} of ${last.arrayBuffersBytes}`);
			});
		});
	}
});

function lineOf(mark: string): number {
	const lines = readFileSync(join(fixtures, FIXTURE), 'utf8').split('\n');
	const index = lines.findIndex(line => line.endsWith(`// ${mark}`));
	assert.ok(index >= 0, `no line is marked ${mark}`);
	return index + 1;
}

/** The line of the first frame that is the script's and not its helper's. */
function userLine(frames: readonly RawFrame[]): number | undefined {
	return frames.find(([name, url]) => url.endsWith('sites.mjs') && name !== 'many' && name !== 'keep')?.[2];
}
