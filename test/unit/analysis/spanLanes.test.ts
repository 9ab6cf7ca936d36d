import assert from 'node:assert/strict';
import fc from 'fast-check';
import { firstEndingFrom, spanLanes, spanRows } from '../../../src/analysis/spanLanes.ts';
import type { SpanEntry } from '../../../src/protocol/entries.ts';

const span = (id: number, t: number, end?: number, parent?: number): SpanEntry => ({
	type: 'span',
	t,
	region: 1,
	span: id,
	...(end !== undefined && { end }),
	...(parent !== undefined && { parent }),
});
const rows = (spans: SpanEntry[], max = 100) =>
	spanLanes(spans, 100, max).placed.map(item => [item.span.span, item.row]);

describe('spanLanes', () => {
	it('puts nested calls below their caller, whatever order they came in', () => {
		assert.deepEqual(rows([span(3, 2, 3, 2), span(2, 1, 4, 1), span(1, 0, 9)]), [
			[1, 0],
			[2, 1],
			[3, 2],
		]);
		assert.deepEqual(rows([span(2, 0, 5, 1), span(1, 0, 5)]), [
			[1, 0],
			[2, 1],
		]);
	});

	it('uses a row again after its call has ended', () => {
		assert.deepEqual(rows([span(1, 0, 5), span(2, 5, 9)]), [
			[1, 0],
			[2, 0],
		]);
	});

	it('puts concurrent calls side by side', () => {
		assert.deepEqual(rows([span(1, 0, 9), span(2, 1, 5), span(3, 2, 6)]), [
			[1, 0],
			[2, 1],
			[3, 2],
		]);
	});

	it('draws open calls up to now', () => {
		assert.equal(spanLanes([span(1, 3)], 50, 9).placed[0]?.end, 50);
	});

	it('counts what has no row', () => {
		const lanes = spanLanes([span(1, 0, 9), span(2, 1, 9), span(3, 2, 9)], 9, 2);
		assert.deepEqual([lanes.placed.length, lanes.rows, lanes.hidden], [2, 2, 1]);
	});

	it('never lets two calls of a row overlap', () => {
		const any = fc.array(fc.tuple(fc.nat(100), fc.nat(50), fc.option(fc.nat(30), { nil: undefined })), {
			maxLength: 60,
		});
		fc.assert(
			fc.property(any, shapes => {
				const spans = shapes.map(([t, length, parent], i) => span(i, t, t + length, parent));
				const { placed } = spanLanes(spans, 200, 1_000);
				assert.equal(placed.length, spans.length);
				const until = new Map<number, number>();
				for (const item of placed) {
					assert.ok((until.get(item.row) ?? 0) <= item.span.t);
					until.set(item.row, item.end);
				}
			}),
		);
	});

	it('finds the first span of a row that is in sight', () => {
		const spans = Array.from({ length: 50 }, (_, i) => ({
			type: 'span' as const,
			t: i * 10,
			region: 1,
			span: i + 1,
			end: i * 10 + 6,
		}));
		const [row = []] = spanRows(spanLanes([...spans, { type: 'span', t: 3, region: 1, span: 99, end: 400 }], 1_000, 8));
		for (const t of [-5, 0, 6, 7, 205, 496, 497]) {
			const at = firstEndingFrom(row, t);
			assert.ok(row.slice(0, at).every(({ end }) => end < t));
			assert.ok(row.slice(at).every(({ end }) => end >= t));
		}
	});
});
