import type { SeriesData } from '../protocol/snapshot.ts';
import { lowestAt, type SeriesColumn } from './seriesStore.ts';
import { indexAt, type TimeWindow } from './timeWindow.ts';

/** What a chart of so many pixels draws of a series: points in order of time, and of each the row of the series that it stands for. */
export interface DrawnPoints {
	t: number[];
	/** In the order that was asked for. */
	columns: (number | null)[][];
	rows: number[];
}

/**
 * The lowest and the highest value of each pixel, so that drawing takes as long for a day as for a minute and no peak and no dip is lost.
 * Where there is room each sample is a point of its own. One row before and one behind the window lead the lines out of it.
 */
export function pixelPoints(
	data: SeriesData,
	columns: readonly SeriesColumn[],
	window: TimeWindow,
	pixels: number,
): DrawnPoints {
	const { t } = data;
	const out: DrawnPoints = { t: [], columns: columns.map(() => []), rows: [] };
	const coarse = t.length - (data.levels[0] ?? 0);
	for (const [from, to] of pixelRuns(t, window, pixels)) {
		if (from === to && from >= coarse) {
			out.t.push(t[from] ?? 0);
			out.rows.push(from);
			columns.forEach((column, i) => void out.columns[i]?.push(data[column][from] ?? null));
			continue;
		}
		const start = from === to ? ((t[from - 1] ?? t[from] ?? 0) + (t[from] ?? 0)) / 2 : (t[from] ?? 0);
		out.t.push(start, t[to] ?? 0);
		out.rows.push(from, to);
		columns.forEach((column, i) => {
			let [low, high]: (number | null)[] = [null, null];
			const values = data[column];
			for (let row = from; row <= to; row++) {
				const value = values[row];
				if (value === null || value === undefined) continue;
				const least = row < coarse ? (lowestAt(data, column, row) ?? value) : value;
				if (high === null || high === undefined || value > high) high = value;
				if (low === null || low === undefined || least < low) low = least;
			}
			out.columns[i]?.push(low ?? null, high ?? null);
		});
	}
	return out;
}

/** The same of columns that belong together, such as those of a stack: of each pixel the row in which column `by` is highest. */
export function pixelRows(
	t: readonly number[],
	columns: readonly (readonly (number | null | undefined)[])[],
	by: number,
	window: TimeWindow,
	pixels: number,
): DrawnPoints {
	const out: DrawnPoints = { t: [], columns: columns.map(() => []), rows: [] };
	for (const [from, to] of pixelRuns(t, window, pixels)) {
		let best = from;
		for (let row = from + 1; row <= to; row++) if ((columns[by]?.[row] ?? -1) > (columns[by]?.[best] ?? -1)) best = row;
		out.t.push(t[best] ?? 0);
		out.rows.push(best);
		columns.forEach((column, i) => void out.columns[i]?.push(column[best] ?? null));
	}
	return out;
}

/** Rows that share a pixel, first and last of each; the row before the window and the one behind it by themselves. */
function* pixelRuns(t: readonly number[], { min, max }: TimeWindow, pixels: number): Generator<[number, number]> {
	const first = indexAt(t, min);
	const last = indexAt(t, max);
	if (first >= 0) yield [first, first];
	const scale = Math.max(pixels, 1) / Math.max(max - min, Number.MIN_VALUE);
	let from = first + 1;
	while (from <= last) {
		const pixel = Math.floor(((t[from] ?? 0) - min) * scale);
		let to = from;
		while (to < last && Math.floor(((t[to + 1] ?? 0) - min) * scale) === pixel) to++;
		yield [from, to];
		from = to + 1;
	}
	if (last + 1 < t.length && last >= first) yield [last + 1, last + 1];
}

/** The point that stands for a row, or for the nearest before it; -1 where there is none. */
export const pointOf = ({ rows }: DrawnPoints, row: number): number => indexAt(rows, row);
