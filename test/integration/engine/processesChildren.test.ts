import assert from 'node:assert/strict';
import { isAlive } from '../../../src/engine/processRss.ts';
import type { EndReason, Entry, ProcessEntry } from '../../../src/protocol/entries.ts';
import { entriesOfType, fixture, onOuterNodes, ProfiledRun, plainRun, profiledRun } from '../../support/engineRuns.ts';

const SCRIPT = 'processes/children.cjs';
const endsOf = (entries: readonly Entry[]): (EndReason | undefined)[] =>
	entriesOfType(entries, 'state')
		.filter(({ state, process }) => state === 'ended' && process !== undefined)
		.sort((a, b) => (a.process ?? 1) - (b.process ?? 1))
		.map(({ reason }) => reason);
const joined = (entries: readonly Entry[]): ProcessEntry[] =>
	entriesOfType(entries, 'process').filter(({ kind }) => kind === 'child');
const exit = (code: number): EndReason => ({ kind: 'exit', code });

onOuterNodes('child processes', (major, node) => {
	async function compared(ways: readonly string[]) {
		const plain = await plainRun(node(), [fixture(SCRIPT), ...ways]);
		const run = await profiledRun({ script: SCRIPT, args: ways, nodePath: node() });
		assert.equal(run.stdout.toString(), plain.stdout.toString());
		assert.equal(run.stderr.toString(), plain.stderr.toString());
		assert.deepEqual(run.reason, exit(0));
		return run;
	}

	it('join however they are started, and print what they print without us', async () => {
		const run = await compared(['spawn', 'code', 'killed', 'inherit', 'sync', 'shell', 'fork', 'cluster']);
		const told = joined(run.entries);
		assert.deepEqual(
			told.map(({ parent, title }) => [parent, title]),
			Array.from({ length: 9 }, () => [1, 'children.cjs']),
		);
		assert.equal(new Set(told.map(({ pid }) => pid)).size, 9);
		const killed: EndReason = { kind: 'signal', signal: 'SIGKILL' };
		const expected = [exit(0), exit(5), killed, exit(0), exit(0), exit(0), exit(0), exit(0), exit(0)];
		assert.deepEqual(endsOf(run.entries), expected);
		for (const [process, { latest, frames, process: entry }] of run.opened.model.branches) {
			assert.ok((latest?.heapUsedBytes ?? 0) > 3e6, `process ${process} has no heap`);
			assert.equal(entry?.kind, 'child');
			// One is over before it is worth a last profile, and one is killed.
			if (process === 3 || process === 4) continue;
			const names = new Set([...frames.values()].map(({ functionName }) => functionName));
			assert.ok(names.has('child'), `the last profile of process ${process} does not name its function`);
		}
	});
	it('that outlive a killed parent are let go of', async () => {
		await using run = await ProfiledRun.start({ script: 'processes/outlived.cjs', nodePath: node() });
		const { pid } = await run.entry('process', ({ kind }) => kind === 'child');
		await run.entry('sample', ({ process }) => process === 2);
		run.session.kill('SIGKILL');
		const { reason, entries } = await run.finished();
		try {
			assert.deepEqual(reason, { kind: 'signal', signal: 'SIGKILL' });
			assert.deepEqual(endsOf(entries), [{ kind: 'detached' }]);
			assert.ok(entriesOfType(entries, 'notice').some(({ message }) => /lives on/.test(message)));
			assert.ok(isAlive(pid), 'the child was ended');
		} finally {
			process.kill(pid, 'SIGKILL');
		}
	});
	it('of ES modules join', async () => {
		const plain = await plainRun(node(), [fixture('processes/spawns.mjs')]);
		const run = await profiledRun({ script: 'processes/spawns.mjs', nodePath: node() });
		assert.equal(run.stdout.toString(), plain.stdout.toString());
		assert.deepEqual(endsOf(run.entries), [exit(3)]);
	});
	it('that are killed take their workers with them, in the recording too', async () => {
		const run = await profiledRun({ script: 'processes/holdsWorker.cjs', nodePath: node() });
		const told = entriesOfType(run.entries, 'process').slice(1);
		assert.deepEqual(
			told.map(({ kind, parent }) => [kind, parent]),
			[
				['child', 1],
				['worker', 2],
			],
		);
		assert.deepEqual(endsOf(run.entries), [{ kind: 'signal', signal: 'SIGKILL' }, { kind: 'terminated' }]);
	});
	// From Node 26 on they are started another way.
	if (major !== 20 && major !== 26) return;
	it('that answer in zeros are heard at once', async () => {
		const run = await profiledRun({ script: 'processes/zeros.cjs', nodePath: node() });
		assert.equal(run.stdout.toString(), '1 1\n10 10\n65536 65536\n200000 200000\n18 18\n');
		assert.equal(joined(run.entries).length, 1);
	});
	it('that are short-lived and many lose nothing', async () => {
		const run = await compared(['many']);
		assert.equal(joined(run.entries).length, 50);
		assert.deepEqual(
			endsOf(run.entries),
			Array.from({ length: 50 }, () => exit(0)),
		);
		for (const [process, { latest }] of run.opened.model.branches)
			assert.ok(latest?.heapUsedBytes, `process ${process} has no sample`);
	});
	it('whose stderr is a file are followed from outside', async () => {
		const run = await compared(['file']);
		const [only] = run.opened.model.branches.values();
		assert.ok(only?.latest?.rssBytes, 'its RSS is not known');
		assert.equal(only.latest.heapUsedBytes, undefined);
		assert.deepEqual(endsOf(run.entries), [exit(0)]);
		assert.ok(entriesOfType(run.entries, 'notice').some(({ message }) => /its stderr is a file/.test(message)));
	});
	it('are held to the output that they are allowed, to the byte', async () => {
		const run = await compared(['maxBuffer']);
		assert.match(
			run.stdout.toString(),
			/^ENOBUFS SIGTERM\nundefined bounded says\n\nERR_CHILD_PROCESS_STDIO_MAXBUFFER/,
		);
	});
	it('are left alone where they are not wanted', async () => {
		const args = ['spawn', 'sync'];
		const run = await profiledRun({ script: SCRIPT, args, nodePath: node(), sampling: { children: false } });
		assert.deepEqual(joined(run.entries), []);
	});
});
