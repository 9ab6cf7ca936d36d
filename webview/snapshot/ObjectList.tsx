import type { JSX } from 'preact';
import type { ObjectRow } from '../../src/protocol/snapshotView.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount } from '../../src/protocol/units.ts';
import { useSnapshot } from './context.ts';
import { type PagedColumn, PagedTable } from './PagedTable.tsx';
import { usePages } from './usePages.ts';

export interface ObjectListProps {
	classId: number;
	name: string;
	count: number;
}

/** The objects of a class, those that keep most alive first. */
export function ObjectList({ classId, name, count }: ObjectListProps): JSX.Element {
	const { ask, picked } = useSnapshot();
	const { page, more } = usePages<ObjectRow>(String(classId), 20, range => ask('objects', { classId, ...range }));
	const total = page.value?.total ?? 0;
	return (
		<>
			<PagedTable
				id="objects"
				caption={`Objects of ${visibleText(name)}`}
				columns={COLUMNS}
				page={page.value}
				keyOf={({ node }) => node}
				onMore={more}
				rowClass={({ node }) => (picked.value?.node === node ? 'picked' : undefined)}
				empty="There are none."
			/>
			{total > 0 && total < count && (
				<p class="dim">
					The {formatCount(total)} of {formatCount(count)} that retain most.
				</p>
			)}
		</>
	);
}

type Column = 'object' | 'distance' | 'selfBytes' | 'retainedBytes';

const COLUMNS: readonly PagedColumn<ObjectRow, Column>[] = [
	{ id: 'object', title: 'Object', render: row => <ObjectLink row={row} /> },
	{
		id: 'distance',
		title: 'Distance',
		meaning: 'Steps from the root on the shortest way',
		figure: true,
		render: ({ distance }) => formatCount(distance),
	},
	{ id: 'selfBytes', title: 'Own bytes', figure: true, render: ({ selfBytes }) => formatBytes(selfBytes) },
	{
		id: 'retainedBytes',
		title: 'Retained',
		meaning: 'What would be freed if it went',
		figure: true,
		render: ({ retainedBytes }) => formatBytes(retainedBytes),
	},
];

/** Shows who holds the object. */
export function ObjectLink({ row }: { row: ObjectRow }): JSX.Element {
	const { picked } = useSnapshot();
	return (
		<button
			type="button"
			class="link object"
			title="Show what holds it"
			onClick={() => {
				picked.value = row;
			}}
		>
			<ObjectName row={row} />
		</button>
	);
}

export function ObjectName({ row }: { row: ObjectRow }): JSX.Element {
	const { className, preview, id } = row;
	const isText = className === '(string)';
	const text = visibleText(preview, 60);
	return (
		<>
			<span class="class-name">{visibleText(className) || 'root'}</span>
			{preview !== '' && <span class="preview">{isText ? `"${text}"` : text}</span>}
			<span class="dim object-id">@{id}</span>
		</>
	);
}
