import assert from 'node:assert/strict';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import type { PoolEntry } from '../../../src/protocol/entries.ts';
import { isEntry } from '../../../src/protocol/entryGuards.ts';
import { profile, requireBundles } from './runtimeHost.ts';

const MB = 1024 * 1024;
const lines = (stdout: string) =>
	stdout
		.trim()
		.split('\n')
		.map(line => JSON.parse(line));

describe('pools in a process of their own', () => {
	before(requireBundles);

	for (const major of allNodes) {
		it(`hold no more memory after 100 000 loans on Node ${major}`, async () => {
			const { code, stdout, stderr } = await profile(await nodeBinary(major), ['--expose-gc', 'pools.mjs', 'cycles']);
			assert.equal(code, 0, stderr);
			const [{ grownBytes, objects, buffers }] = lines(stdout);
			assert.ok(grownBytes < MB, `${grownBytes} bytes more`);
			assert.deepEqual([objects.created, objects.inUse, objects.idle, objects.leaked], [4, 0, 4, 0]);
			assert.equal(objects.created + objects.reused, 120_000);
			assert.deepEqual([buffers.allocations <= 4, buffers.inUse, buffers.bytes <= 256 * 1024], [true, 0, true]);
		});

		it(`count what was lost and make its place free on Node ${major}`, async () => {
			const { code, stdout, stderr, entries } = await profile(await nodeBinary(major), [
				'--expose-gc',
				'pools.mjs',
				'leaks',
			]);
			assert.equal(code, 0, stderr);
			const [{ arrayBuffers, objects, buffers }, { dropped }] = lines(stdout);
			assert.deepEqual([objects.leaked, objects.inUse, objects.created], [3, 1, 4]);
			assert.deepEqual([buffers.leaked, buffers.inUse, buffers.allocations], [3, 1, 4]);
			assert.ok(arrayBuffers < 2 * MB, 'the memory of the lost buffers is gone');
			assert.equal(dropped, true);
			assert.ok(entries.every(isEntry));
			const seen = entries.filter((entry): entry is PoolEntry => entry.type === 'pool');
			const of = (name: string) => seen.findLast(entry => entry.name === name);
			assert.deepEqual([of('leaky')?.leaked, of('leaky buffers')?.leaked], [3, 3]);
			assert.match(of('leaky buffers')?.site?.file ?? '', /pools\.mjs$/);
		});
	}
});
