import assert from 'node:assert/strict';
import { join } from 'node:path';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import { plainEnvironment, requireBundles, run, runtimeFolder } from './runtimeHost.ts';

/** They cost a script milliseconds each, and only some of its features use them. */
const LATE = [
	'crypto',
	'v8',
	'vm',
	'internal/fs/promises',
	'fs/promises',
	'inspector',
	'child_process',
	'worker_threads',
];

describe('loading the runtime', () => {
	before(requireBundles);

	for (const major of allNodes) {
		it(`loads no costly built-in, starts nothing and adds no listener on Node ${major}`, async () => {
			const bundle = JSON.stringify(join(runtimeFolder, 'index.cjs'));
			const source = `const state = () => JSON.stringify([process.eventNames(), process.getActiveResourcesInfo()]);
				const [before, loaded] = [state(), new Set(process.moduleLoadList)];
				const { sizeOf, SpillCache } = require(${bundle});
				const [same, all] = [state() === before, process.moduleLoadList];
				console.log(all.filter(name => !loaded.has(name)).map(name => name.split(' ').at(-1)).join());
				console.log(same, sizeOf('text') > 0, typeof SpillCache);`;
			const { code, stdout, stderr } = await run(await nodeBinary(major), ['-e', source], plainEnvironment());
			assert.equal(code, 0, stderr);
			const [modules = '', state] = stdout.trimEnd().split('\n');
			assert.deepEqual(
				modules.split(',').filter(name => LATE.includes(name)),
				[],
			);
			assert.equal(state, 'true true function');
		});
	}
});
