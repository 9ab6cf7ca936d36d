import type { JSX } from 'preact';
import { placeText } from '../../src/analysis/places.ts';
import { STREAM_KINDS } from '../../src/analysis/runtimeWords.ts';
import type { StreamEntry } from '../../src/protocol/runtimeEntries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatPercent } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { cacheName } from '../tables/cacheFigures.ts';
import { Bar } from '../tables/cells.tsx';
import { bytesColumn, countColumn, siteColumn } from '../tables/columns.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';

export function StreamTable({ streams }: { streams: readonly StreamEntry[] }): JSX.Element {
	return (
		<section>
			<h2>Files</h2>
			<DataTable
				id="streams"
				caption="Files that are read in pieces: progress, chunks and lines"
				columns={COLUMNS}
				rows={streams}
				keyOf={({ id }) => id}
				initialSort={{ column: 'read', descending: true }}
				rowClass={({ disposed }) => (disposed ? 'disposed' : undefined)}
			/>
		</section>
	);
}

const share = ({ readBytes, totalBytes }: StreamEntry) =>
	totalBytes !== undefined && totalBytes > 0 ? Math.min(1, readBytes / totalBytes) : undefined;

const COLUMNS: readonly Column<StreamEntry>[] = [
	{ id: 'path', title: 'File', sortValue: ({ path }) => path, render: stream => <FileName stream={stream} /> },
	{
		id: 'kind',
		title: 'Read as',
		sortValue: ({ kind }) => STREAM_KINDS[kind],
		render: ({ kind }) => STREAM_KINDS[kind],
	},
	{
		id: 'progress',
		title: 'Done',
		sortValue: stream => share(stream) ?? -1,
		render: stream => <Done stream={stream} />,
	},
	{
		id: 'read',
		title: 'Read',
		figure: true,
		sortValue: ({ readBytes }) => readBytes,
		render: ({ readBytes, totalBytes }) => (
			<>
				{formatBytes(readBytes)}
				{totalBytes !== undefined && <span class="dim"> of {formatBytes(totalBytes)}</span>}
			</>
		),
	},
	bytesColumn('written', 'Written', ({ writtenBytes }) => writtenBytes),
	countColumn('chunks', 'Chunks', ({ chunks }) => chunks),
	bytesColumn(
		'chunk',
		'Chunk now',
		({ chunkBytes }) => chunkBytes,
		'Bytes of a chunk now; it follows the memory level',
	),
	countColumn('lines', 'Lines', ({ lines }) => lines),
	siteColumn('Opened at'),
];

function FileName({ stream }: { stream: StreamEntry }): JSX.Element {
	const { store } = usePanel();
	const text = placeText({ file: stream.path, line: 0 }, store.model?.header.cwd ?? '') || cacheName(stream);
	return (
		<>
			<span class="name path" title={visibleText(stream.path, 1_000)}>
				<bdi>{text}</bdi>
			</span>
			{stream.failed && <span class="note bad">failed</span>}
			{stream.disposed && !stream.failed && <span class="note">closed</span>}
		</>
	);
}

function Done({ stream }: { stream: StreamEntry }): JSX.Element {
	const done = share(stream);
	if (done === undefined) return <span class="dim">size unknown</span>;
	return (
		<span class="bar-and-text">
			<Bar share={done} />
			<span>{formatPercent(done)}</span>
		</span>
	);
}
