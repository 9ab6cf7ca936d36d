import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { nodeBinary, outerNodes } from '../../../scripts/nodes.ts';
import { projectRoot } from '../../../scripts/paths.ts';
import {
	deadPid,
	fixtures,
	linkedEnvironment,
	type Outcome,
	outcome,
	plainEnvironment,
	requireBundles,
	run,
	runtimeFolder,
} from './runtimeHost.ts';

/** How far an estimate may be from the heap as it was measured. */
const TOLERANCE = 0.35;

describe('caches in real processes', () => {
	before(requireBundles);

	for (const major of outerNodes) {
		it(`weak values vanish, dropped caches too, and sizeOf is near the heap, on Node ${major}`, async function () {
			this.timeout(60_000);
			const env = { ...plainEnvironment(), RUNTIME: join(runtimeFolder, 'index.cjs') };
			const args = ['--expose-gc', join(fixtures, 'weakLeak.mjs')];
			const result = await outcome(spawn(await nodeBinary(major), args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
			assert.equal(result.code, 0, result.stderr);
			const { leak, droppedBytes, accuracy } = JSON.parse(result.stdout);
			assert.deepEqual([leak.size, leak.kept, leak.collected], [1, true, 40_000]);
			assert.ok(leak.grownBytes < 1_000_000, `${leak.grownBytes} bytes more after ten rounds`);
			// 200 caches held 100 MB.
			assert.ok(droppedBytes < 5_000_000, `${droppedBytes} bytes of dropped caches`);
			for (const [what, ratio] of Object.entries<number>(accuracy)) {
				assert.ok(Math.abs(ratio - 1) <= TOLERANCE, `${what}: ${ratio} of what was measured`);
			}
		});
	}

	describe('examples', () => {
		// The injected copy answers their import; nobody profiles them.
		const example = async (flags: string[], name: string, ...args: string[]): Promise<Outcome> => {
			const env = linkedEnvironment(runtimeFolder, await deadPid());
			const script = join(projectRoot, 'examples', name);
			return run(await nodeBinary(24), [...flags, script, ...args], env, projectRoot);
		};

		it('spill.mjs finishes a job that is larger than its heap', async function () {
			this.timeout(240_000);
			const flags = ['--max-old-space-size=64'];
			const dies = await example(flags, 'spill.mjs');
			assert.match(dies.stderr, /JavaScript heap out of memory/);
			const lives = await example(flags, 'spill.mjs', '--fixed');
			assert.equal(lives.code, 0, lives.stderr);
			assert.match(lives.stdout, /^1200 routes, 42049 places: a table of 54 MB\n {2}CA: 122 meetings/);
			assert.match(lives.stdout, /169 rows computed/);
			assert.match(lives.stderr, /Lost: 0/);
		});

		it('pressure.mjs lives on a heap that is too small for all it remembers', async function () {
			this.timeout(240_000);
			const flags = ['--max-old-space-size=96', '--max-semi-space-size=2'];
			const dies = await example(flags, 'pressure.mjs');
			assert.match(dies.stderr, /JavaScript heap out of memory/);
			const lives = await example(flags, 'pressure.mjs', '--fixed');
			assert.equal(lives.code, 0, lives.stderr);
			assert.match(lives.stdout, /^214640 points on 5366 routes\n {2}IL: 1484125 flights over it/);
			assert.match(lives.stderr, /let [1-9]\d* go because memory was short/);
		});
	});
});
