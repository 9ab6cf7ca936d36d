import assert from 'node:assert/strict';
import type { SpanEntry } from '../../../../src/protocol/entries.ts';
import { type OpenSpan, OpenSpans } from '../../../../src/runtime/reporting/openSpans.ts';
import { RegionBook } from '../../../../src/runtime/reporting/regionBook.ts';
import { SpanQueue } from '../../../../src/runtime/reporting/spanQueue.ts';

describe('open spans', () => {
	const region = new RegionBook().get('region', 'tick', 0);
	let spans: OpenSpans;
	beforeEach(() => {
		spans = new OpenSpans(new SpanQueue(() => {}));
	});

	const ancestors = (span: OpenSpan): OpenSpan[] => (span.parent ? [span.parent, ...ancestors(span.parent)] : []);

	it('keep no chain of the calls before when a region schedules itself again', () => {
		const outer = spans.begin(region, undefined);
		let last = outer;
		for (let i = 0; i < 1_000_000; i++) {
			const next = spans.begin(region, last);
			spans.end(next, false);
			last = next;
		}
		assert.deepEqual(ancestors(last), [outer]);
		spans.end(outer, false);
		assert.equal(spans.begin(region, last).parent, undefined);
	});

	it('keep no chain when each call begins before the one that scheduled it has ended', () => {
		let last = spans.begin(region, undefined);
		for (let i = 0; i < 100_000; i++) {
			const next = spans.begin(region, last);
			assert.equal(next.parent, last);
			spans.end(last, false);
			last = next;
		}
		assert.ok(ancestors(last).length <= 1);
	});

	it('look past those of an earlier recording', () => {
		const old = spans.begin(region, undefined);
		spans.reset();
		assert.equal(spans.begin(region, old).parent, undefined);
	});

	it('name as parent nobody the engine is not told of', () => {
		const entries: SpanEntry[] = [];
		const queue = new SpanQueue(() => {});
		queue.push = entry => entries.push(entry);
		spans = new OpenSpans(queue);
		const fast = { ...region, lastMeasured: Number.POSITIVE_INFINITY };
		const outer = spans.begin(region, undefined);
		const short = spans.begin(fast, outer);
		const inner = spans.begin(fast, short);
		assert.equal(inner.parent, short);
		spans.end(short, false);
		spans.end(inner, true);
		assert.deepEqual(
			entries.map(({ span, parent }) => [span, parent]),
			[[inner.id, outer.id]],
		);
	});
});
