import assert from 'node:assert/strict';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import { plainEnvironment, profile, requireBundles, run } from './runtimeHost.ts';

const FIXTURE = 'offHeap/fidelity.cjs';

describe('a script whose buffers are attributed', () => {
	before(requireBundles);

	for (const major of allNodes) {
		it(`sees what it would see without, on Node ${major}`, async () => {
			const node = await nodeBinary(major);
			const flags = ['--no-warnings'];
			const plain = await run(node, [...flags, FIXTURE], plainEnvironment());
			const profiled = await profile(node, [FIXTURE], { offHeap: true, flags });
			assert.ok(plain.stdout.length > 100_000, plain.stderr);
			assert.deepEqual(profiled.stdout.split('\n'), plain.stdout.split('\n'));
			assert.equal(profiled.code, 0);
			assert.ok((profiled.offHeap.at(-1)?.samples ?? 0) > 20, 'nothing was sampled meanwhile');
		});

		for (const flag of ['--frozen-intrinsics', '--disable-proto=throw', '--disable-proto=delete', '--jitless']) {
			it(`starts with ${flag} on Node ${major}`, async () => {
				const node = await nodeBinary(major);
				const flags = ['--no-warnings', flag];
				const plain = await run(node, [...flags, 'offHeap/small.cjs'], plainEnvironment());
				const profiled = await profile(node, ['offHeap/small.cjs'], { offHeap: true, flags });
				assert.deepEqual([profiled.code, profiled.stdout], [plain.code, plain.stdout]);
			});
		}
	}
});
