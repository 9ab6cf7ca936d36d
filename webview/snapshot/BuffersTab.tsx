import type { JSX } from 'preact';
import type { OwnerRow, SnapshotSummary } from '../../src/protocol/snapshotView.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatPercent } from '../../src/protocol/units.ts';
import { Bar } from '../tables/cells.tsx';
import { useSnapshot } from './context.ts';
import { ObjectLink } from './ObjectList.tsx';
import { type PagedColumn, PagedTable } from './PagedTable.tsx';
import { usePages } from './usePages.ts';

/** Contents of array buffers lie outside the heap and belong to no class: here by the objects that hold them. */
export function BuffersTab({ summary }: { summary: SnapshotSummary }): JSX.Element {
	const { ask } = useSnapshot();
	const { page, more } = usePages<OwnerRow>('owners', 100, range => ask('owners', range));
	return (
		<section aria-label="Array buffers">
			<p class="sentence">
				Buffers, ArrayBuffers and typed arrays keep {formatBytes(summary.bufferBytes)} outside the heap. Each counts
				once, with whoever is nearest to it on the shortest way from the root.
			</p>
			<PagedTable
				id="owners"
				caption="Who holds the array buffers"
				columns={columns(summary.bufferBytes)}
				page={page.value}
				keyOf={({ id }) => id}
				onMore={more}
				empty="There are no array buffers in this snapshot."
			/>
		</section>
	);
}

type Column = 'owner' | 'bytes' | 'buffers' | 'owners' | 'path' | 'largest';

const columns = (total: number): readonly PagedColumn<OwnerRow, Column>[] => [
	{
		id: 'owner',
		title: 'Held by',
		render: ({ className, edge }) => (
			<span class="name" title={visibleText(`${className} ${edge}`, 1_000)}>
				<span class={className === 'variable' || className === 'nobody' ? 'dim' : 'class-name'}>
					{visibleText(className)}
				</span>{' '}
				{edge !== '' && <span class="edge">{edgeWords(className, edge)}</span>}
			</span>
		),
	},
	{
		id: 'bytes',
		title: 'Bytes',
		figure: true,
		render: ({ bytes }) => (
			<span class="bar-and-text">
				<Bar share={total > 0 ? bytes / total : 0} />
				<span title={formatPercent(total > 0 ? bytes / total : undefined)}>{formatBytes(bytes)}</span>
			</span>
		),
	},
	{ id: 'buffers', title: 'Buffers', figure: true, render: ({ buffers }) => formatCount(buffers) },
	{ id: 'owners', title: 'Objects', figure: true, render: ({ owners }) => formatCount(owners) },
	{ id: 'largest', title: 'Largest', render: ({ largest }) => <ObjectLink row={largest} /> },
	{
		id: 'path',
		title: 'Way from the root',
		render: ({ path }) => (
			<span class="place" title={visibleText(path, 1_000)}>
				{visibleText(path)}
			</span>
		),
	},
];

const edgeWords = (className: string, edge: string): string =>
	className === 'variable' || edge === '[]' ? visibleText(edge) : `.${visibleText(edge)}`;
