import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import { isEntry } from '../../../src/protocol/entryGuards.ts';
import { type CommandResult, HUB_KEY, type RuntimeCommand } from '../../../src/protocol/runtimeLink.ts';
import { waitFor } from '../../support/waitFor.ts';
import { plainEnvironment, profile, requireBundles, run, runtimeFolder } from './runtimeHost.ts';

type Evaluate = (expression: string) => Promise<unknown>;

const hub = `globalThis[Symbol.for(${JSON.stringify(HUB_KEY)})]`;
const ask = (evaluate: Evaluate, command: RuntimeCommand) =>
	evaluate(`${hub}.command(${JSON.stringify(command)})`) as Promise<CommandResult>;
const ready = (evaluate: Evaluate) =>
	waitFor(() => evaluate('globalThis.ready === true || undefined'), { what: 'the script' });

describe('scopes and cleanups in a process of their own', () => {
	before(requireBundles);

	for (const major of allNodes) {
		it(`a registration keeps nothing alive on Node ${major}`, async () => {
			const runtime = pathToFileURL(join(runtimeFolder, 'index.mjs')).href;
			const args = ['--expose-gc', 'weakRegistrations.mjs', runtime];
			const { code, stdout, stderr } = await run(await nodeBinary(major), args, plainEnvironment());
			assert.deepEqual([code, stderr], [0, '']);
			const { cleaned, used, arrayBuffers, owners, held } = JSON.parse(stdout);
			assert.deepEqual([cleaned, owners, held], [1, ['held', ''], 'object']);
			assert.ok(arrayBuffers < 10_000_000, `${arrayBuffers} bytes of array buffers`);
			// The first half is warm-up; 10 000 registrations that stayed would be more than 2 MB.
			const growth = used.at(-1) - used[1];
			assert.ok(growth < 1_000_000, `heap grew by ${growth}`);
		});

		it(`a person can have everything cleaned, and choose a strategy, on Node ${major}`, async () => {
			const { code, entries } = await profile(await nodeBinary(major), ['--no-warnings', 'cleans.mjs'], {
				whileRunning: async evaluate => {
					await ready(evaluate);
					const { message, freedBytes } = await ask(evaluate, { kind: 'comprehensiveCleanup' });
					assert.match(
						message,
						/^4 owners cleaned, 4\.88 KB let go by their account, .+ freed, 1 failed, 2 still under way\.$/,
					);
					assert.equal(typeof freedBytes, 'number');
					assert.equal(await evaluate('cache.size'), 0);
					const again = await ask(evaluate, { kind: 'comprehensiveCleanup' });
					assert.match(again.message, /^Nothing was held, .+ freed\.$/);
					const chosen = await ask(evaluate, { kind: 'setGcStrategy', strategy: 'aggressive' });
					assert.match(chosen.message, /^The script collects by "aggressive" now\./);
					const reset = await ask(evaluate, { kind: 'setGcStrategy', strategy: 'default' });
					assert.equal(reset.message, 'V8 collects as it was started.');
					await evaluate('globalThis.finished = true');
				},
			});
			assert.equal(code, 0);
			assert.ok(entries.every(isEntry));
			const cleanups = entries.filter(entry => entry.type === 'cleanup');
			assert.deepEqual(
				cleanups.map(({ cause, label }) => [cause, label]),
				[
					['scope', 'load'],
					['comprehensive', undefined],
					['comprehensive', undefined],
				],
			);
			assert.deepEqual(cleanups[0]?.steps, [
				{ target: 'registered', name: 'rows', freedBytes: 128, detail: '1 of 1 cleaned' },
			]);
			assert.deepEqual(
				cleanups[1]?.steps.map(({ target, name, failed }) => [target, name, failed]),
				[
					['caches', 'idle', undefined],
					['registered', 'object 2', true],
					['registered', 'object 1', undefined],
					['registered', 'object 0', undefined],
					['collection', undefined, undefined],
				],
			);
			const collectors = entries.filter(entry => entry.type === 'collector');
			assert.ok(collectors.some(({ strategy }) => strategy === 'aggressive'));
			assert.equal(collectors.at(-1)?.strategy, undefined);
			const region = entries.find(entry => entry.type === 'region');
			assert.deepEqual([region?.kind, region?.name], ['memoryManagement', 'load']);
		});
	}

	it('a script without the library says that it does not use it', async () => {
		const { code } = await profile(await nodeBinary(24), ['plain.mjs'], {
			whileRunning: async evaluate => {
				await ready(evaluate);
				for (const command of [
					{ kind: 'comprehensiveCleanup' },
					{ kind: 'setGcStrategy', strategy: 'balanced' },
				] as const) {
					const { message } = await ask(evaluate, command);
					assert.equal(message, 'The script does not use the runtime library: import memory-manager-runtime in it.');
				}
				await evaluate('globalThis.finished = true');
			},
		});
		assert.equal(code, 0);
	});
});
