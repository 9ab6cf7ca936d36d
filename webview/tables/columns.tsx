import type { Site } from '../../src/protocol/entries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount } from '../../src/protocol/units.ts';
import { cacheName } from './cacheFigures.ts';
import { SiteLink } from './cells.tsx';
import type { Column } from './DataTable.tsx';

/** Columns that the tables of caches, batches, files and the like have in common. */
export const nameColumn = <T extends { name: string; disposed?: boolean }>(title: string): Column<T> => ({
	id: 'name',
	title,
	sortValue: cacheName,
	render: row => (
		<>
			<span class="name" title={visibleText(row.name, 1_000)}>
				{cacheName(row)}
			</span>
			{row.disposed && <span class="note">disposed</span>}
		</>
	),
});

export const siteColumn = <T extends { site?: Site }>(title = 'Made at'): Column<T> => ({
	id: 'site',
	title,
	render: ({ site }) => <SiteLink site={site} />,
});

interface FigureOptions<T> {
	meaning?: string;
	/** Marks what should not be there. */
	bad?(row: T): boolean;
}

export const countColumn = <T,>(
	id: string,
	title: string,
	value: (row: T) => number | undefined,
	{ meaning, bad }: FigureOptions<T> = {},
): Column<T> => ({
	id,
	title,
	...(meaning !== undefined && { meaning }),
	figure: true,
	sortValue: row => value(row) ?? -1,
	render: row => <span class={bad?.(row) ? 'bad' : undefined}>{formatCount(value(row))}</span>,
});

export const bytesColumn = <T,>(
	id: string,
	title: string,
	value: (row: T) => number | undefined,
	meaning?: string,
): Column<T> => ({
	id,
	title,
	...(meaning !== undefined && { meaning }),
	figure: true,
	sortValue: row => value(row) ?? -1,
	render: row => formatBytes(value(row)),
});
