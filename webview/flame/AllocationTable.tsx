import type { JSX } from 'preact';
import type { AllocationRow } from '../../src/analysis/allocations.ts';
import { frameName } from '../../src/analysis/places.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatPercent } from '../../src/protocol/units.ts';
import { Bar, FramePlace } from '../tables/cells.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { isHit, nameOf } from './frames.ts';

export interface AllocationTableProps {
	rows: readonly AllocationRow[];
	/** Live bytes of the whole profile. */
	total: number;
	search: string;
	onlyMine: boolean;
}

export function AllocationTable({ rows, total, search, onlyMine }: AllocationTableProps): JSX.Element {
	const shown = search === '' ? rows : rows.filter(({ frame }) => isHit(frame, search));
	return (
		<DataTable
			id="allocations"
			caption="Live heap by function; the same figures as in the flame graph"
			columns={columns(shown, total, search, onlyMine)}
			rows={shown}
			keyOf={({ frame }) => frame.id}
			shown={25}
			initialSort={{ column: 'self', descending: true }}
			rowClass={({ frame }) => `kind-${frame.kind}`}
		/>
	);
}

function columns(
	shown: readonly AllocationRow[],
	total: number,
	search: string,
	onlyMine: boolean,
): readonly Column<AllocationRow>[] {
	const self = shown.reduce((sum, { selfBytes }) => sum + selfBytes, 0);
	const samples = shown.reduce((sum, { selfCount }) => sum + selfCount, 0);
	const largest = shown.reduce((most, { selfBytes }) => Math.max(most, selfBytes), 1);
	return [
		{
			id: 'function',
			title: 'Function',
			sortValue: ({ frame }) => frameName(frame).toLowerCase(),
			render: ({ frame }) => (
				<span class="name" title={`${visibleText(frame.functionName, 1_000)} (${frame.kind})`}>
					<span class={`kind-mark mark-${frame.kind}`} aria-hidden="true" />
					{nameOf(frame, onlyMine)}
				</span>
			),
			foot: search === '' ? 'Sum of self' : `Sum of self (of ${formatBytes(total)})`,
		},
		{
			id: 'self',
			title: 'Self',
			meaning: onlyMine
				? 'Live bytes allocated by the function and by what it called outside your code'
				: 'Live bytes that the function itself allocated',
			figure: true,
			sortValue: ({ selfBytes }) => selfBytes,
			render: ({ selfBytes }) => (
				<span class="bar-and-text" title={`${formatPercent(total > 0 ? selfBytes / total : 0)} of the live heap`}>
					{selfBytes > 0 && <Bar share={selfBytes / largest} />}
					<span class={selfBytes > 0 ? undefined : 'dim'}>{formatBytes(selfBytes)}</span>
				</span>
			),
			foot: formatBytes(self),
		},
		{
			id: 'total',
			title: 'Total',
			meaning: 'Live bytes that the function and what it called allocated',
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
