import assert from 'node:assert/strict';
import { endStory } from '../../../src/analysis/endStory.ts';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import type { EndReason, Frame } from '../../../src/protocol/entries.ts';
import { sampleEntries, sampleHeader } from '../../support/sampleSession.ts';

const GB = 2 ** 30;
const frame = (id: number, functionName: string, file: string, line: number, kind: Frame['kind']): Frame => ({
	id,
	functionName,
	file,
	line,
	column: 1,
	kind,
});

/** 1.9 GB on the heap, three quarters of it pushed at load.ts:88; 3 GB of buffers read at read.ts:7. */
function ended(reason: EndReason): SessionModel {
	const { cwd } = sampleHeader;
	const model = new SessionModel(sampleHeader);
	model.apply({
		type: 'callTree',
		t: 1,
		frames: [
			frame(1, '(root)', '', 0, 'native'),
			frame(2, 'rows.push', `${cwd}/load.ts`, 88, 'user'),
			frame(3, 'parse', `${cwd}/node_modules/csv/index.js`, 5, 'dependency'),
			frame(4, 'read', `${cwd}/read.ts`, 7, 'user'),
			frame(5, 'Buffer.alloc', '', 0, 'native'),
			frame(6, 'bootstrap', 'node:internal/main', 1, 'node'),
		],
		nodes: [
			[1, 0, 1],
			[2, 1, 2],
			[3, 2, 3],
			[4, 1, 4],
			[5, 4, 5],
			[6, 1, 6],
		],
	});
	model.apply({
		type: 'sample',
		t: 39_900,
		rssBytes: 5 * GB,
		heapUsedBytes: 1.95 * GB,
		heapTotalBytes: 2 * GB,
		heapLimitBytes: 2 * GB,
		externalBytes: 3 * GB,
		arrayBuffersBytes: 3 * GB,
	});
	model.apply({
		type: 'allocations',
		t: 39_950,
		cause: 'outOfMemory',
		intervalBytes: 131_072,
		costMs: 200,
		live: [
			[2, 1 * GB, 10],
			[3, 0.425 * GB, 5],
			[4, 0.2 * GB, 2],
			[6, 0.275 * GB, 2],
		],
	});
	model.apply({
		type: 'offHeap',
		t: 39_960,
		intervalBytes: 524_288,
		allocated: [[5, 0, 0, 3 * GB, 6]],
		freed: [],
		liveBytes: 3 * GB,
		arrayBuffersBytes: 3 * GB,
	});
	model.apply({ type: 'state', t: 40_000, state: 'ended', reason });
	return model;
}

describe('endStory', () => {
	it('says what filled the heap, by the line that a person can change', () => {
		const story = endStory(ended({ kind: 'outOfMemory', limitBytes: 2 * GB, cause: 'heapLimit' }));
		assert.equal(story?.sentence, '1.90 GB of 2.00 GB live, 75 % from rows.push at load.ts:88');
		assert.equal(story.ofMemory, true);
		assert.deepEqual(story.window, { min: 10_000, max: 40_000 });
		assert.equal(story.profileAt, 39_950);
	});

	it('counts what lies outside the heap where that is what was too much', () => {
		const story = endStory(ended({ kind: 'memoryKill', by: 'container', limitBytes: 5 * GB }));
		assert.equal(story?.sentence, '5.00 GB of 5.00 GB in memory, 65 % from read at read.ts:7');
		const [first, second] = story.sites;
		assert.equal(first?.frame.functionName, 'read');
		assert.equal(first.offHeapBytes, 3 * GB);
		assert.equal(first.heapBytes, 0.2 * GB);
		assert.equal(second?.frame.functionName, 'rows.push', 'what a package holds counts for its caller');
		assert.ok(Math.abs(story.sites.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
	});

	it('tells of a signal, too, without blaming memory', () => {
		const story = endStory(ended({ kind: 'signal', signal: 'SIGKILL' }));
		assert.equal(story?.ofMemory, false);
		assert.equal(story.sentence, '5.00 GB in memory at the end, 65 % from read at read.ts:7');
	});

	it('is silent while the script runs, and where nothing was measured it says only what happened', () => {
		const model = new SessionModel(sampleHeader);
		for (const entry of sampleEntries(3_000, undefined)) model.apply(entry);
		assert.equal(endStory(model), undefined);
		const bare = new SessionModel(sampleHeader);
		bare.apply({ type: 'state', t: 12, state: 'ended', reason: { kind: 'exit', code: 3 } });
		assert.equal(endStory(bare)?.sentence, 'Exited with code 3');
		assert.deepEqual(endStory(bare)?.window, { min: 0, max: 12 });
	});
});
