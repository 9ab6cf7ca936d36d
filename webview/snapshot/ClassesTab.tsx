import type { JSX } from 'preact';
import type { ClassColumn, ClassRow, SnapshotSummary } from '../../src/protocol/snapshotView.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatPercent } from '../../src/protocol/units.ts';
import { Bar } from '../tables/cells.tsx';
import { useSnapshot } from './context.ts';
import { ObjectList } from './ObjectList.tsx';
import { type PagedColumn, PagedTable } from './PagedTable.tsx';
import { usePages } from './usePages.ts';

export function ClassesTab({ summary }: { summary: SnapshotSummary }): JSX.Element {
	const { ask, choices } = useSnapshot();
	const search = choices.search.value;
	const sort = choices.classSort.value;
	const { page, more } = usePages<ClassRow>(`${sort.column} ${sort.descending} ${search}`, 100, range =>
		ask('classes', { ...range, search, sort: sort.column, descending: sort.descending }),
	);
	return (
		<section aria-label="Classes">
			<PagedTable
				id="classes"
				caption="Classes: how many objects, their own bytes, and what they keep alive"
				columns={columns(summary.totalBytes)}
				page={page.value}
				keyOf={({ id }) => id}
				rowName={({ name }) => visibleText(name)}
				onMore={more}
				sort={sort}
				onSort={next => {
					choices.classSort.value = next;
				}}
				detail={row => <ObjectList classId={row.id} name={row.name} count={row.count} />}
				empty={`No class has "${visibleText(search)}" in its name.`}
			/>
		</section>
	);
}

const columns = (totalBytes: number): readonly PagedColumn<ClassRow, ClassColumn>[] => [
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
	{ id: 'count', title: 'Objects', figure: true, sortable: true, render: ({ count }) => formatCount(count) },
	{
		id: 'selfBytes',
		title: 'Own bytes',
		meaning: 'The objects themselves, without what they refer to.',
		figure: true,
		sortable: true,
		render: ({ selfBytes }) => formatBytes(selfBytes),
	},
	{
		id: 'retainedBytes',
		title: 'Retained',
		meaning: 'What would be freed if all of them went. Classes hold one another, so this does not add up.',
		figure: true,
		sortable: true,
		render: ({ retainedBytes }) => (
			<span class="bar-and-text">
				<Bar share={totalBytes > 0 ? retainedBytes / totalBytes : 0} />
				<span title={formatPercent(totalBytes > 0 ? retainedBytes / totalBytes : undefined)}>
					{formatBytes(retainedBytes)}
				</span>
			</span>
		),
	},
];
