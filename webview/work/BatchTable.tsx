import type { JSX } from 'preact';
import { batchProgress, batchSteps, mainBatch } from '../../src/analysis/batchSteps.ts';
import { BATCH_CAUSES } from '../../src/analysis/runtimeWords.ts';
import type { BatchDecisionEntry, BatchEntry } from '../../src/protocol/runtimeEntries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatMs, formatPercent } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { cacheName } from '../tables/cacheFigures.ts';
import { Bar } from '../tables/cells.tsx';
import { countColumn, siteColumn } from '../tables/columns.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { BatchLane } from './BatchLane.tsx';

export interface BatchTableProps {
	batches: readonly BatchEntry[];
	decisions: readonly BatchDecisionEntry[];
}

/** All batch processors, and of the picked one the course of its size with the reasons. */
export function BatchTable({ batches, decisions }: BatchTableProps): JSX.Element {
	const { pickedBatch } = usePanel();
	const picked = batches.find(({ id }) => id === pickedBatch.value);
	const shown = picked ?? batches.find(({ id }) => id === mainBatch(batches, decisions));
	return (
		<section>
			<h2>Batches</h2>
			<DataTable
				id="batches"
				caption="Batch processors: size, items and bytes"
				columns={columnsFor(shown?.id)}
				rows={batches}
				keyOf={({ id }) => id}
				initialSort={{ column: 'items', descending: true }}
				rowClass={({ id, disposed }) =>
					[id === shown?.id && batches.length > 1 ? 'picked' : '', disposed ? 'disposed' : ''].join(' ').trim() ||
					undefined
				}
			/>
			{shown && <Course batch={shown} decisions={decisions} />}
		</section>
	);
}

function Course({ batch, decisions }: { batch: BatchEntry; decisions: readonly BatchDecisionEntry[] }): JSX.Element {
	const steps = batchSteps(decisions, batch.id).map((step, index) => ({ ...step, index }));
	return (
		<div class="batch-course">
			<h3>Size of {cacheName(batch)} over time</h3>
			{steps.length === 0 && <p class="sentence">No decision about its size was reported.</p>}
			<div class="bleed">
				<BatchLane batch={batch} />
			</div>
			{steps.length > 0 && (
				<DataTable
					id="decisions"
					caption={`Decisions about the size of ${cacheName(batch)}`}
					columns={DECISIONS}
					rows={steps}
					keyOf={({ index }) => index}
					initialSort={{ column: 'time', descending: true }}
					shown={8}
				/>
			)}
		</div>
	);
}

type Step = ReturnType<typeof batchSteps>[number] & { index: number };

const DECISIONS: readonly Column<Step>[] = [
	{ id: 'time', title: 'At', figure: true, sortValue: ({ from }) => from, render: ({ from }) => formatMs(from) },
	countColumn('size', 'Items', ({ size }) => size, { meaning: 'Items per batch from then on' }),
	countColumn('concurrency', 'At once', ({ concurrency }) => concurrency, { meaning: 'Batches in work at a time' }),
	{
		id: 'cause',
		title: 'Because of',
		sortValue: ({ cause }) => BATCH_CAUSES[cause],
		render: ({ cause }) => BATCH_CAUSES[cause],
	},
	{ id: 'reason', title: 'Reason', render: ({ reason }) => visibleText(reason, 300) },
];

const FROM = { declared: 'declared by the script', measured: 'measured' };

const columnsFor = (shown: number | undefined): readonly Column<BatchEntry>[] => [
	{
		id: 'name',
		title: 'Processor',
		sortValue: cacheName,
		render: batch => <PickButton batch={batch} pressed={batch.id === shown} />,
	},
	{
		id: 'progress',
		title: 'Done',
		sortValue: batch => batchProgress(batch) ?? -1,
		render: batch => <Progress batch={batch} />,
	},
	{
		id: 'items',
		title: 'Items',
		figure: true,
		sortValue: ({ items }) => items,
		render: ({ items, totalItems }) => (
			<>
				{formatCount(items)}
				{totalItems !== undefined && <span class="dim"> of {formatCount(totalItems)}</span>}
			</>
		),
	},
	countColumn('failed', 'Failed', ({ failedItems }) => failedItems, { bad: ({ failedItems }) => failedItems > 0 }),
	{
		id: 'size',
		title: 'Size now',
		meaning: 'Items per batch now, and its bounds',
		figure: true,
		sortValue: ({ size }) => size,
		render: ({ size, minSize, maxSize }) => (
			<>
				{formatCount(size)}{' '}
				<span class="dim">
					({formatCount(minSize)}–{formatCount(maxSize)})
				</span>
			</>
		),
	},
	{
		id: 'concurrency',
		title: 'At once',
		meaning: 'Batches in work at a time, and at most',
		figure: true,
		sortValue: ({ concurrency }) => concurrency,
		render: ({ concurrency, maxConcurrency }) => (
			<>
				{formatCount(concurrency)} <span class="dim">of {formatCount(maxConcurrency)}</span>
			</>
		),
	},
	{
		id: 'perItem',
		title: 'Per item',
		meaning: 'Bytes per item, measured or as the script declares them',
		figure: true,
		sortValue: ({ bytesPerItem }) => bytesPerItem ?? -1,
		render: ({ bytesPerItem, bytesFrom }) => (
			<>
				{formatBytes(bytesPerItem)}
				{bytesFrom && bytesPerItem !== undefined && (
					<span class="dim" title={FROM[bytesFrom]}>
						{' '}
						{bytesFrom}
					</span>
				)}
			</>
		),
	},
	{
		id: 'inFlight',
		title: 'In flight',
		meaning: 'Items in work now, their bytes and the bound of those',
		figure: true,
		sortValue: ({ inFlightItems }) => inFlightItems,
		render: batch => <InFlight batch={batch} />,
	},
	siteColumn(),
];

function PickButton({ batch, pressed }: { batch: BatchEntry; pressed: boolean }): JSX.Element {
	const { pickedBatch } = usePanel();
	return (
		<>
			<button
				type="button"
				class="pick"
				aria-pressed={pressed}
				title={`Show the sizes of ${visibleText(batch.name, 1_000)}`}
				onClick={() => {
					pickedBatch.value = batch.id;
				}}
			>
				<span class="name">{cacheName(batch)}</span>
			</button>
			{batch.disposed && <span class="note">ended</span>}
		</>
	);
}

function Progress({ batch }: { batch: BatchEntry }): JSX.Element {
	const share = batchProgress(batch);
	if (share === undefined) return <span class="dim">{formatCount(batch.batches)} batches</span>;
	return (
		<span class="bar-and-text">
			<Bar share={share} />
			<span>{formatPercent(share)}</span>
		</span>
	);
}

function InFlight({ batch: { inFlightItems, inFlightBytes, maxBytes } }: { batch: BatchEntry }): JSX.Element {
	const bound = maxBytes === undefined ? '' : ` of ${formatBytes(maxBytes)}`;
	return (
		<>
			{formatCount(inFlightItems)}
			{inFlightBytes !== undefined && (
				<span class="dim">
					, {formatBytes(inFlightBytes)}
					{bound}
				</span>
			)}
		</>
	);
}
