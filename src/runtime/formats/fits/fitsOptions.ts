import { isPositiveInteger, runtimeErrors } from '../../internals.ts';
import type { OptionNames } from '../../optionNames.ts';
import { checkOptions, READER_OPTION_NAMES, type ReaderOptions } from '../formatReader.ts';
import type { FitsValues } from './fitsPixels.ts';

export interface FitsReaderOptions extends ReaderOptions {
	/** Longest header, bytes; 4 MiB without it, which are 52,000 cards. */
	maxHeaderBytes?: number;
	/** Most that one thing may take that cannot be read by halves: a tile, a group, a row, an array of the heap. 64 MiB without it. */
	maxItemBytes?: number;
	/** Most bytes that a file compressed by gzip may have when it is unpacked, which happens on disk; 8 GiB without it. */
	maxUnpackedBytes?: number;
}

/** What all that is given out piece by piece has. */
export interface FitsPieceOptions {
	/** Most bytes of one piece; 1 MiB without it. */
	maxBytes?: number;
	/** See {@link FitsValues}; `'physical'` without it. */
	values?: FitsValues;
	/**
	 * `false`: each piece has memory of its own and may be kept, which takes two to three times as long. Otherwise its arrays are valid
	 * until the next piece is asked for, and empty (detached) afterwards.
	 */
	reuse?: boolean;
}

export interface FitsBandOptions extends FitsPieceOptions {
	/** Rows (of the fastest axis) of each band, instead of `maxBytes`. Of compressed images as many more as make whole tiles. */
	rows?: number;
	/** First index on each axis, slowest first; zeros without it. */
	start?: readonly number[];
	/** How many on each axis, slowest first; up to the end without it. */
	count?: readonly number[];
}

export interface FitsSectionOptions {
	/** Most bytes of the section; 256 MiB without it. */
	maxBytes?: number;
	values?: FitsValues;
}

export interface FitsTableOptions extends FitsPieceOptions {
	/** Keys of the columns to read; all without it. */
	columns?: readonly string[];
	/** Rows of each batch at most. */
	rows?: number;
	/** First row; 0 without it. */
	start?: number;
	/** How many rows; up to the end without it. */
	count?: number;
}

export interface FitsGroupOptions extends FitsPieceOptions {
	/** First group; 0 without it. */
	start?: number;
	/** How many groups; up to the end without it. */
	count?: number;
}

export const FITS_OPTION_NAMES: OptionNames<FitsReaderOptions> = {
	...READER_OPTION_NAMES,
	maxHeaderBytes: true,
	maxItemBytes: true,
	maxUnpackedBytes: true,
};
const PIECE_NAMES: OptionNames<FitsPieceOptions> = { maxBytes: true, values: true, reuse: true };
export const BAND_NAMES: OptionNames<FitsBandOptions> = { ...PIECE_NAMES, rows: true, start: true, count: true };
export const SECTION_NAMES: OptionNames<FitsSectionOptions> = { maxBytes: true, values: true };
export const GROUP_NAMES: OptionNames<FitsGroupOptions> = { ...PIECE_NAMES, start: true, count: true };
export const TABLE_NAMES: OptionNames<FitsTableOptions> = {
	...PIECE_NAMES,
	columns: true,
	rows: true,
	start: true,
	count: true,
};

const DEFAULT_PIECE_BYTES = 1024 * 1024;
const DEFAULT_HEADER_BYTES = 4 * 1024 * 1024;
const DEFAULT_ITEM_BYTES = 64 * 1024 * 1024;
const DEFAULT_UNPACKED_BYTES = 8 * 1024 ** 3;
const DEFAULT_SECTION_BYTES = 256 * 1024 * 1024;
/** The longest array that V8 makes on every system. */
const MOST_PIECE_BYTES = 2 ** 31 - 1;

export interface FitsLimits {
	readonly maxHeaderBytes: number;
	readonly maxItemBytes: number;
	readonly maxUnpackedBytes: number;
}

export function fitsLimits(options: FitsReaderOptions): FitsLimits {
	const {
		maxHeaderBytes = DEFAULT_HEADER_BYTES,
		maxItemBytes = DEFAULT_ITEM_BYTES,
		maxUnpackedBytes = DEFAULT_UNPACKED_BYTES,
	} = options;
	for (const [name, value] of Object.entries({ maxHeaderBytes, maxItemBytes, maxUnpackedBytes })) {
		checkCount('FitsReader', name, value);
	}
	return { maxHeaderBytes, maxItemBytes: Math.min(maxItemBytes, MOST_PIECE_BYTES), maxUnpackedBytes };
}

function checkCount(owner: string, name: string, value: unknown): void {
	if (value !== undefined && !isPositiveInteger(value)) {
		throw runtimeErrors.invalidOption(owner, name, 'a whole number from 1 on', value);
	}
}

export interface PieceSettings {
	readonly maxBytes: number;
	readonly values: FitsValues;
	readonly reuse: boolean;
}

/** Options as they hold. Throws `invalidOption`; `owner` begins the message (`FitsReader.bands`). */
export function pieceSettings<Options extends FitsPieceOptions & { rows?: number }>(
	owner: string,
	options: Options,
	names: OptionNames<Options>,
): PieceSettings {
	checkPieceOptions(owner, options, names);
	const { maxBytes = DEFAULT_PIECE_BYTES, values = 'physical', reuse = true, rows } = options;
	checkCount(owner, 'rows', rows);
	if (typeof reuse !== 'boolean') throw runtimeErrors.invalidOption(owner, 'reuse', 'true or false', reuse);
	return { maxBytes: Math.min(maxBytes, MOST_PIECE_BYTES), values, reuse };
}

export function sectionSettings(owner: string, options: FitsSectionOptions): PieceSettings {
	checkPieceOptions(owner, options, SECTION_NAMES);
	const { maxBytes = DEFAULT_SECTION_BYTES, values = 'physical' } = options;
	return { maxBytes: Math.min(maxBytes, MOST_PIECE_BYTES), values, reuse: false };
}

function checkPieceOptions<Options extends { maxBytes?: number; values?: FitsValues }>(
	owner: string,
	options: Options,
	names: OptionNames<Options>,
): void {
	checkOptions(owner, options, names);
	checkCount(owner, 'maxBytes', options.maxBytes);
	const { values } = options;
	if (values !== undefined && values !== 'physical' && values !== 'raw' && values !== 'float') {
		throw runtimeErrors.invalidOption(owner, 'values', "'physical', 'raw' or 'float'", values);
	}
}

/** A stretch of `total` rows or groups. Throws `invalidOption` for what goes beyond. */
export function stretch(
	owner: string,
	total: number,
	{ start = 0, count }: { start?: number; count?: number },
): { start: number; end: number } {
	if (!Number.isSafeInteger(start) || start < 0 || start > total) {
		throw runtimeErrors.invalidOption(owner, 'start', `a whole number from 0 to ${total}`, start);
	}
	const end = count === undefined ? total : start + count;
	if (!Number.isSafeInteger(end) || end < start || end > total) {
		throw runtimeErrors.invalidOption(owner, 'count', `a whole number from 0 to ${total - start}`, count);
	}
	return { start, end };
}

/** The same on each axis of an array. */
export function boxOf(
	owner: string,
	shape: readonly number[],
	start: readonly number[] | undefined,
	count: readonly number[] | undefined,
): { start: number[]; count: number[] } {
	for (const [name, values] of Object.entries({ start, count })) {
		if (values !== undefined && (!Array.isArray(values) || values.length !== shape.length)) {
			throw runtimeErrors.invalidOption(owner, name, `an array of ${shape.length} numbers, one for each axis`, values);
		}
	}
	const axes = shape.map((total, axis) => {
		const [from, size] = [start?.[axis], count?.[axis]];
		return stretch(owner, total, {
			...(from !== undefined && { start: from }),
			...(size !== undefined && { count: size }),
		});
	});
	return { start: axes.map(axis => axis.start), count: axes.map(axis => axis.end - axis.start) };
}
