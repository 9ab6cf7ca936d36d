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

/** The placed spans row by row. In a row none overlap: starts and ends both ascend. */
export function spanRows({ placed }: SpanLanes): PlacedSpan[][] {
	const rows: PlacedSpan[][] = [];
	for (const item of placed) {
		while (rows.length <= item.row) rows.push([]);
		rows[item.row]?.push(item);
	}
	return rows;
}

/** Index of the first span of a row that ends at `t` or later. */
export function firstEndingFrom(row: readonly PlacedSpan[], t: number): number {
	let [low, high] = [0, row.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((row[middle]?.end ?? 0) < t) low = middle + 1;
		else high = middle;
	}
	return low;
}
