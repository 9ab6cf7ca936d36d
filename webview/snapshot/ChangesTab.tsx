import type { JSX } from 'preact';
import type { ChangeColumn, ChangeRow, Comparison } from '../../src/protocol/snapshotView.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatDelta, formatPercent } from '../../src/protocol/units.ts';
import { Button } from '../controls.ts';
import { useSnapshot } from './context.ts';
import { type PagedColumn, PagedTable } from './PagedTable.tsx';
import { usePages } from './usePages.ts';

export interface ChangesTabProps {
	comparison: Comparison | undefined;
	/** Share of the other file that has been read, while it is. */
	comparing: number | undefined;
}

export function ChangesTab({ comparison, comparing }: ChangesTabProps): JSX.Element {
	const { act } = useSnapshot();
	if (comparing !== undefined) {
		return (
			<div class="empty">
				<h2>Reading the other snapshot</h2>
				<p class="progress-line">
					<progress value={comparing} max={1} aria-label="Reading the other snapshot" /> {formatPercent(comparing)}
				</p>
				<Button onPress={() => act('cancel')}>Cancel</Button>
			</div>
		);
	}
	if (!comparison) {
		return (
			<div class="empty">
				<h2>Nothing to compare with yet</h2>
				<p>
					Choose a snapshot that was taken earlier. Of one process, objects are told apart one by one: what is new, what
					went, what grew.
				</p>
				<Button appearance="primary" onPress={() => act('compare')}>
					Compare with…
				</Button>
			</div>
		);
	}
	return <Changes comparison={comparison} />;
}

function Changes({ comparison }: { comparison: Comparison }): JSX.Element {
	const { ask, act, choices } = useSnapshot();
	const search = choices.search.value;
	const sort = choices.changeSort.value;
	const key = `${comparison.path} ${sort.column} ${sort.descending} ${search}`;
	const { page, more } = usePages<ChangeRow>(key, 100, range =>
		ask('changes', { ...range, search, sort: sort.column, descending: sort.descending }),
	);
	const name = visibleText(comparison.path.split(/[\\/]/).at(-1) ?? comparison.path);
	const { countChange, bytesChange } = comparison;
	return (
		<section aria-label="Changes">
			<p class="sentence">
				Since <span title={visibleText(comparison.path, 1_000)}>{name}</span>: {signed(countChange)} objects,{' '}
				{formatDelta(bytesChange)}.{' '}
				{comparison.by === 'object'
					? 'Both are of one process, so each object is followed by its identity.'
					: 'They are of different processes, so only the figures of classes are compared.'}
			</p>
			<div class="tab-bar">
				<Button onPress={() => act('compare')}>Compare with another…</Button>
				<Button onPress={() => act('endComparison')}>End the comparison</Button>
			</div>
			<PagedTable
				id="changes"
				caption={`Changes since ${name}, by class`}
				columns={comparison.by === 'object' ? [...COLUMNS, ...BY_OBJECT] : COLUMNS}
				page={page.value}
				keyOf={row => row.name}
				onMore={more}
				sort={sort}
				onSort={next => {
					choices.changeSort.value = next;
				}}
				empty={search === '' ? 'Nothing has changed.' : `No class with "${visibleText(search)}" has changed.`}
			/>
		</section>
	);
}

const signed = (count: number): string =>
	count > 0 ? `+${formatCount(count)}` : count < 0 ? `−${formatCount(-count)}` : '0';

const COLUMNS: readonly PagedColumn<ChangeRow, ChangeColumn>[] = [
	{
		id: 'name',
		title: 'Class',
		sortable: true,
		render: ({ name }) => (
			<span class="name" title={visibleText(name, 1_000)}>
				{visibleText(name) || 'without a name'}
			</span>
		),
	},
	{
		id: 'countChange',
		title: 'Objects',
		figure: true,
		sortable: true,
		render: ({ countChange }) => signed(countChange),
	},
	{
		id: 'bytesChange',
		title: 'Own bytes',
		figure: true,
		sortable: true,
		render: ({ bytesChange }) => formatDelta(bytesChange),
	},
];

const BY_OBJECT: readonly PagedColumn<ChangeRow, ChangeColumn>[] = [
	{
		id: 'newBytes',
		title: 'New',
		figure: true,
		sortable: true,
		render: ({ newCount, newBytes }) => <Part count={newCount} bytes={newBytes} />,
	},
	{
		id: 'deletedBytes',
		title: 'Gone',
		figure: true,
		sortable: true,
		render: ({ deletedCount, deletedBytes }) => <Part count={deletedCount} bytes={deletedBytes} />,
	},
	{
		id: 'grownBytes',
		title: 'Grown',
		meaning: 'By how much objects that are in both grew or shrank',
		figure: true,
		sortable: true,
		render: ({ grownBytes }) => (grownBytes ? formatDelta(grownBytes) : <span class="dim">0 B</span>),
	},
];

function Part({ count, bytes }: { count: number | undefined; bytes: number | undefined }): JSX.Element {
	if (!count) return <span class="dim">0</span>;
	return (
		<>
			{formatCount(count)} <span class="dim">{formatBytes(bytes)}</span>
		</>
	);
}
