import type { SpanEntry } from '../protocol/entries.ts';

export interface PlacedSpan {
	span: SpanEntry;
	/** When it ended, or `now` while it is open. */
	end: number;
	row: number;
}

export interface SpanLanes {
	/** By start time. */
	placed: PlacedSpan[];
	rows: number;
	/** Spans that found no row because too many ran at the same time. */
	hidden: number;
}

/**
 * Rows for spans so that none overlap: a nested call lies below its caller, a concurrent one in the first free row.
 * @param maxRows Spans that would need more rows are counted, not placed.
 */
export function spanLanes(spans: Iterable<SpanEntry>, now: number, maxRows: number): SpanLanes {
	const rowOf = new Map<number, number>();
	const freeFrom: number[] = [];
	const placed: PlacedSpan[] = [];
	let hidden = 0;
	for (const span of [...spans].sort(byStart)) {
		const above = span.parent === undefined ? undefined : rowOf.get(span.parent);
		let row = above === undefined ? 0 : above + 1;
		while ((freeFrom[row] ?? Number.NEGATIVE_INFINITY) > span.t) row++;
		if (row >= maxRows) {
			hidden++;
			continue;
		}
		const end = Math.max(span.end ?? now, span.t);
		while (freeFrom.length <= row) freeFrom.push(Number.NEGATIVE_INFINITY);
		freeFrom[row] = end;
		rowOf.set(span.span, row);
		placed.push({ span, end, row });
	}
	return { placed, rows: freeFrom.length, hidden };
}

/** Callers before what they called, also when both began in the same instant: span ids count up. */
const byStart = (a: SpanEntry, b: SpanEntry): number => a.t - b.t || a.span - b.span;
