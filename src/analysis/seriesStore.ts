import type { SampleEntry } from '../protocol/entries.ts';
import type { SeriesData } from '../protocol/snapshot.ts';

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
] as const;
export type SeriesColumn = (typeof COLUMNS)[number];
export const SERIES_COLUMNS: readonly SeriesColumn[] = COLUMNS;

/**
 * Memory over time in bounded space. When `capacity` is reached neighbouring samples are merged in pairs, each figure keeping
 * the higher value: the picture gets coarser with age, a peak is never lost.
 */
export class SeriesStore {
	readonly data: SeriesData;
	readonly #capacity: number;

	/** @param capacity An even number: samples are merged in pairs. */
	constructor(capacity = 12_000, data?: SeriesData) {
		this.#capacity = capacity;
		this.data = data ?? {
			t: [],
			rssBytes: [],
			heapUsedBytes: [],
			heapTotalBytes: [],
			externalBytes: [],
			arrayBuffersBytes: [],
			mallocedBytes: [],
			heapPhysicalBytes: [],
			heapCodeBytes: [],
			stackBytes: [],
			rssAnonBytes: [],
			rssFileBytes: [],
			rssSharedBytes: [],
			managedBytes: [],
		};
	}

	push(sample: SampleEntry & { managedBytes?: number }): void {
		this.data.t.push(sample.t);
		for (const column of COLUMNS) this.data[column].push(sample[column] ?? null);
		if (this.data.t.length >= this.#capacity) this.#halve();
	}

	#halve(): void {
		const { t } = this.data;
		const half = t.length >> 1;
		for (let i = 0; i < half; i++) t[i] = t[2 * i + 1] ?? 0;
		t.length = half;
		for (const column of COLUMNS) {
			const values = this.data[column];
			for (let i = 0; i < half; i++) values[i] = higher(values[2 * i] ?? null, values[2 * i + 1] ?? null);
			values.length = half;
		}
	}
}

function higher(a: number | null, b: number | null): number | null {
	if (a === null) return b;
	return b === null ? a : Math.max(a, b);
}
