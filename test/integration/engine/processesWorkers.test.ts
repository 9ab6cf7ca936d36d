import assert from 'node:assert/strict';
import type { EndReason, Entry, ProcessEntry } from '../../../src/protocol/entries.ts';
import { entriesOfType, fixture, onEveryNode, plainRun, profiledRun } from '../../support/engineRuns.ts';

const endsOf = (entries: readonly Entry[]): Map<number, EndReason | undefined> =>
	new Map(
		entriesOfType(entries, 'state')
			.filter(({ state, process }) => state === 'ended' && process !== undefined)
			.map(({ process = 1, reason }) => [process, reason]),
	);
const joined = (entries: readonly Entry[]): ProcessEntry[] =>
	entriesOfType(entries, 'process').filter(({ kind }) => kind !== undefined);

onEveryNode('worker threads', (_major, node) => {
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
		const codes = [0, 7, 1, 1, 0, 0].map((code, i): [number, EndReason] => [i + 2, { kind: 'exit', code }]);
		assert.deepEqual(
			[...endsOf(run.entries)].sort(([a], [b]) => a - b),
			codes,
		);
		for (const [process, model] of run.opened.model.branches) {
			assert.ok((model.peakHeapUsed?.bytes ?? 0) > 3e6, `process ${process} has no heap`);
			assert.equal(model.latest?.rssBytes, undefined);
			const names = new Set([...model.frames.values()].map(({ functionName }) => functionName));
			assert.ok(names.has('grow'), `the last profile of process ${process} does not name its function`);
		}
	});
	it('that are short-lived and many lose nothing', async () => {
		const run = await profiledRun({ script: 'processes/short.cjs', args: ['50'], nodePath: node() });
		assert.equal(run.stdout.toString(), 'ended 50\n');
		assert.equal(joined(run.entries).length, 50);
		assert.deepEqual(
			[...endsOf(run.entries).values()],
			Array.from({ length: 50 }, () => ({ kind: 'exit', code: 0 })),
		);
	});
});
