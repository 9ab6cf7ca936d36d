import assert from 'node:assert/strict';
import type { EndReason, Entry, ProcessEntry } from '../../../src/protocol/entries.ts';
import { entriesOfType, fixture, onOuterNodes, plainRun, profiledRun } from '../../support/engineRuns.ts';
import { waitFor } from '../../support/waitFor.ts';

const endsOf = (entries: readonly Entry[]): Map<number, EndReason | undefined> =>
	new Map(
		entriesOfType(entries, 'state')
			.filter(({ state, process }) => state === 'ended' && process !== undefined)
			.map(({ process = 1, reason }) => [process, reason]),
	);
const joined = (entries: readonly Entry[]): ProcessEntry[] =>
	entriesOfType(entries, 'process').filter(({ kind }) => kind !== undefined);

/** The number of the fourth worker. */
const TERMINATED = 5;

onOuterNodes('worker threads', (major, node) => {
	it('join by themselves, each with its heap, profile and end', async () => {
		const args = ['end', 'exit', 'throw', 'forever', 'nested'];
		const plain = await plainRun(node(), [fixture('processes/workers.cjs'), ...args]);
		const run = await profiledRun({ script: 'processes/workers.cjs', args, nodePath: node() });
		assert.equal(run.stdout.toString(), plain.stdout.toString());
		assert.equal(run.stderr.toString(), plain.stderr.toString());
		assert.deepEqual(run.reason, { kind: 'exit', code: 0 });
		const told = joined(run.entries).map(({ kind, title, parent }) => [kind, title, parent]);
		assert.deepEqual(told, [
			['worker', 'does end', 1],
			['worker', 'does exit', 1],
			['worker', 'does throw', 1],
			['worker', 'does forever', 1],
			['worker', 'does nested', 1],
			['worker', 'grandchild', 6],
		]);
		const exit = (code: number): EndReason => ({ kind: 'exit', code });
		const expected = [exit(0), exit(7), exit(1), { kind: 'terminated' }, exit(0), exit(0)];
		assert.deepEqual(
			[...endsOf(run.entries)].sort(([a], [b]) => a - b),
			expected.map((reason, i) => [i + 2, reason]),
		);
		for (const [process, model] of run.opened.model.branches) {
			// A worker that is terminated is not asked before: what was read until then is what is known.
			if (process === TERMINATED) continue;
			assert.ok((model.peakHeapUsed?.bytes ?? 0) > 3e6, `process ${process} has no heap`);
			assert.equal(model.latest?.rssBytes, undefined);
			const names = new Set([...model.frames.values()].map(({ functionName }) => functionName));
			assert.ok(names.has('grow'), `the last profile of process ${process} does not name its function`);
		}
	});
	it('that wait for messages do not keep their process from its end', async () => {
		const run = await profiledRun({ script: 'processes/idleWorkers.cjs', nodePath: node() });
		assert.deepEqual(run.reason, { kind: 'exit', code: 4 });
		assert.deepEqual([run.stdout.toString(), run.stderr.toString()], ['up\n', '']);
		assert.deepEqual([...endsOf(run.entries).values()], [{ kind: 'terminated' }, { kind: 'terminated' }]);
	});
	// Node 20 was the last to start workers another way.
	if (major !== 20 && major !== 24) return;
	it('that are short-lived and many lose nothing, and make nobody warn', async () => {
		const warnings: string[] = [];
		const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length;
		const before = timers();
		const warned = ({ message }: Error) => warnings.push(message);
		process.on('warning', warned);
		const run = await profiledRun({ script: 'processes/short.cjs', args: ['50'], nodePath: node() }).finally(() =>
			process.off('warning', warned),
		);
		assert.deepEqual(warnings, []);
		// One is that of the waiting itself.
		await waitFor(() => timers() <= before + 1, { what: 'the end of every poll' });
		assert.equal(run.stdout.toString(), 'ended 50\n');
		assert.equal(joined(run.entries).length, 50);
		assert.deepEqual(
			[...endsOf(run.entries).values()],
			Array.from({ length: 50 }, () => ({ kind: 'exit', code: 0 })),
		);
	});
});
