import type { JSX } from 'preact';
import type { WeakCacheEntry } from '../../src/protocol/runtimeEntries.ts';
import { formatPercent } from '../../src/protocol/units.ts';
import { countColumn, nameColumn, siteColumn } from './columns.tsx';
import { type Column, DataTable } from './DataTable.tsx';

export function WeakCacheTable({ caches }: { caches: readonly WeakCacheEntry[] }): JSX.Element {
	return (
		<section>
			<h2>Weak caches</h2>
			<DataTable
				id="weakCaches"
				caption="Weak caches: entries, hits and what the garbage collector took"
				columns={COLUMNS}
				rows={caches}
				keyOf={({ id }) => id}
				initialSort={{ column: 'entries', descending: true }}
				rowClass={({ disposed }) => (disposed ? 'disposed' : undefined)}
			/>
		</section>
	);
}

const rate = ({ hits, misses }: WeakCacheEntry) => (hits + misses > 0 ? hits / (hits + misses) : undefined);

const COLUMNS: readonly Column<WeakCacheEntry>[] = [
	nameColumn('Cache'),
	countColumn('entries', 'Entries', ({ entries }) => entries),
	{
		id: 'hits',
		title: 'Hit rate',
		figure: true,
		sortValue: cache => rate(cache) ?? -1,
		render: cache => formatPercent(rate(cache)),
	},
	countColumn('collected', 'Collected', ({ collected }) => collected, {
		meaning: 'Values that nothing else held any more and the garbage collector took',
	}),
	siteColumn(),
];
