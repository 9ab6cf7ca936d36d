import type { SampleEntry } from '../protocol/entries.ts';
import type { SeriesColumns, SeriesData } from '../protocol/snapshot.ts';

const COLUMNS = [
	'rssBytes',
	'heapUsedBytes',
	'heapTotalBytes',
	'externalBytes',
	'arrayBuffersBytes',
	'mallocedBytes',
	'heapPhysicalBytes',
	'heapCodeBytes',
	'stackBytes',
	'rssAnonBytes',
	'rssFileBytes',
	'rssSharedBytes',
	'managedBytes',
] as const satisfies readonly (keyof SeriesColumns)[];
export type SeriesColumn = (typeof COLUMNS)[number];
export const SERIES_COLUMNS: readonly SeriesColumn[] = COLUMNS;

/** Rows of each level of the process that was started: of the finest three to four times as many, nearly seven minutes at 20 Hz. */
export const LEVEL_ROWS = 2_048;
const FINEST_FACTOR = 3;

/**
 * Memory over time in bounded space. The newest samples are kept as they are; of older ones pairs become one row, of still older ones
 * pairs of pairs and so on. A row keeps the highest value of each figure (`data.rssBytes`) and the lowest (`data.low`, see
 * {@link lowestAt}): neither a peak nor the dip after a collection is lost. A day at 20 Hz is about 35,000 rows.
 */
export class SeriesStore {
	readonly data: SeriesData;
	#levelRows: number;

	/** @param levelRows An even number: rows are merged in pairs. */
	constructor(levelRows = LEVEL_ROWS, data: SeriesData = emptySeries()) {
		this.#levelRows = levelRows;
		this.data = data;
		this.#settle();
	}

	push(sample: SampleEntry & { managedBytes?: number }): void {
		const { data } = this;
		data.t.push(sample.t);
		for (const column of COLUMNS) data[column].push(sample[column] ?? null);
		data.levels[0] = (data.levels[0] ?? 0) + 1;
		this.#settle();
	}

	/** Keeps fewer rows from now on, those that are there included. */
	resize(levelRows: number): void {
		this.#levelRows = levelRows;
		this.#settle();
	}

	/** The columns as they are now: pushing does not change them. */
	copy(): SeriesData {
		const { t, levels, low } = this.data;
		return { t: [...t], levels: [...levels], ...copied(this.data), low: copied(low) };
	}

	#settle(): void {
		const { levels } = this.data;
		for (let level = 0; level < levels.length; level++) {
			const kept = this.#levelRows * (level === 0 ? FINEST_FACTOR : 1);
			const rows = levels[level] ?? 0;
			if (rows >= kept + this.#levelRows) this.#merge(level, (rows - kept) >> 1);
		}
	}

	/** The oldest rows of a level, in pairs, become the newest of the next coarser one. */
	#merge(level: number, pairs: number): void {
		const { data } = this;
		const { levels, low, t } = data;
		const start = levels.slice(level + 1).reduce((sum, rows) => sum + rows, 0);
		for (let i = 0; i < pairs; i++) t[start + i] = t[start + 2 * i + 1] ?? 0;
		t.splice(start + pairs, pairs);
		for (const column of COLUMNS) {
			const [highs, lows] = [data[column], low[column]];
			for (let i = 0; i < pairs; i++) {
				const [a, b] = [start + 2 * i, start + 2 * i + 1];
				const lowest = lower(lowestAt(data, column, a), lowestAt(data, column, b));
				highs[start + i] = higher(highs[a] ?? null, highs[b] ?? null);
				// The first pair is read before it is written; all the others lie behind what is written.
				if (level === 0) this.#fresh.push(lowest);
				else lows[start + i] = lowest;
			}
			highs.splice(start + pairs, pairs);
			if (level === 0) for (const value of this.#fresh.splice(0)) lows.push(value);
			else lows.splice(start + pairs, pairs);
		}
		levels[level] = (levels[level] ?? 0) - 2 * pairs;
		levels[level + 1] = (levels[level + 1] ?? 0) + pairs;
	}

	/** Lowest values of rows that until now were single samples; kept aside while the highest are still needed. */
	readonly #fresh: (number | null)[] = [];
}

/** The lowest value that the samples of a row have; `null` where none of them measured that figure. */
export function lowestAt(data: SeriesData, column: SeriesColumn, row: number): number | null {
	const lows = data.low[column];
	return (row < lows.length ? lows[row] : data[column][row]) ?? null;
}

export const emptySeries = (): SeriesData => ({ t: [], levels: [], ...emptyColumns(), low: emptyColumns() });

function emptyColumns(): SeriesColumns {
	return Object.fromEntries(COLUMNS.map(column => [column, []])) as unknown as SeriesColumns;
}

function copied(columns: SeriesColumns): SeriesColumns {
	return Object.fromEntries(COLUMNS.map(column => [column, [...columns[column]]])) as unknown as SeriesColumns;
}

function higher(a: number | null, b: number | null): number | null {
	if (a === null) return b;
	return b === null ? a : Math.max(a, b);
}

function lower(a: number | null, b: number | null): number | null {
	if (a === null) return b;
	return b === null ? a : Math.min(a, b);
}
