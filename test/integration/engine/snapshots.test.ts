import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { projectRoot } from '../../../scripts/paths.ts';
import { UserError } from '../../../src/engine/errors.ts';
import { SnapshotFile } from '../../../src/engine/snapshots/snapshotFile.ts';
import type { ChangeRow, ClassRow } from '../../../src/protocol/snapshotView.ts';
import { fixture, onEveryNode } from '../../support/engineRuns.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';

const workerPath = join(projectRoot, 'dist', 'snapshotWorker.cjs');
const open = (path: string) => SnapshotFile.open(path, { workerPath });

async function take(node: string, folder: string, name = ''): Promise<{ before: string; after: string }> {
	const before = join(folder, `${name}before.heapsnapshot`);
	const after = join(folder, `${name}after.heapsnapshot`);
	await promisify(execFile)(node, [fixture('heapSnapshots.cjs'), before, after]);
	return { before, after };
}

async function classNamed(file: SnapshotFile, name: string): Promise<ClassRow> {
	const query = { search: name, sort: 'name', descending: false, from: 0, count: 500 } as const;
	const { rows } = await file.ask('classes', query);
	const found = rows.find(row => row.name === name);
	assert.ok(found, `${name} among ${rows.map(row => row.name)}`);
	return found;
}

async function changeOf(file: SnapshotFile, name: string): Promise<ChangeRow | undefined> {
	const query = { search: name, sort: 'name', descending: false, from: 0, count: 500 } as const;
	return (await file.ask('changes', query)).rows.find(row => row.name === name);
}

onEveryNode('Heap snapshots', (_, node) => {
	let folder: TemporaryFolder;
	let paths: { before: string; after: string };
	let file: SnapshotFile;

	before(async () => {
		folder = temporaryFolder('snapshots');
		paths = await take(node(), folder.path);
		file = await open(paths.before);
	});
	after(async () => {
		await file?.close();
		await folder.remove();
	});

	it('count the objects of each class', async () => {
		assert.equal((await classNamed(file, 'Row')).count, 5_000);
		assert.equal((await classNamed(file, 'Picture')).count, 10);
		assert.equal((await classNamed(file, 'Chain')).count, 100);
		// V8 keeps one more as the pattern of the literal.
		assert.equal((await classNamed(file, '{key, label}')).count, 301);
		const { summary } = file;
		assert.ok(summary.bufferBytes >= 15_000_000 && summary.bufferBytes < 15_500_000, String(summary.bufferBytes));
		assert.ok(summary.totalBytes > summary.bufferBytes + summary.stringBytes);
		assert.equal(summary.fileBytes, statSync(paths.before).size);
	});

	it('give what objects retain', async () => {
		const picture = await classNamed(file, 'Picture');
		assert.ok(Math.abs(picture.retainedBytes / 10_000_000 - 1) < 0.01, String(picture.retainedBytes));
		const { rows, total } = await file.ask('objects', { classId: picture.id, from: 0, count: 3 });
		assert.equal(total, 10);
		assert.equal(rows.length, 3);
		for (const row of rows) assert.ok(Math.abs(row.retainedBytes / 1_000_000 - 1) < 0.01);
		const chain = await classNamed(file, 'Chain');
		const links = await file.ask('objects', { classId: chain.id, from: 0, count: 100 });
		// The first one holds all others, and a hidden class of V8 that nothing else holds.
		const most = links.rows[0]?.retainedBytes ?? 0;
		assert.ok(most >= chain.selfBytes && most < chain.selfBytes + 200, `${most} of ${chain.selfBytes}`);
		assert.equal(chain.retainedBytes, most);
		assert.equal(links.rows[99]?.retainedBytes, links.rows[99]?.selfBytes);
	});

	it('tell what holds an object, up to the root', async () => {
		const picture = await classNamed(file, 'Picture');
		const [row] = (await file.ask('objects', { classId: picture.id, from: 0, count: 1 })).rows;
		assert.ok(row);
		const path = await file.ask('path', { node: row.node });
		assert.ok(path.at(-1)?.isRoot);
		assert.deepEqual(
			path
				.filter(({ edgeKind }) => edgeKind === 'property')
				.map(({ edge }) => edge)
				.slice(0, 2),
			['pictures', 'store'],
		);
		const { rows, total } = await file.ask('retainers', { node: row.node, from: 0, count: 10 });
		assert.equal(total, rows.length);
		assert.equal(rows[0]?.node, path[0]?.node);
		const text = await classNamed(file, '(string)');
		const strings = await file.ask('objects', { classId: text.id, from: 0, count: 500 });
		assert.ok(strings.rows.some(({ preview }) => preview.length > 0));
	});

	it('tell who owns the array buffers', async () => {
		const { rows } = await file.ask('owners', { from: 0, count: 10 });
		const [first, second] = rows;
		assert.equal(first?.className, 'Picture');
		assert.equal(first?.edge, 'pixels');
		assert.equal(first?.buffers, 10);
		assert.equal(first?.owners, 10);
		assert.ok(Math.abs((first?.bytes ?? 0) / 10_000_000 - 1) < 0.001);
		assert.match(first?.path ?? '', /store\.pictures\[\]$/);
		assert.equal(second?.edge, 'module_buffer');
		assert.ok(Math.abs((second?.bytes ?? 0) / 5_000_000 - 1) < 0.001);
		const all = await file.ask('owners', { from: 0, count: 500 });
		assert.equal(
			all.rows.reduce((sum, { bytes }) => sum + bytes, 0),
			file.summary.bufferBytes,
		);
	});

	it('of one process are compared object by object', async () => {
		const later = await open(paths.after);
		try {
			const comparison = await later.compare(paths.before);
			assert.equal(comparison.by, 'object');
			const row = await changeOf(later, 'Row');
			assert.equal(row?.newCount, 100);
			assert.equal(row?.deletedCount, 0);
			assert.equal((await changeOf(later, 'Later'))?.newCount, 50);
			assert.equal((await changeOf(later, 'Picture'))?.deletedCount, 2);
			assert.equal((await changeOf(later, 'Chain'))?.deletedCount, 100);
			assert.equal(await changeOf(later, '{key, label}'), undefined);
			const buffers = await changeOf(later, 'system / JSArrayBufferData');
			assert.ok((buffers?.deletedBytes ?? 0) >= 2_000_000, JSON.stringify(buffers));
			const { bytesChange } = comparison;
			assert.equal(bytesChange, later.summary.totalBytes - file.summary.totalBytes);
		} finally {
			await later.close();
		}
	});

	it('of different programs are compared by class, and it says so', async () => {
		const other = join(folder.path, 'other.heapsnapshot');
		const script = 'globalThis.a = {}; require("node:http"); require("node:v8").writeHeapSnapshot(process.argv[1])';
		await promisify(execFile)(node(), ['-e', script, other]);
		const comparison = await file.compare(other);
		assert.equal(comparison.by, 'class');
		const row = await changeOf(file, 'Row');
		assert.equal(row?.countChange, 5_000);
		assert.equal(row?.newCount, undefined);
	});
});

describe('Opening a heap snapshot', () => {
	let folder: TemporaryFolder;
	let path: string;
	before(async () => {
		folder = temporaryFolder('open-snapshot');
		path = (await take(process.execPath, folder.path)).before;
	});
	after(() => folder.remove());

	it('tells how far it is', async () => {
		const seen: string[] = [];
		let last = 0;
		const onProgress = (phase: string, share: number) => {
			if (seen.at(-1) !== phase) seen.push(phase);
			last = share;
		};
		const file = await SnapshotFile.open(path, { workerPath, onProgress });
		await file.close();
		assert.deepEqual(seen, ['reading', 'analysing']);
		assert.equal(last, 1);
	});

	it('can be cancelled', async () => {
		const abort = new AbortController();
		const opening = SnapshotFile.open(path, {
			workerPath,
			signal: abort.signal,
			onProgress: () => abort.abort(),
		});
		await assert.rejects(opening, { name: 'AbortError' });
	});

	it('can be cancelled while it compares, and keeps what is open', async () => {
		const file = await open(path);
		const abort = new AbortController();
		await assert.rejects(
			file.compare(path, () => abort.abort(), abort.signal),
			{ name: 'AbortError' },
		);
		assert.equal((await classNamed(file, 'Row')).count, 5_000);
		assert.equal((await file.compare(path)).classes, 0);
		await file.close();
	});

	it('refuses one that was cut off, and names the place', async () => {
		const cut = join(folder.path, 'cut.heapsnapshot');
		const { size } = statSync(path);
		await pipeline(createReadStream(path, { end: Math.floor(size / 2) }), createWriteStream(cut));
		await assert.rejects(open(cut), (error: unknown) => {
			assert.ok(error instanceof UserError && error.code === 'badSnapshot');
			assert.match(error.message, new RegExp(`ends at byte ${Math.floor(size / 2) + 1}`));
			return true;
		});
	});

	it('keeps the first snapshot when the one to compare with is none', async () => {
		const file = await open(path);
		await assert.rejects(file.compare(join(projectRoot, 'package.json')), /cannot be read as a heap snapshot/);
		assert.equal((await classNamed(file, 'Row')).count, 5_000);
		await file.close();
		await assert.rejects(file.ask('owners', { from: 0, count: 1 }), /closed/);
	});

	it('refuses questions that are none', async () => {
		const file = await open(path);
		await assert.rejects(file.ask('objects', { classId: -1, from: 0, count: 1 }), /not understood/);
		await assert.rejects(file.ask('path', { node: 1e9 }), /no such object/);
		const { rows } = await file.ask('owners', { from: 0, count: 1e9 });
		assert.ok(rows.length <= 500);
		await file.close();
	});
});
