import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { thisProcess } from '../../../../src/runtime/caches/spillIdentity.ts';
import { OwnerLock } from '../../../../src/runtime/files/ownerLock.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';

describe('OwnerLock', () => {
	let folder: TemporaryFolder;
	let path: string;
	const take = () => OwnerLock.take(path, pid => new Error(`busy: ${pid}`));
	beforeEach(() => {
		folder = temporaryFolder('lock');
		path = join(folder.path, 'lock');
	});
	afterEach(() => folder.remove());

	it('is had by one at a time, and leaves nothing', async () => {
		const lock = await take();
		await assert.rejects(take(), { message: `busy: ${process.pid}` });
		await lock.release();
		await (await take()).release();
		assert.deepEqual(readdirSync(folder.path), []);
	});

	it('is taken over from a process that is gone, by one of many', async () => {
		const { pid } = spawnSync(process.execPath, ['-e', '']);
		for (let round = 0; round < 20; round++) {
			await writeFile(path, JSON.stringify({ ...thisProcess(), pid }));
			const takes = await Promise.allSettled(Array.from({ length: 6 }, take));
			const locks = takes.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []));
			assert.equal(locks.length, 1);
			await locks[0]?.release();
			assert.deepEqual(readdirSync(folder.path), []);
		}
	});

	it('is left where it says nothing', async () => {
		await writeFile(path, '');
		await assert.rejects(take(), { message: 'busy: 0' });
		assert.deepEqual(readdirSync(folder.path), ['lock']);
	});
});
