import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { allNodes, type NodeMajor, nodeBinary } from '../../../scripts/nodes.ts';
import { plainEnvironment, requireBundles, run, runtimeFolder } from './runtimeHost.ts';

interface Effect {
	minor: number;
	full: number;
	youngBytes: number;
	inForce: string[];
	resetYoungBytes: number;
}

/** The effect of a strategy on a child that allocates, without --expose-gc. */
async function effectOf(major: NodeMajor, strategy: string, start: 'cold' | 'warm' | 'young'): Promise<Effect> {
	const runtime = pathToFileURL(join(runtimeFolder, 'index.mjs')).href;
	const node = await nodeBinary(major);
	const { code, stdout, stderr } = await run(node, ['strategies.mjs', runtime, strategy, start], plainEnvironment());
	assert.deepEqual([code, stderr], [0, '']);
	return JSON.parse(stdout);
}

describe('the strategies for collections', () => {
	before(requireBundles);

	for (const major of allNodes) {
		it(`conservative holds a young generation small on Node ${major}`, async () => {
			const [none, conservative] = [
				await effectOf(major, 'none', 'cold'),
				await effectOf(major, 'conservative', 'cold'),
			];
			assert.ok(conservative.minor > 5 * none.minor, `${conservative.minor} scavenges instead of ${none.minor}`);
			const sizes = `${conservative.youngBytes} bytes of young generation instead of ${none.youngBytes}`;
			assert.ok(conservative.youngBytes * 2 < none.youngBytes, sizes);
			assert.deepEqual(conservative.inForce.slice(0, 2), ['--semi-space-growth-factor=1', '--heap-growing-percent=50']);
			assert.ok(conservative.resetYoungBytes > 2 * conservative.youngBytes, 'and reset lets it grow again');
		});

		it(`conservative collects earlier in a script that has run for a while on Node ${major}`, async () => {
			const [none, conservative] = [
				await effectOf(major, 'none', 'warm'),
				await effectOf(major, 'conservative', 'warm'),
			];
			assert.ok(conservative.full > none.full, `${conservative.full} full collections instead of ${none.full}`);
			// A young generation that has grown cannot be shrunk there.
			if (major === 20) return;
			const sizes = `${conservative.youngBytes} bytes of young generation instead of ${none.youngBytes}`;
			assert.ok(conservative.youngBytes * 2 < none.youngBytes, sizes);
			assert.ok(conservative.minor > 5 * none.minor);
		});

		it(`aggressive collects less often at the start on Node ${major}`, async () => {
			const [none, aggressive] = [await effectOf(major, 'none', 'young'), await effectOf(major, 'aggressive', 'young')];
			assert.ok(aggressive.minor < none.minor, `${aggressive.minor} scavenges instead of ${none.minor}`);
		});
	}

	it('balanced leaves V8 as it is', async () => {
		const [none, balanced] = [await effectOf(24, 'none', 'cold'), await effectOf(24, 'balanced', 'cold')];
		assert.deepEqual(balanced.inForce, []);
		assert.ok(balanced.minor < 2 * none.minor && balanced.minor > none.minor / 2);
	});
});
