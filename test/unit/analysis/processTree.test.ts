import assert from 'node:assert/strict';
import { groupedProcesses, processTree, rssNow, totalRss } from '../../../src/analysis/processTree.ts';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import type { Entry, ProcessEntry } from '../../../src/protocol/entries.ts';
import { sampleHeader } from '../../support/sampleSession.ts';

function started(t: number, process: number, more: Partial<ProcessEntry> = {}): Entry {
	return {
		...{ type: 'process', t, process, kind: 'child', parent: 1, pid: 100 + process, cwd: '/', runtime: true },
		...{ nodeVersion: '24.0.0', v8Version: '13', platform: 'linux', arch: 'x64' },
		...more,
	} as Entry;
}
const rss = (t: number, process: number, rssBytes: number): Entry => ({ type: 'sample', t, process, rssBytes });
const ended = (t: number, process: number, code = 0): Entry => ({
	...{ type: 'state', t, process, state: 'ended' },
	reason: { kind: 'exit', code },
});

function modelOf(...entries: Entry[]): SessionModel {
	const model = new SessionModel(sampleHeader);
	for (const entry of entries) model.apply(entry);
	return model;
}

describe('processTree', () => {
	it('lists each process behind the one that started it, with start, end and reason', () => {
		const model = modelOf(
			started(0, 1, { kind: 'main' }),
			started(50, 3, { title: 'second.mjs' }),
			started(10, 2, { title: 'first.mjs' }),
			started(60, 4, { kind: 'worker', parent: 2, threadId: 1 }),
			ended(90, 2, 7),
		);
		const tree = processTree(model);
		assert.deepEqual(
			tree.map(({ process, depth, title, from, to }) => [process, depth, title, from, to]),
			[
				[1, 0, 'aggregate.mjs', 0, undefined],
				[2, 1, 'first.mjs', 10, 90],
				[4, 2, 'worker 1', 60, undefined],
				[3, 1, 'second.mjs', 50, undefined],
			],
		);
		assert.deepEqual(tree[1]?.end, { kind: 'exit', code: 7 });
		assert.equal(tree[2]?.model, model.of(4));
	});

	it('loses no process of a recording whose parents make no sense', () => {
		const model = modelOf(started(1, 2, { parent: 3 }), started(2, 3, { parent: 2 }), started(3, 4, { parent: 99 }));
		assert.deepEqual(
			processTree(model)
				.map(({ process }) => process)
				.sort(),
			[1, 2, 3, 4],
		);
	});
});

describe('totalRss', () => {
	it('adds up what lives at each moment and leaves workers and the dead out', () => {
		const model = modelOf(
			rss(0, 1, 100),
			started(10, 2),
			rss(10, 2, 50),
			started(15, 3, { kind: 'worker' }),
			rss(15, 3, 100),
			rss(20, 1, 120),
			ended(30, 2),
			rss(40, 1, 110),
		);
		const total = totalRss(processTree(model));
		assert.deepEqual(total.t, [0, 10, 20, 30, 40]);
		assert.deepEqual(total.bytes, [100, 150, 170, 120, 110]);
		assert.deepEqual(total.peak, { t: 20, bytes: 170 });
		assert.equal(total.processes, 2);
		assert.deepEqual(rssNow(model), { bytes: 110, processes: 1 });
	});

	it('says nothing where nothing was read', () => {
		const model = modelOf(started(0, 1, { kind: 'main' }), started(1, 2));
		assert.deepEqual(totalRss(processTree(model)), { t: [], bytes: [], processes: 0 });
		assert.deepEqual(rssNow(model), { processes: 0 });
	});
});

describe('groupedProcesses', () => {
	it('puts many that are alike into one group and keeps the others', () => {
		const many = Array.from({ length: 50 }, (_, i) => started(i, 10 + i, { title: 'part.mjs' }));
		const model = modelOf(started(0, 2, { title: 'other.mjs' }), ...many, started(99, 90, { parent: 12 }));
		const rows = groupedProcesses(processTree(model));
		const group = rows.find(row => 'members' in row);
		assert.ok(group && 'members' in group);
		assert.equal(group.members.length, 49, 'the one with a child of its own stands by itself');
		const single = rows.flatMap(row => ('process' in row ? [row.process] : []));
		assert.deepEqual(
			single.sort((a, b) => a - b),
			[1, 2, 12, 90],
		);
	});
});
