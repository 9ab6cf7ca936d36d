import type { JSX } from 'preact';
import type { SpillEntry } from '../../src/protocol/runtimeEntries.ts';
import { formatBytes, formatCount } from '../../src/protocol/units.ts';
import { Bar } from './cells.tsx';
import { bytesColumn, countColumn, nameColumn, siteColumn } from './columns.tsx';
import { type Column, DataTable } from './DataTable.tsx';

export function SpillTable({ spills }: { spills: readonly SpillEntry[] }): JSX.Element {
	return (
		<section>
			<h2>Disk overflow</h2>
			<DataTable
				id="spills"
				caption="Caches that write to disk what does not fit into memory: bytes there, writes, reads and losses"
				columns={COLUMNS}
				rows={spills}
				keyOf={({ id }) => id}
				initialSort={{ column: 'bytes', descending: true }}
				rowClass={({ disposed }) => (disposed ? 'disposed' : undefined)}
			/>
		</section>
	);
}

const lost = ({ failed, dropped, corrupt }: SpillEntry) => failed + dropped + corrupt;

function lostText({ failed, dropped, corrupt }: SpillEntry): string {
	return `${formatCount(failed)} refused by the disk, ${formatCount(dropped)} over the bound, ${formatCount(corrupt)} did not come back as they were written`;
}

const name = nameColumn<SpillEntry>('Cache');

const COLUMNS: readonly Column<SpillEntry>[] = [
	{
		...name,
		render: spill => (
			<>
				{name.render(spill)}
				{spill.spilling && !spill.disposed && (
					<span class="note" title="Memory is short: values go to disk at once">
						spilling
					</span>
				)}
			</>
		),
	},
	{
		id: 'bytes',
		title: 'On disk',
		figure: true,
		sortValue: ({ bytes }) => bytes,
		render: ({ bytes, maxBytes }) => (
			<span class="bar-and-text">
				<Bar share={maxBytes > 0 ? bytes / maxBytes : 0} full={bytes >= maxBytes * 0.95} />
				<span>{formatBytes(bytes)}</span>
			</span>
		),
	},
	bytesColumn('bound', 'Bound', ({ maxBytes }) => maxBytes),
	countColumn('entries', 'Values', ({ entries }) => entries, { meaning: 'Values on disk now' }),
	countColumn('writes', 'Writes', ({ writes }) => writes),
	bytesColumn('written', 'Written', ({ writtenBytes }) => writtenBytes, 'Bytes written since it was made'),
	countColumn('reads', 'Reads', ({ reads }) => reads, { meaning: 'Values that came back from disk' }),
	bytesColumn('read', 'Read', ({ readBytes }) => readBytes, 'Bytes read back since it was made'),
	{
		id: 'lost',
		title: 'Lost',
		meaning: 'Refused by the disk, over the bound, or not as they were written',
		figure: true,
		sortValue: lost,
		render: spill => (
			<span class={lost(spill) > 0 ? 'bad' : undefined} title={lostText(spill)}>
				{formatCount(lost(spill))}
				{lost(spill) > 0 && <span class="read-out"> ({lostText(spill)})</span>}
			</span>
		),
	},
	siteColumn(),
];
