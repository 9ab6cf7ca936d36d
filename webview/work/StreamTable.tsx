import type { JSX } from 'preact';
import { placeText } from '../../src/analysis/places.ts';
import {
	type StreamFigure,
	streamFigure,
	streamFiguresOf,
	streamFigureText,
	streamFormat,
	streamShare,
} from '../../src/analysis/streamFigures.ts';
import type { StreamEntry } from '../../src/protocol/runtimeEntries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { cacheName } from '../tables/cacheFigures.ts';
import { Bar } from '../tables/cells.tsx';
import { siteColumn } from '../tables/columns.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';

export function StreamTable({ streams }: { streams: readonly StreamEntry[] }): JSX.Element {
	return (
		<section>
			<h2>Files</h2>
			<DataTable
				id="streams"
				caption="Files that are read or written in pieces: format, progress, items and buffers"
				columns={columnsOf(streams)}
				rows={streams}
				keyOf={({ id }) => id}
				initialSort={{ column: 'read', descending: true }}
				rowClass={({ disposed }) => (disposed ? 'disposed' : undefined)}
			/>
		</section>
	);
}

const columnsOf = (streams: readonly StreamEntry[]): readonly Column<StreamEntry>[] => {
	const filled = streamFiguresOf(streams);
	return COLUMNS.filter(({ id }) => !(id in FIGURES) || filled.has(id as StreamFigure));
};

const FIGURES: Readonly<Record<StreamFigure, { title: string; meaning?: string }>> = {
	items: { title: 'Items', meaning: 'Elements, records, lines or frames that came out of the file, or went into it' },
	written: { title: 'Written' },
	buffers: { title: 'Buffers', meaning: 'Bytes of the file, and of what is made of them, that are in memory now' },
	chunks: { title: 'Chunks', meaning: 'Chunks so far, and their size now, which follows the memory level' },
};

const figureColumn = (figure: StreamFigure): Column<StreamEntry> => ({
	id: figure,
	...FIGURES[figure],
	figure: true,
	sortValue: stream => streamFigure(stream, figure) ?? -1,
	render: stream => {
		const { text, of } = streamFigureText(stream, figure);
		return (
			<>
				{text}
				{of && <span class="dim"> {of}</span>}
			</>
		);
	},
});

const COLUMNS: readonly Column<StreamEntry>[] = [
	{ id: 'path', title: 'File', sortValue: ({ path }) => path, render: stream => <FileName stream={stream} /> },
	{
		id: 'kind',
		title: 'Format',
		sortValue: streamFormat,
		render: stream => visibleText(streamFormat(stream), 40),
	},
	{
		id: 'progress',
		title: 'Done',
		meaning: 'How much of the file is done; of one that is read here and there, how much of it was read',
		sortValue: stream => streamShare(stream)?.share ?? -1,
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
	figureColumn('items'),
	figureColumn('written'),
	figureColumn('buffers'),
	figureColumn('chunks'),
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
	const done = streamShare(stream);
	if (!done) return <span class="dim">{noShare(stream)}</span>;
	return (
		<span class="bar-and-text">
			<Bar share={done.share} />
			<span>{done.text}</span>
		</span>
	);
}

function noShare({ kind, totalBytes, disposed }: StreamEntry): string {
	if (kind === 'encoder') return disposed ? '' : 'encoding';
	return totalBytes === undefined ? 'size unknown' : 'not counted';
}
