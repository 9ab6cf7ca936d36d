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
		it(`leaves the sub-paths and their libraries alone on Node ${major}`, async () => {
			const bundle = JSON.stringify(join(runtimeFolder, 'index.mjs'));
			const source = `import { createRequire } from 'node:module';
				await import(${bundle});
				const files = Object.keys(createRequire(import.meta.url).cache);
				console.log(files.map(file => file.split(/[\\\\/]/).at(-1)).join());`;
			const args = ['--input-type=module', '-e', source];
			const { stdout, stderr } = await run(await nodeBinary(major), args, plainEnvironment());
			assert.deepEqual([stdout.trim(), stderr], ['index.cjs', '']);
		});

		it(`loads no library and starts nothing with a sub-path on Node ${major}`, async () => {
			const bundles = ['formats', 'images', 'media'].map(name => JSON.stringify(join(runtimeFolder, `${name}.cjs`)));
			const source = `const state = () => JSON.stringify([process.eventNames(), process.getActiveResourcesInfo()]);
				const before = state();
				${bundles.map(bundle => `require(${bundle})`).join('; ')};
				const same = state() === before;
				const files = Object.keys(require.cache).map(file => file.split(/[\\\\/]/).at(-1));
				console.log(same, files.sort().join());`;
			const { stdout, stderr } = await run(await nodeBinary(major), ['-e', source], plainEnvironment());
			assert.deepEqual([stdout.trim(), stderr], ['true formats.cjs,images.cjs,index.cjs,media.cjs', '']);
		});

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
