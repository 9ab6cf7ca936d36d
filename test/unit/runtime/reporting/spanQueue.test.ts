import assert from 'node:assert/strict';
import type { SpanEntry } from '../../../../src/protocol/entries.ts';
import { MAX_SPANS, SpanQueue } from '../../../../src/runtime/reporting/spanQueue.ts';

const span = (id: number, ms: number): SpanEntry => ({ type: 'span', t: 100, region: 1, span: id, end: 100 + ms });

describe('SpanQueue', () => {
	it('calls for attention once and stays bounded', () => {
		let calls = 0;
		const queue = new SpanQueue(() => calls++);
		for (let i = 0; i < MAX_SPANS * 3; i++) queue.push(span(i, i % 100));
		assert.equal(calls, 1);
		const { spans, dropped } = queue.take();
		assert.ok(spans.length < MAX_SPANS);
		assert.equal(spans.length + dropped, MAX_SPANS * 3);
	});

	it('keeps the longest', () => {
		const queue = new SpanQueue(() => {});
		queue.push(span(-1, 5_000));
		for (let i = 0; i < MAX_SPANS * 2; i++) queue.push(span(i, 1));
		queue.push(span(-2, 4_000));
		const ids = queue.take().spans.map(one => one.span);
		assert.ok(ids.includes(-1) && ids.includes(-2));
	});

	it('starts anew after a drain', () => {
		const queue = new SpanQueue(() => {});
		for (let i = 0; i < MAX_SPANS; i++) queue.push(span(i, 1));
		queue.take();
		queue.push(span(1, 0));
		assert.deepEqual([queue.take().spans.length, queue.take().spans.length], [1, 0]);
	});
});
