import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import { END_WAIT_MS } from '../../../src/protocol/runtimeLink.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { deadPid, linkedEnvironment, plainEnvironment, profile, requireBundles, run } from './runtimeHost.ts';

const WAYS = [
	'normal',
	'exit',
	'exitCode',
	'exitInHandler',
	'throw',
	'throwNothing',
	'throwInHandler',
	'reject',
	'kill',
	'killNumber',
	'killGroup',
	'handled',
	'patched',
	'brokenPush',
	'child',
];

/** What Node itself says about an inspector: the engine filters it out of what it passes on. */
const withoutChatter = (stderr: string): string => stderr.replaceAll('Debugger attached.\n', '');
/** The one frame of ours that can be seen: in an error thrown by an exit handler. */
const withoutExitFrame = (stderr: string): string => stderr.replace(/^ {4}at .*preload\w*\.cjs.*\n/gm, '');

describe('the preload as a guest', () => {
	before(requireBundles);

	for (const major of allNodes) {
		describe(`on Node ${major}`, () => {
			let node: string;
			before(async () => {
				node = await nodeBinary(major);
			});

			it('leaves environment, globals and process as they are', async () => {
				const folder = temporaryFolder('guest');
				try {
					for (const env of [plainEnvironment(), { ...plainEnvironment(), NODE_OPTIONS: '--max-old-space-size=300' }]) {
						const plain = await run(node, ['environment.cjs'], env);
						const linked = await run(node, ['environment.cjs'], linkedEnvironment(folder.path, await deadPid(), env));
						assert.equal(linked.stdout, plain.stdout);
					}
				} finally {
					await folder.remove();
				}
			});

			it('leaves no global to be seen while profiled', async () => {
				const plain = await run(node, ['environment.cjs'], plainEnvironment());
				const profiled = await profile(node, ['environment.cjs']);
				assert.equal(profiled.stdout, plain.stdout);
			});

			it('gives up without an engine, and a second process does not wait', async () => {
				const folder = temporaryFolder('guest');
				try {
					const hostPid = await deadPid();
					for (const claimed of [false, true]) {
						assert.equal(existsSync(join(folder.path, 'claim')), claimed);
						const result = await run(node, ['ends.cjs', 'exit'], linkedEnvironment(folder.path, hostPid));
						assert.deepEqual([result.code, result.stdout], [3, 'exit handler 3\n']);
						assert.ok(result.ms < 3_000, `took ${result.ms} ms`);
					}
				} finally {
					await folder.remove();
				}
			});

			it('survives a rendezvous directory that is gone', async () => {
				const env = linkedEnvironment(join('/nowhere', 'at-all'), await deadPid());
				const result = await run(node, ['ends.cjs', 'exit'], env);
				assert.deepEqual(
					[result.code, result.stdout, result.stderr],
					[3, 'exit handler 3\n', 'second exit handler 3\n'],
				);
			});

			it('does not wait at its end for an engine that died', async () => {
				const engine = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
				await once(engine, 'spawn');
				const result = await profile(node, ['ends.cjs', 'exit'], {
					...(engine.pid !== undefined && { hostPid: engine.pid }),
					onEnding: () => engine.kill('SIGKILL'),
				});
				assert.deepEqual([result.code, result.stdout, result.notes], [3, 'exit handler 3\n', ['ending']]);
				assert.ok(result.ms < END_WAIT_MS / 2, `took ${result.ms} ms`);
			});

			it('does not wait at its end for an engine that has closed the session', async () => {
				const result = await profile(node, ['ends.cjs', 'exit'], {
					// Again where the script writes into it at this moment.
					onEnding: dir => rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 }),
				});
				assert.deepEqual([result.code, result.stdout, result.notes], [3, 'exit handler 3\n', ['ending']]);
				assert.ok(result.ms < END_WAIT_MS / 2, `took ${result.ms} ms`);
			});

			it('ends alike: killGroup as the leader of its group', async () => {
				const plain = await run(node, ['ends.cjs', 'killGroup'], plainEnvironment(), undefined, true);
				const profiled = await profile(node, ['ends.cjs', 'killGroup'], { detached: true });
				assert.deepEqual([plain.signal, profiled.signal], ['SIGTERM', 'SIGTERM']);
				assert.deepEqual([profiled.stdout, withoutChatter(profiled.stderr)], [plain.stdout, plain.stderr]);
				assert.deepEqual(profiled.notes, ['ending']);
			});

			for (const way of WAYS) {
				it(`ends alike: ${way}`, async () => {
					const plain = await run(node, ['ends.cjs', way], plainEnvironment());
					const profiled = await profile(node, ['ends.cjs', way]);
					assert.deepEqual(
						[profiled.code, profiled.signal, profiled.stdout, withoutExitFrame(withoutChatter(profiled.stderr))],
						[plain.code, plain.signal, plain.stdout, plain.stderr],
					);
					assert.deepEqual(profiled.notes, ['ending']);
					assert.ok(profiled.ms < END_WAIT_MS, `took ${profiled.ms} ms`);
				});
			}
		});
	}
});
