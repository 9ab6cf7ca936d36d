import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { AllocationRow } from '../../src/analysis/allocations.ts';
import type { Measure } from '../../src/analysis/attribution.ts';
import { frameName } from '../../src/analysis/places.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatPercent } from '../../src/protocol/units.ts';
import { Bar, FramePlace } from '../tables/cells.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { isHit, isLine, nameOf } from './frames.ts';

/** Which kinds of memory the figures have. */
export interface Parts {
	heap: boolean;
	offHeap: boolean;
}

export interface AllocationTableProps {
	rows: readonly AllocationRow[];
	/** Of everything that was attributed. */
	total: number;
	search: string;
	onlyMine: boolean;
	measure: Measure;
	parts: Parts;
	/** Those that the editor asked for. */
	focusedFrames: ReadonlySet<number>;
}

const WORDS: Record<Measure, string> = {
	live: 'Live bytes',
	allocated: 'Bytes',
	freed: 'Freed bytes',
	alive: 'Bytes still alive',
};

export function AllocationTable(props: AllocationTableProps): JSX.Element {
	const { rows, search, focusedFrames } = props;
	const shown = search === '' ? rows : rows.filter(({ frame }) => isHit(frame, search));
	useEffect(() => {
		if (focusedFrames.size === 0) return;
		document.querySelector('.table-allocations tr.picked')?.scrollIntoView({ block: 'nearest' });
	}, [focusedFrames]);
	return (
		<DataTable
			id="allocations"
			caption="Memory by function and, outside the heap, by line; the same figures as in the flame graph"
			columns={columns(shown, props)}
			rows={shown}
			keyOf={({ frame }) => frame.id}
			shown={25}
			// What was asked for may be far down.
			{...(focusedFrames.size > 0 && { first: ({ frame }: AllocationRow) => focusedFrames.has(frame.id) })}
			initialSort={{ column: 'self', descending: true }}
			rowClass={({ frame }) => `kind-${frame.kind}${focusedFrames.has(frame.id) ? ' picked' : ''}`}
		/>
	);
}

function columns(
	shown: readonly AllocationRow[],
	{ total, search, onlyMine, measure, parts }: AllocationTableProps,
): readonly Column<AllocationRow>[] {
	const words = WORDS[measure];
	const offHeap = shown.reduce((sum, { selfOffHeapBytes }) => sum + selfOffHeapBytes, 0);
	const self = shown.reduce((sum, { selfBytes }) => sum + selfBytes, 0);
	const samples = shown.reduce((sum, { selfCount }) => sum + selfCount, 0);
	const largest = shown.reduce((most, { selfBytes }) => Math.max(most, selfBytes), 1);
	return [
		{
			id: 'function',
			title: 'Function',
			sortValue: ({ frame }) => frameName(frame).toLowerCase(),
			render: ({ frame, selfOffHeapBytes }) => (
				<span class="name" title={`${visibleText(frame.functionName, 1_000)} (${frame.kind})`}>
					<span class={`kind-mark mark-${frame.kind}`} aria-hidden="true" />
					{nameOf(frame, onlyMine)}
					{isLine(frame) && <span class="dim"> line {frame.line}</span>}
					{selfOffHeapBytes > 0 && (
						<span class="off-heap-mark" role="img" aria-label="outside the heap" title="Outside the heap" />
					)}
				</span>
			),
			foot: search === '' ? 'Sum of self' : `Sum of self (of ${formatBytes(total)})`,
		},
		{
			id: 'self',
			title: 'Self',
			meaning: onlyMine
				? `${words} allocated by the function and by what it called outside your code`
				: `${words} that the function itself allocated`,
			figure: true,
			sortValue: ({ selfBytes }) => selfBytes,
			render: ({ selfBytes }) => (
				<span class="bar-and-text" title={`${formatPercent(total > 0 ? selfBytes / total : 0)} of what is shown`}>
					{selfBytes > 0 && <Bar share={selfBytes / largest} />}
					<span class={selfBytes > 0 ? undefined : 'dim'}>{formatBytes(selfBytes)}</span>
				</span>
			),
			foot: formatBytes(self),
		},
		// Many scripts have nothing outside the heap.
		...(parts.heap && parts.offHeap && offHeap > 0 ? kinds(self - offHeap, offHeap) : []),
		{
			id: 'total',
			title: 'Total',
			meaning: `${words} that the function and what it called allocated`,
			figure: true,
			sortValue: ({ totalBytes }) => totalBytes,
			render: ({ totalBytes }) => formatBytes(totalBytes),
		},
		{
			id: 'samples',
			title: 'Samples',
			meaning: 'Sampled objects that the estimate of the function’s own bytes rests on: the more, the surer',
			figure: true,
			sortValue: ({ selfCount }) => selfCount,
			render: ({ selfCount }) => formatCount(selfCount),
			foot: formatCount(samples),
		},
		{
			id: 'place',
			title: 'Location',
			sortValue: ({ frame }) => `${frame.file}:${String(frame.line).padStart(8, '0')}`,
			render: ({ frame }) => <FramePlace frame={frame} />,
		},
	];
}

/** The two kinds of a function's own bytes. */
const kinds = (heap: number, offHeap: number): readonly Column<AllocationRow>[] => [
	{
		id: 'heap',
		title: 'Heap',
		meaning: 'Of its own bytes, those on V8’s heap; V8 tells functions, not lines',
		figure: true,
		sortValue: ({ selfBytes, selfOffHeapBytes }) => selfBytes - selfOffHeapBytes,
		render: ({ selfBytes, selfOffHeapBytes }) => <Bytes bytes={selfBytes - selfOffHeapBytes} />,
		foot: formatBytes(heap),
	},
	{
		id: 'offHeap',
		title: 'Off-heap',
		meaning: 'Of its own bytes, contents of Buffers, array buffers and typed arrays: by the line that called for them',
		figure: true,
		sortValue: ({ selfOffHeapBytes }) => selfOffHeapBytes,
		render: ({ selfOffHeapBytes }) => <Bytes bytes={selfOffHeapBytes} />,
		foot: formatBytes(offHeap),
	},
];

/** Nothing of one kind is no figure worth the eye. */
const Bytes = ({ bytes }: { bytes: number }): JSX.Element => (
	<span class={bytes >= 1 ? undefined : 'dim'}>{formatBytes(Math.max(0, bytes))}</span>
);
