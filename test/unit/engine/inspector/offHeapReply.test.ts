import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseOffHeap } from '../../../../src/engine/inspector/offHeapReply.ts';
import { parsePoll } from '../../../../src/engine/inspector/pollReply.ts';

const report = {
	now: 12.5,
	intervalBytes: 262_144,
	stacks: [
		[
			1,
			[
				['Buffer.alloc', '', 0, 0],
				['load', '/a.js', 3, 9, 1, 1],
			],
		],
	],
	contexts: [[1, [4, 5]]],
	allocated: [[1, 0, 1, 300_000.5, 1]],
	freed: [[1, 0, 1, 300_000.5, 1, 11.5]],
	liveBytes: 0,
	arrayBuffersBytes: 100,
	spentMs: 0.1,
	samples: 1,
	ownBytes: 2_000,
};

describe('parseOffHeap', () => {
	it('takes what the runtime sends', () => assert.deepEqual(parseOffHeap(report), report));
	it('comes with the poll, which stays without it', () => {
		const poll = { now: 1, costMs: 0.1, rss: 1, heapUsed: 1, heapTotal: 1, external: 1, arrayBuffers: 1 };
		const parse = (offHeap: unknown) =>
			parsePoll(JSON.stringify({ ...poll, drained: { entries: [], dropped: 0, offHeap } }));
		assert.deepEqual(parse(report)?.drained, { entries: [], dropped: 0, offHeap: report });
		assert.deepEqual(parse({ ...report, now: '1' })?.drained, { entries: [], dropped: 0 });
		assert.deepEqual(parse(undefined)?.drained, { entries: [], dropped: 0 });
	});
	it('leaves out what it does not know', () => {
		assert.deepEqual(parseOffHeap({ ...report, more: 'than that' }), report);
	});
	for (const bad of [
		{ now: Number.NaN },
		{ intervalBytes: -1 },
		{ liveBytes: Number.POSITIVE_INFINITY },
		{ arrayBuffersBytes: '0' },
		{ stacks: [[1, []]] },
		{ stacks: [[1.5, [['f', '', 0, 0]]]] },
		{ stacks: [[1, [['f', '', -1, 0]]]] },
		{ stacks: [[1, [['f', '', 1, 1, 1]]]] },
		{ stacks: [[1, [['f', '', 2 ** 40, 0]]]] },
		{ contexts: [[1, [-1]]] },
		{ contexts: [[1, Array(300).fill(1)]] },
		{ allocated: [[1, 6, 0, 1, 1]] },
		{ allocated: [[2 ** 60, 0, 0, 1, 1]] },
		{ allocated: [[1, 0, 0, -1, 1]] },
		{ freed: [[1, 0, 0, 1, 1]] },
		{ freed: [[1, 0, 0, 1, 1, null]] },
		{ allocated: Array(100_001).fill([1, 0, 0, 1, 1]) },
		{ samples: undefined },
	])
		it(`refuses ${JSON.stringify(bad).slice(0, 60)}`, () =>
			assert.equal(parseOffHeap({ ...report, ...bad }), undefined));
	it('cuts names and stacks that no view could hold', () => {
		const frames = Array.from({ length: 1_000 }, () => ['f'.repeat(5_000), 'u'.repeat(5_000), 1, 1]);
		const [[, cut] = []] = parseOffHeap({ ...report, stacks: [[1, frames]] })?.stacks ?? [];
		assert.equal(cut?.length, 256);
		assert.deepEqual(
			cut?.[0]?.slice(0, 2).map(text => String(text).length),
			[1_000, 1_000],
		);
	});
	it('never throws', () =>
		fc.assert(
			fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(report)), (value, name) => {
				parseOffHeap(value);
				parseOffHeap({ ...report, [name]: value });
			}),
		));
});
