import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type NodeMajor, nodeBinary } from '../../../scripts/nodes.ts';
import { projectRoot } from '../../../scripts/paths.ts';
import { isEntry } from '../../../src/protocol/entryGuards.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';
import { type Outcome, plainEnvironment, profile, requireBundles, run, runtimeFolder } from './runtimeHost.ts';

const LIMIT = '--max-old-space-size=64';
const examples = join(projectRoot, 'examples');
const MB = 1024 * 1024;

describe('batches of the example on 64 MB of heap', function () {
	// The example takes seconds where the machine is idle.
	this.timeout(240_000);
	let folder: TemporaryFolder;
	/** What the script prints with all the memory that it likes. */
	let result: string[] = [];

	const resultOf = ({ stdout }: Outcome) => stdout.split('\n').filter(line => /^[A-Z]{2}: \d+ zip codes/.test(line));
	const child = async (major: NodeMajor, ...args: string[]) =>
		run(await nodeBinary(major), args, plainEnvironment(), folder.path);

	before(async () => {
		requireBundles();
		folder = temporaryFolder('batches');
		const modules = join(folder.path, 'node_modules');
		mkdirSync(modules);
		cpSync(runtimeFolder, join(modules, 'memory-manager-runtime'), { recursive: true });
		symlinkSync(join(projectRoot, 'node_modules/vega-datasets'), join(modules, 'vega-datasets'), 'junction');
		for (const name of ['batches.mjs', 'lib'])
			cpSync(join(examples, name), join(folder.path, name), { recursive: true });
		const unlimited = await child(24, 'batches.mjs');
		assert.equal(unlimited.code, 0, unlimited.stderr);
		result = resultOf(unlimited);
		assert.equal(result.length, 2);
	});
	after(() => folder.remove());

	for (const major of [20, 26] as const) {
		it(`of a fixed size end out of memory on Node ${major}`, async () => {
			const { code, signal, stderr, stdout } = await child(major, LIMIT, 'batches.mjs');
			assert.ok(signal === 'SIGABRT' || code === 134, `${code} ${signal}`);
			assert.match(stderr, /JavaScript heap out of memory/);
			assert.equal(stdout, '');
		});

		it(`that adapt survive with the same result on Node ${major}`, async () => {
			const outcome = await child(major, LIMIT, 'batches.mjs', '--adaptive');
			assert.equal(outcome.code, 0, outcome.stderr);
			assert.deepEqual(resultOf(outcome), result);
			assert.match(
				outcome.stdout,
				/^ +\d+ items: About \d+ KB per item: there is room for \d+ items; from \d+ to \d+ items\.$/m,
			);
		});
	}

	it('are seen by the profiler: the size, and each decision with its reason', async () => {
		const script = join(examples, 'batches.mjs');
		const { code, entries, stderr } = await profile(await nodeBinary(24), [LIMIT, script, '--adaptive']);
		assert.equal(code, 0, stderr);
		assert.ok(entries.every(isEntry));
		const batch = entries.find(entry => entry.type === 'batch');
		assert.deepEqual(
			[batch?.name, batch?.minSize, batch?.maxSize, batch?.maxBytes, batch?.bytesFrom, batch?.site?.file],
			['zip codes', 5, 1000, 12 * MB, 'measured', script],
		);
		assert.deepEqual([batch?.items, batch?.totalItems, batch?.inFlightItems, batch?.failedItems], [5336, 5336, 0, 0]);
		assert.ok((batch?.bytesPerItem ?? 0) > 100_000);
		const decisions = entries.filter(entry => entry.type === 'batchDecision');
		assert.deepEqual([decisions[0]?.cause, decisions[0]?.size], ['start', 5]);
		const last = decisions.at(-1);
		assert.deepEqual([last?.batch, last?.size], [batch?.id, batch?.size]);
		assert.ok(decisions.some(({ cause, reason }) => cause === 'growth' && reason.includes('there is room for')));
		assert.ok(decisions.every(({ size }) => size * 100_000 < 2 * 12 * MB));
	});
});
