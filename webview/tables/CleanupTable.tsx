import type { JSX } from 'preact';
import { failedSteps, freedBytes } from '../../src/analysis/cleanups.ts';
import { CLEANUP_TARGETS, cleanupTitle } from '../../src/analysis/runtimeWords.ts';
import type { CleanupEntry, CleanupStep } from '../../src/protocol/runtimeEntries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatMs } from '../../src/protocol/units.ts';
import { bytesColumn } from './columns.tsx';
import { type Column, DataTable } from './DataTable.tsx';

interface Row {
	index: number;
	cleanup: CleanupEntry;
}

/** What the marks of the time line stand for, as a table. */
export function CleanupTable({ cleanups }: { cleanups: readonly CleanupEntry[] }): JSX.Element {
	return (
		<section>
			<h2>Cleanups</h2>
			<DataTable
				id="cleanups"
				caption="Cleanups: when and why memory was let go of, and what that freed"
				columns={COLUMNS}
				rows={cleanups.map((cleanup, index) => ({ index, cleanup }))}
				keyOf={({ index }) => index}
				initialSort={{ column: 'time', descending: true }}
				shown={12}
				rowName={({ cleanup }) => `${cleanupTitle(cleanup)} at ${formatMs(cleanup.t)}`}
				detail={({ cleanup }) => (cleanup.steps.length > 0 ? <Steps steps={cleanup.steps} /> : undefined)}
			/>
		</section>
	);
}

const COLUMNS: readonly Column<Row>[] = [
	{
		id: 'cause',
		title: 'Because of',
		sortValue: ({ cleanup }) => cleanupTitle(cleanup),
		render: ({ cleanup }) => cleanupTitle(cleanup),
	},
	{
		id: 'time',
		title: 'At',
		figure: true,
		sortValue: ({ cleanup }) => cleanup.t,
		render: ({ cleanup }) => formatMs(cleanup.t),
	},
	{
		id: 'took',
		title: 'Took',
		figure: true,
		sortValue: ({ cleanup }) => cleanup.ms,
		render: ({ cleanup }) => formatMs(cleanup.ms),
	},
	bytesColumn('freed', 'Freed', ({ cleanup }) => freedBytes(cleanup), 'As far as the steps know'),
	{
		id: 'steps',
		title: 'Steps',
		sortValue: ({ cleanup }) => cleanup.steps.length,
		render: ({ cleanup }) => <StepsInShort cleanup={cleanup} />,
	},
];

function StepsInShort({ cleanup }: { cleanup: CleanupEntry }): JSX.Element {
	const { steps } = cleanup;
	if (steps.length === 0) return <span class="dim">nothing to let go of</span>;
	const failed = failedSteps(cleanup);
	const targets = [...new Set(steps.map(({ target }) => CLEANUP_TARGETS[target]))];
	return (
		<>
			{formatCount(steps.length)}: {targets.join(', ')}
			{failed > 0 && <span class="note bad">{formatCount(failed)} failed</span>}
		</>
	);
}

function Steps({ steps }: { steps: readonly CleanupStep[] }): JSX.Element {
	return (
		<ol class="steps">
			{steps.map(({ target, name, freedBytes: freed, detail, failed }, i) => (
				<li key={i}>
					<span class="step-target">
						{CLEANUP_TARGETS[target]}
						{name !== undefined && ` ${visibleText(name)}`}
					</span>
					<span class={failed ? 'step-freed bad' : 'step-freed'}>{failed ? 'failed' : formatBytes(freed)}</span>
					<span class="dim">{visibleText(detail, 300)}</span>
				</li>
			))}
		</ol>
	);
}
