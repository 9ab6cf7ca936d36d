import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseCommandResult, parsePoll, parseSetUp } from '../../../../src/engine/inspector/pollReply.ts';

const reply = { now: 1, costMs: 0.1, rss: 1, heapUsed: 1, heapTotal: 1, external: 1, arrayBuffers: 1 };
const span = { type: 'span', t: 1, region: 1, span: 1 };
const parse = (more: object) => parsePoll(JSON.stringify({ ...reply, ...more }));

describe('parsePoll', () => {
	it('takes what the snippet sends', () => {
		const gc = [['Scavenge', 10, 2, 1, 0]];
		const drained = { entries: [span], dropped: 2 };
		assert.deepEqual(parse({ heapLimit: 9, malloced: 3, gc, drained }), {
			...reply,
			heapLimit: 9,
			malloced: 3,
			gc,
			drained,
		});
	});
	for (const bad of [
		{ now: 'soon' },
		{ now: null },
		{ rss: -1 },
		{ heapUsed: undefined },
		{ heapLimit: '9' },
		{ gc: {} },
		{ gc: [['Scavenge', 1]] },
		{ gc: [[1, 1, 1, 1, 1]] },
	])
		it(`refuses ${JSON.stringify(bad)}`, () => assert.equal(parse(bad), undefined));
	it('keeps the memory and drops events that are none', () => {
		const entries = [
			span,
			{ ...span, t: 'now' },
			null,
			[],
			{ type: 'state', t: 1, state: 'ended' },
			{ type: '__proto__' },
		];
		assert.deepEqual(parse({ drained: { entries, dropped: 0 } })?.drained, { entries: [span], dropped: 0 });
	});
	for (const drained of [null, 1, [], {}, { entries: {}, dropped: 0 }, { entries: [], dropped: -1 }])
		it(`goes on without events from ${JSON.stringify(drained)}`, () => assert.deepEqual(parse({ drained }), reply));
	it('survives anything', () => {
		fc.assert(
			fc.property(fc.anything(), fc.json(), (value, json) => {
				for (const parser of [parsePoll, parseSetUp]) {
					assert.equal(parser(value), undefined);
					assert.equal(parser(json), undefined);
				}
				assert.ok('error' in parseCommandResult(value));
			}),
		);
	});
});

describe('parseCommandResult', () => {
	it('takes a message and a number', () => {
		const result = { message: 'Cleared.', freedBytes: 12 };
		assert.deepEqual(parseCommandResult(JSON.stringify(result)), result);
		assert.deepEqual(parseCommandResult('{"message":"Cleared.","freedBytes":"many"}'), { message: 'Cleared.' });
	});
	it('passes on what went wrong', () => {
		assert.deepEqual(parseCommandResult('{"error":"no such cache","message":"x"}'), { error: 'no such cache' });
	});
});
