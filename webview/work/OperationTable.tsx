import type { JSX } from 'preact';
import { OPERATION_KINDS } from '../../src/analysis/runtimeWords.ts';
import type { OperationEntry } from '../../src/protocol/runtimeEntries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatMs, NOT_MEASURED } from '../../src/protocol/units.ts';
import { cacheName } from '../tables/cacheFigures.ts';
import { bytesColumn } from '../tables/columns.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';

interface Row extends OperationEntry {
	index: number;
}

export function OperationTable({ operations }: { operations: readonly OperationEntry[] }): JSX.Element {
	return (
		<section>
			<h2>Operations</h2>
			<DataTable
				id="operations"
				caption="Operations: input, peak memory, strategy and prediction"
				columns={COLUMNS}
				rows={operations.map((operation, index) => ({ ...operation, index }))}
				keyOf={({ index }) => index}
				initialSort={{ column: 'peak', descending: true }}
				shown={25}
				rowName={row => `${cacheName(row)} at ${formatMs(row.t)}`}
				detail={({ detail }) => (detail === undefined ? undefined : <p class="dim">{visibleText(detail, 400)}</p>)}
			/>
		</section>
	);
}

const duration = ({ t, end }: OperationEntry) => (end === undefined ? undefined : end - t);

const COLUMNS: readonly Column<Row>[] = [
	{
		id: 'name',
		title: 'Operation',
		sortValue: cacheName,
		render: row => (
			<>
				<span class="name" title={visibleText(row.name, 1_000)}>
					{cacheName(row)}
				</span>
				<span class={row.failed ? 'note bad' : 'note'}>{row.failed ? 'failed' : OPERATION_KINDS[row.kind]}</span>
			</>
		),
	},
	{ id: 'time', title: 'At', figure: true, sortValue: ({ t }) => t, render: ({ t }) => formatMs(t) },
	{
		id: 'took',
		title: 'Took',
		figure: true,
		sortValue: row => duration(row) ?? -1,
		render: row => formatMs(duration(row)),
	},
	bytesColumn('input', 'Input', ({ inputBytes }) => inputBytes),
	bytesColumn('output', 'Output', ({ outputBytes }) => outputBytes),
	bytesColumn('peak', 'Peak', ({ peakBytes }) => peakBytes, 'Highest memory while it ran, over that at its start'),
	{
		id: 'ratio',
		title: 'Ratio',
		meaning: 'Peak as a multiple of the input',
		figure: true,
		sortValue: ({ ratio }) => ratio ?? -1,
		render: ({ ratio }) => (ratio === undefined ? NOT_MEASURED : `${ratio.toFixed(2)} ×`),
	},
	{
		id: 'predicted',
		title: 'Predicted',
		meaning: 'What was predicted before it started, with the interval of the prediction',
		figure: true,
		sortValue: ({ predictedBytes }) => predictedBytes ?? -1,
		render: row => <Prediction row={row} />,
	},
	{
		id: 'strategy',
		title: 'Strategy',
		sortValue: ({ strategy }) => strategy ?? '',
		render: ({ strategy }) => visibleText(strategy ?? '', 40),
	},
];

function Prediction({ row }: { row: Row }): JSX.Element {
	const { predictedBytes, lowBytes, highBytes, observations, peakBytes } = row;
	if (predictedBytes === undefined) return <>{NOT_MEASURED}</>;
	const known = lowBytes !== undefined && highBytes !== undefined;
	const outside = known && peakBytes !== undefined && (peakBytes < lowBytes || peakBytes > highBytes);
	const rests =
		observations === undefined
			? ''
			: `Rests on ${formatCount(observations)} earlier ${observations === 1 ? 'run' : 'runs'}`;
	return (
		<span title={rests}>
			{formatBytes(predictedBytes)}
			{known && (
				<span class="dim">
					{' '}
					({formatBytes(lowBytes)} to {formatBytes(highBytes)})
				</span>
			)}
			{outside && <span class="note bad">peak {peakBytes > highBytes ? 'above' : 'below'}</span>}
		</span>
	);
}
