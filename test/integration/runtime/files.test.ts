import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';
import { deadPid, linkedEnvironment, profile, requireBundles, run } from './runtimeHost.ts';

const MB = 1024 * 1024;
/** Two files of a run, and what the collector keeps for its own reasons. */
const TOLERANCE = 2 * MB;

describe('files', () => {
	let folder: TemporaryFolder;
	let hostPid: number;

	before(async () => {
		requireBundles();
		hostPid = await deadPid();
	});
	beforeEach(() => {
		folder = temporaryFolder('files');
	});
	afterEach(() => folder.remove());

	for (const major of allNodes) {
		it(`keep memory and descriptors flat over 2 000 files on Node ${major}`, async () => {
			const env = linkedEnvironment(folder.path, hostPid);
			const node = await nodeBinary(major);
			const { code, stdout, stderr } = await run(node, ['--expose-gc', 'manyFiles.mjs', folder.path], env);
			assert.equal(code, 0, stderr);
			const [half, end] = stdout
				.trim()
				.split('\n')
				.map(line => JSON.parse(line) as { heapUsed: number; arrayBuffers: number; open: number });
			assert.ok(half && end);
			assert.ok(end.heapUsed - half.heapUsed < TOLERANCE, `${half.heapUsed} to ${end.heapUsed} bytes of heap`);
			assert.ok(end.arrayBuffers - half.arrayBuffers < TOLERANCE, `${half.arrayBuffers} to ${end.arrayBuffers}`);
			// Of 50 dropped iterators the last may still be known to the stack.
			assert.ok(end.open - half.open <= 2, `${half.open} to ${end.open} descriptors`);
		});
	}

	it('are not written in part where the disk does not take them', async function () {
		if (process.platform === 'win32') return this.skip();
		const output = join(folder.path, 'out');
		mkdirSync(output);
		const input = join(folder.path, 'input');
		writeFileSync(input, Buffer.alloc(MB, 'x'));
		// A limit of 512 KiB per file, in blocks of 512 bytes; the kernel refuses the write as it does on a full disk.
		const limited = `ulimit -f 1024; exec "$0" fillsDisk.mjs "$1" "$2"`;
		const args = ['-c', limited, process.execPath, input, join(output, 'result')];
		const { stdout, stderr } = await run('sh', args, linkedEnvironment(folder.path, hostPid));
		assert.deepEqual(JSON.parse(stdout || stderr), { code: 'fileUnwritable', cause: 'EFBIG', left: [] });
	});

	it('are seen by the profiler while they are read', async () => {
		const input = join(folder.path, 'input.csv');
		writeFileSync(input, 'first\nsecond\n');
		const { code, entries, stderr } = await profile(process.execPath, ['readsSlowly.mjs', input]);
		assert.equal(code, 0, stderr);
		const stream = entries.find(entry => entry.type === 'stream');
		assert.ok(stream, 'an entry of the stream');
		assert.deepEqual([stream.kind, stream.name, stream.lines, stream.disposed], ['lines', 'slow', 2, undefined]);
		assert.match(stream.site?.file ?? '', /readsSlowly\.mjs$/);
		assert.ok(
			readFileSync(stream.site?.file ?? '', 'utf8')
				.split('\n')
				[(stream.site?.line ?? 0) - 1]?.includes('FileReader'),
		);
	});
});
