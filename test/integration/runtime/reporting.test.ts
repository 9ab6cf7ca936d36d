import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import { isEntry } from '../../../src/protocol/entryGuards.ts';
import { HUB_KEY } from '../../../src/protocol/runtimeLink.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { fixtures, profile, requireBundles, runtimeFolder } from './runtimeHost.ts';

describe('what the runtime reports to an engine', () => {
	before(requireBundles);

	for (const major of allNodes) {
		it(`regions, cache and pool on Node ${major}`, async () => {
			const { entries, stdout, code } = await profile(await nodeBinary(major), ['reports.mjs']);
			assert.deepEqual([code, stdout], [0, '']);
			assert.ok(entries.every(isEntry));
			const regions = entries.filter(entry => entry.type === 'region');
			assert.deepEqual(
				regions.map(({ name, kind }) => `${kind} ${name}`),
				['region outer', 'region inner', 'trackMemory load', 'MemoryTracker block', 'region fails'],
			);
			assert.deepEqual(
				regions.map(({ site }) => [site?.file, site?.line]),
				[8, 8, 9, 11, 15].map(line => [join(fixtures, 'reports.mjs'), line]),
			);
			const spans = entries.filter(entry => entry.type === 'span');
			const spanOf = (name: string) => spans.find(span => span.region === regions.find(one => one.name === name)?.id);
			assert.equal(spanOf('inner')?.parent, spanOf('outer')?.span);
			// A collection may let go of a little else meanwhile.
			const grown = spanOf('inner')?.delta?.arrayBuffersBytes ?? 0;
			assert.ok(grown >= 900_000, `${grown} bytes`);
			assert.equal(spanOf('fails')?.failed, true);
			const load = spanOf('load');
			assert.ok(load?.end !== undefined && load.end - load.t >= 4);
			const [cache] = entries.filter(entry => entry.type === 'cache');
			// Disposed of before the first drain: told once, as gone.
			assert.deepEqual([cache?.disposed, cache?.bytes], [true, 0]);
			const [pool] = entries.filter(entry => entry.type === 'pool');
			assert.deepEqual([pool?.name, pool?.created, pool?.inUse, pool?.idle], ['hands', 1, 0, 1]);
		});

		it(`commands reach an idle script on Node ${major}`, async () => {
			const { code, entries } = await profile(await nodeBinary(major), ['waits.mjs'], {
				whileRunning: async evaluate => {
					const hub = `globalThis[Symbol.for(${JSON.stringify(HUB_KEY)})]`;
					// A poll may come between the construction of the cache and its first value.
					const poll = async (): Promise<number> => {
						const id = await evaluate(
							`${hub}.drain().entries.find(entry => entry.type === 'cache' && entry.bytes > 0)?.id`,
						);
						return typeof id === 'number' ? id : poll();
					};
					const id = await poll();
					const collected = await evaluate(`${hub}.command({ kind: 'collectGarbage' })`);
					assert.match((collected as { message: string }).message, /^The collection (freed|left) /);
					const cleared = await evaluate(`${hub}.command({ kind: 'clearCache', id: ${id} })`);
					assert.deepEqual(cleared, { freedBytes: 5_000, message: 'Cache "idle" cleared: 4.88 KB let go.' });
				},
			});
			assert.equal(code, 0);
			const [cache] = entries.filter(entry => entry.type === 'cache');
			assert.deepEqual(
				[cache?.bytes, cache?.evictions, cache?.bytesFrom],
				[0, { cleared: 1 }, 'estimated'],
				'an empty one starts anew',
			);
		});

		it(`an installed copy reports through the injected hub on Node ${major}`, async () => {
			const folder = temporaryFolder('installed');
			try {
				cpSync(runtimeFolder, join(folder.path, 'node_modules/memory-manager-runtime'), { recursive: true });
				cpSync(join(fixtures, 'reports.mjs'), join(folder.path, 'reports.mjs'));
				const { entries, code } = await profile(await nodeBinary(major), ['reports.mjs'], { cwd: folder.path });
				assert.equal(code, 0);
				assert.equal(entries.filter(entry => entry.type === 'region').length, 5);
			} finally {
				await folder.remove();
			}
		});
	}
});
