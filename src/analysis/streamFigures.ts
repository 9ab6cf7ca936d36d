import type { StreamEntry } from '../protocol/runtimeEntries.ts';
import { formatBytes, formatCount, formatPercent, NOT_MEASURED } from '../protocol/units.ts';
import { STREAM_KINDS } from './runtimeWords.ts';

/** The figures of files that not every kind of reading has. */
export const STREAM_FIGURES = ['items', 'written', 'buffers', 'chunks'] as const;
export type StreamFigure = (typeof STREAM_FIGURES)[number];

type Stream = Pick<
	StreamEntry,
	| 'kind'
	| 'format'
	| 'totalBytes'
	| 'readBytes'
	| 'writtenBytes'
	| 'items'
	| 'lines'
	| 'chunks'
	| 'chunkBytes'
	| 'bufferBytes'
>;

/** Containers whose names are no abbreviations. */
const CONTAINERS: Readonly<Record<string, string>> = { matroska: 'Matroska', webm: 'WebM', ogg: 'Ogg', aiff: 'AIFF' };

/** `DICOM`, `lines`: how a file is read. Short names of containers (`wav`, `mp4`) are abbreviations. */
export function streamFormat({ kind, format }: Stream): string {
	if (format === undefined) return STREAM_KINDS[kind];
	const known = Object.hasOwn(CONTAINERS, format) ? CONTAINERS[format] : undefined;
	if (known !== undefined) return known;
	return /^[a-z\d]{2,4}$/.test(format) ? format.toUpperCase() : format;
}

/** A reader looks here and there, and takes of a large file what it needs: what was read says nothing about how much is left to do. */
const isSought = ({ kind }: Stream): boolean => kind === 'reader' || kind === 'random';

/**
 * What was read, as a share of the file (0 to 1), and in words: for a file that is read from its beginning to its end how much of it is done, for
 * one that is read here and there how much was touched. `undefined` where there is no such share.
 */
export function streamShare(stream: Stream): { share: number; text: string } | undefined {
	const { readBytes, totalBytes, items } = stream;
	if (totalBytes === undefined || totalBytes === 0) return undefined;
	const share = readBytes / totalBytes;
	if (!isSought(stream)) return { share: Math.min(1, share), text: formatPercent(Math.min(1, share)) };
	// A library reads the file itself, past our counters.
	if (readBytes === 0 && (items ?? 0) > 0) return undefined;
	if (share > 1.05) return { share: 1, text: `read ${share.toFixed(1)} ×` };
	return { share, text: readBytes > 0 && share < 0.001 ? 'under 0.1 % read' : `${formatPercent(share)} read` };
}

/** A figure of a file; `undefined` where this kind of reading has none. */
export function streamFigure(stream: Stream, figure: StreamFigure): number | undefined {
	switch (figure) {
		case 'written':
			return stream.writtenBytes;
		case 'items':
			return stream.items ?? stream.lines;
		case 'buffers':
			return stream.bufferBytes;
		// Of readers these are pieces of any size, here and there.
		case 'chunks':
			return stream.format === undefined ? stream.chunks : undefined;
	}
}

/** The figures that at least one of the files has: what nobody fills is no column. */
export const streamFiguresOf = (streams: readonly Stream[]): ReadonlySet<StreamFigure> =>
	new Set(STREAM_FIGURES.filter(figure => streams.some(stream => streamFigure(stream, figure) !== undefined)));

/** `1.20 MB of 629 MB`. */
export const streamReadText = ({ readBytes, totalBytes }: Stream): string =>
	totalBytes === undefined ? formatBytes(readBytes) : `${formatBytes(readBytes)} of ${formatBytes(totalBytes)}`;

/** `1 823`, `13 680 lines`, `1 311 of 1.00 MB`: the figure, and what it is of. */
export function streamFigureText(stream: Stream, figure: StreamFigure): { text: string; of?: string } {
	const value = streamFigure(stream, figure);
	if (value === undefined) return { text: NOT_MEASURED };
	switch (figure) {
		case 'items':
			return { text: formatCount(value), ...(stream.items === undefined && { of: 'lines' }) };
		case 'chunks':
			return { text: formatCount(value), of: `of ${formatBytes(stream.chunkBytes)}` };
		default:
			return { text: formatBytes(value) };
	}
}
