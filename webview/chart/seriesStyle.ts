import type { SeriesColumn } from '../../src/analysis/seriesStore.ts';
import type { HueName } from '../theme.ts';

/** What a sample itself has. */
export type MeasuredColumn = Exclude<SeriesColumn, 'managedBytes'>;

export interface SeriesStyle {
	column: MeasuredColumn;
	label: string;
	hue: HueName;
	dash?: number[];
	/** Shown as the tooltip of the legend. */
	meaning: string;
}

/** Colour and dash together, so that no series is told apart by colour alone. */
export const SERIES: readonly SeriesStyle[] = [
	{
		column: 'rssBytes',
		label: 'RSS',
		hue: 'blue',
		meaning: 'Resident set size: all memory of the process that is in RAM.',
	},
	{
		column: 'heapUsedBytes',
		label: 'Heap used',
		hue: 'green',
		meaning: 'JavaScript objects on V8’s heap, garbage not yet collected included.',
	},
	{
		column: 'heapTotalBytes',
		label: 'Heap total',
		hue: 'green',
		dash: [5, 4],
		meaning: 'Memory that V8 has reserved for its heap.',
	},
	{
		column: 'externalBytes',
		label: 'External',
		hue: 'orange',
		meaning: 'Memory outside the heap that objects hold on to, array buffers included.',
	},
	{
		column: 'arrayBuffersBytes',
		label: 'Array buffers',
		hue: 'purple',
		dash: [2, 3],
		meaning: 'Contents of Buffers, ArrayBuffers and typed arrays.',
	},
	{
		column: 'mallocedBytes',
		label: 'Malloced',
		hue: 'yellow',
		dash: [8, 3, 2, 3],
		meaning: 'What V8 itself took from malloc.',
	},
];
