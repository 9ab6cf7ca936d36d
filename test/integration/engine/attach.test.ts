import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { allocationRows } from '../../../src/analysis/allocations.ts';
import { attachSession } from '../../../src/engine/attachSession.ts';
import { readRecording } from '../../../src/engine/recordingFile.ts';
import { cleanEnvironment, fixture, isAlive, onEveryNode, onNode, recordingFile } from '../../support/engineRuns.ts';
import { waitFor } from '../../support/waitFor.ts';

onEveryNode('a process that is attached to', (_major, node) => {
	let child: ChildProcess;
	let address = '';
	beforeEach(async () => {
		child = spawn(node(), ['--inspect=127.0.0.1:0', fixture('signals.cjs')], { env: cleanEnvironment() });
		let stderr = '';
		child.stderr?.on('data', chunk => (stderr += chunk));
		address = await waitFor(() => /ws:\/\/(127\.0\.0\.1:\d+)\//.exec(stderr)?.[1], { what: 'the inspector' });
	});
	afterEach(() => child.kill('SIGKILL'));

	it('is sampled, and lives on when it is let go', async () => {
		const recordingPath = recordingFile();
		const session = await attachSession({ address, cwd: tmpdir(), recordingPath, title: 'served' });
		assert.equal(session.pid, child.pid);
		assert.equal(session.state, 'running');
		await waitFor(() => (session.model.latest?.t ?? 0) > 500, { what: 'samples' });
		await session.refreshAllocations();
		const { message } = await session.collectGarbage();
		assert.ok(message);
		await session.stop();
		assert.deepEqual(await session.ended, { kind: 'detached' });
		assert.ok(isAlive(child.pid ?? 0));

		const { model, damagedLines } = await readRecording(recordingPath);
		rmSync(recordingPath);
		assert.equal(damagedLines, 0);
		assert.equal(model.header.title, 'served');
		assert.equal(model.process?.runtime, false);
		assert.ok(model.gcTotals.count > 0);
		const profile = model.peakProfile;
		assert.ok(profile);
		const files = allocationRows(model.nodes, profile).map(({ frame }) => frame.file);
		assert.ok(files.includes(fixture('signals.cjs')), files.join());
	});
	it('can be attached to again', async () => {
		for (let i = 0; i < 2; i++) {
			const session = await attachSession({ address, cwd: tmpdir() });
			await waitFor(() => session.model.latest !== undefined, { what: 'a sample' });
			await session.stop();
		}
		assert.ok(isAlive(child.pid ?? 0));
	});
	it('ends the session when it ends', async () => {
		const session = await attachSession({ address, cwd: tmpdir() });
		child.kill('SIGKILL');
		assert.deepEqual(await session.ended, { kind: 'detached' });
		assert.equal(session.state, 'ended');
	});
});

onNode(24, 'a process that is attached to and reaches its heap limit', (_major, node) => {
	it('is read there, and goes on to what becomes of it', async () => {
		const args = ['--max-old-space-size=64', '--inspect=127.0.0.1:0', fixture('outOfMemory.mjs'), 'leap'];
		const child = spawn(node(), args, { env: cleanEnvironment() });
		try {
			let stderr = '';
			child.stderr.on('data', chunk => (stderr += chunk));
			const address = await waitFor(() => /ws:\/\/(127\.0\.0\.1:\d+)\//.exec(stderr)?.[1], { what: 'the inspector' });
			const session = await attachSession({ address, cwd: tmpdir() });
			await session.ended;
			assert.ok(session.model.profiles.some(({ cause }) => cause === 'outOfMemory'));
			assert.match(session.model.notices.map(({ message }) => message).join(), /heap limit was reached/);
			await waitFor(() => child.signalCode, { what: 'the end of the process' });
			assert.equal(child.signalCode, 'SIGABRT');
		} finally {
			child.kill('SIGKILL');
		}
	});
});

describe('an address where nothing is', () => {
	for (const address of ['127.0.0.1:1', 'nonsense', '127.0.0.1:99999', 'ws://127.0.0.1:1/x'])
		it(`is refused: ${address}`, () =>
			assert.rejects(attachSession({ address, cwd: tmpdir() }), {
				code: 'attachFailed',
				message: new RegExp(address),
			}));
});
