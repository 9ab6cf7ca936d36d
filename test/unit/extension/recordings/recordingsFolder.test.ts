import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../../../../src/base/logger.ts';
import { RecordingsFolder } from '../../../../src/extension/recordings/recordingsFolder.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';

const when = new Date(2026, 6, 28, 4, 25, 3);

describe('RecordingsFolder', () => {
	let temporary: TemporaryFolder;
	let folder: RecordingsFolder;
	beforeEach(() => {
		temporary = temporaryFolder('recordings');
		folder = new RecordingsFolder(() => join(temporary.path, 'deep', 'recordings'), silentLogger);
	});
	afterEach(() => temporary.remove());

	const write = async (name: string, minute: number) => {
		const path = join(folder.path, name);
		await writeFile(path, 'x');
		await utimes(path, new Date(2026, 1, 1, 0, minute), new Date(2026, 1, 1, 0, minute));
		return path;
	};

	it('gives two runs of the same second two files, before either is written', async () => {
		const first = await folder.next('a.mjs', when);
		const second = await folder.next('a.mjs', when);
		assert.notEqual(first, second);
		assert.ok(existsSync(folder.path));
	});

	it('has no recordings where there is no folder', async () => {
		assert.deepEqual(await folder.list(), []);
	});

	it('lists recordings only, newest first', async () => {
		await folder.next('a', when);
		await write('old.memrec', 1);
		await write('new.memrec', 2);
		await write('other.txt', 3);
		assert.deepEqual(
			(await folder.list()).map(({ name, bytes }) => [name, bytes]),
			[
				['new', 1],
				['old', 1],
			],
		);
	});

	it('deletes the oldest of those with our names, never one in use or renamed', async () => {
		await folder.next('a', when);
		const inUse = await write('a-20260101-000000.memrec', 1);
		await write('a-20260101-000001.memrec', 2);
		await write('kept by hand.memrec', 3);
		await write('a-20260101-000002.memrec', 4);
		await write('a-20260101-000003.memrec', 5);
		await folder.prune(2, new Set([inUse]));
		assert.deepEqual((await readdir(folder.path)).sort(), [
			'a-20260101-000000.memrec',
			'a-20260101-000002.memrec',
			'a-20260101-000003.memrec',
			'kept by hand.memrec',
		]);
	});

	it('says which setting helps where no folder can be', async () => {
		const file = join(temporary.path, 'file');
		await writeFile(file, '');
		const impossible = new RecordingsFolder(() => join(file, 'recordings'), silentLogger);
		await assert.rejects(impossible.next('a', when), {
			code: 'cannotRecord',
			message: /memoryManager\.recordingsFolder/,
		});
	});

	it('keeps as many as asked for, those in use among them', async () => {
		await folder.next('a', when);
		await write('a-20260101-000001.memrec', 1);
		const ended = await write('a-20260101-000002.memrec', 2);
		await folder.prune(1, new Set([ended]));
		assert.deepEqual(await readdir(folder.path), ['a-20260101-000002.memrec']);
	});

	it('renames, but over nothing', async () => {
		await folder.next('a', when);
		const path = await write('a.memrec', 1);
		await write('b.memrec', 1);
		await assert.rejects(folder.rename(path, 'b'), { code: 'nameTaken' });
		await assert.rejects(folder.rename(path, '../b'), { code: 'badName' });
		assert.equal(await folder.rename(path, 'c'), join(folder.path, 'c.memrec'));
	});
});
