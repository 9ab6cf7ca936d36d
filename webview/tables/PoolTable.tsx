import type { JSX } from 'preact';
import type { PoolEntry } from '../../src/protocol/entries.ts';
import { formatCount } from '../../src/protocol/units.ts';
import { ClearButton } from './ClearButton.tsx';
import { cacheName } from './cacheFigures.ts';
import { Bar } from './cells.tsx';
import { nameColumn, siteColumn } from './columns.tsx';
import { type Column, DataTable } from './DataTable.tsx';

export function PoolTable({ pools }: { pools: readonly PoolEntry[] }): JSX.Element {
	return (
		<section>
			<h2>Pools</h2>
			<DataTable
				id="pools"
				caption="Pools: objects in use, idle and waited for"
				columns={COLUMNS}
				rows={pools}
				keyOf={({ id }) => id}
				initialSort={{ column: 'inUse', descending: true }}
				rowClass={({ disposed }) => (disposed ? 'disposed' : undefined)}
			/>
		</section>
	);
}

type CountName = 'idle' | 'max' | 'waiting' | 'created' | 'reused' | 'leaked';

const count = (id: CountName, title: string, meaning: string): Column<PoolEntry> => ({
	id,
	title,
	meaning,
	figure: true,
	sortValue: pool => pool[id],
	render: pool => <span class={id === 'leaked' && pool.leaked > 0 ? 'bad' : undefined}>{formatCount(pool[id])}</span>,
});

const COLUMNS: readonly Column<PoolEntry>[] = [
	nameColumn('Pool'),
	{
		id: 'inUse',
		title: 'In use',
		sortValue: ({ inUse }) => inUse,
		render: ({ inUse, max }) => (
			<span class="bar-and-text">
				<Bar share={max > 0 ? inUse / max : 0} full={inUse >= max} />
				<span>{formatCount(inUse)}</span>
			</span>
		),
	},
	count('idle', 'Idle', 'Made and waiting to be used again'),
	count('max', 'Bound', 'Most that may exist at once'),
	count('waiting', 'Waiting', 'Callers waiting for one to come free'),
	count('created', 'Created', 'Made since the start'),
	count('reused', 'Reused', 'Handed out again instead of made'),
	count('leaked', 'Leaked', 'Collected as garbage without having been given back'),
	siteColumn(),
	{
		id: 'clear',
		title: 'Clear',
		quietTitle: true,
		render: pool => <ClearButton kind="pool" id={pool.id} name={cacheName(pool)} disposed={pool.disposed === true} />,
	},
];
