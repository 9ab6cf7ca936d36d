import assert from 'node:assert/strict';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { deadPid, linkedEnvironment, profile, requireBundles, run } from './runtimeHost.ts';

const WAYS: [way: string, code: number, said: RegExp][] = [
	['shapes', 0, /^child true$/m],
	['rejects', 1, /Error: rejected/],
	['rejectsAsync', 1, /Error: rejected/],
	['rejectsSpecial', 1, /Error: rejected/],
	['rejectsCommand', 1, /Error: Command failed/],
	['handled', 0, /^caught handler\nunhandled no handler\n$/],
];

/** The debugger's arrival and the frames: ours stand between the script's, and Node's depend on what comes first. */
const essence = (stderr: string): string => stderr.replaceAll('Debugger attached.\n', '').replace(/^ {4}at .*\n/gm, '');

describe('promises out of regions', () => {
	before(requireBundles);

	for (const major of allNodes) {
		for (const [way, code, said] of WAYS) {
			it(`are the same with and without a profiler on Node ${major}: ${way}`, async () => {
				const node = await nodeBinary(major);
				const folder = temporaryFolder('promises');
				try {
					// Nobody listens: the preload only makes the import work.
					const plain = await run(node, ['promises.mjs', way], linkedEnvironment(folder.path, await deadPid()));
					const profiled = await profile(node, ['promises.mjs', way]);
					assert.equal(plain.code, code);
					assert.match(plain.stdout + plain.stderr, said);
					assert.deepEqual(
						[profiled.code, profiled.stdout, essence(profiled.stderr)],
						[plain.code, plain.stdout, essence(plain.stderr)],
					);
				} finally {
					await folder.remove();
				}
			});
		}
	}
});
