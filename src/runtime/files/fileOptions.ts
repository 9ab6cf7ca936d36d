import { constants } from 'node:buffer';
import { fileURLToPath } from 'node:url';
import { checkOptionNames, type OptionNames } from '../optionNames.ts';
import { runtimeErrors } from '../runtimeError.ts';
import { AdaptiveChunkSizer } from './chunkSizer.ts';

const DEFAULT_MAX_LINE_BYTES = 16 * 1024 * 1024;
/** What fits in one text with its line break. */
const MOST_LINE_BYTES = constants.MAX_STRING_LENGTH - 2;
/** The longest that Node's timers can wait. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export interface FileReaderOptions {
	/** What reports call it; the file's name without it. */
	name?: string;
	/** Bytes read at a time; without it `'adaptive'`, see `AdaptiveChunkSizer`. */
	chunkBytes?: number | 'adaptive';
	/** Least bytes of an adaptive chunk; 256 KiB without it. */
	minChunkBytes?: number;
	/** Most bytes of an adaptive chunk; 10 MiB without it. */
	maxChunkBytes?: number;
	/** Longest wait for one chunk, ms; without it there is none. */
	timeoutMs?: number;
	/** Ends what is under way, with its reason. */
	signal?: AbortSignal;
	/** First byte; 0 without it. */
	start?: number;
	/** The byte after the last; the file's end without it. */
	end?: number;
	/**
	 * `false`: each chunk has memory of its own and may be kept, which takes two to three times as long. Otherwise a chunk is valid
	 * until the next is asked for, and empty (detached) afterwards.
	 */
	reuse?: boolean;
	/** Of lines; `'utf8'` without it. */
	encoding?: 'utf8' | 'latin1';
	/** Bytes that are not UTF-8 throw `invalidInput`; otherwise U+FFFD stands for them. */
	fatal?: boolean;
	/** Longest line without its line break, bytes; 16 MiB without it, at most what V8 takes for one text (512 MiB). */
	maxLineBytes?: number;
}

/** Options as they hold, checked. */
export interface FileSettings {
	readonly path: string;
	readonly timeoutMs: number | undefined;
	readonly signal: AbortSignal | undefined;
	readonly start: number;
	readonly end: number;
	readonly reuse: boolean;
	readonly encoding: 'utf8' | 'latin1';
	readonly fatal: boolean;
	readonly maxLineBytes: number;
	/** One for each time the file is read. */
	readonly sizer: () => Sizer;
}

export const READER_NAMES: OptionNames<FileReaderOptions> = {
	name: true,
	chunkBytes: true,
	minChunkBytes: true,
	maxChunkBytes: true,
	timeoutMs: true,
	signal: true,
	start: true,
	end: true,
	reuse: true,
	encoding: true,
	fatal: true,
	maxLineBytes: true,
};

export type Sizer = Pick<AdaptiveChunkSizer, 'bytes' | 'record'>;

/** Throws `invalidOption`, naming the option. */
export function fileSettings(owner: string, path: string | URL, options: FileReaderOptions): FileSettings {
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption(owner, 'options', 'an object such as { timeoutMs: 1000 }', options);
	}
	checkOptionNames(owner, options, READER_NAMES);
	const { chunkBytes = 'adaptive', start = 0, end = Number.POSITIVE_INFINITY, timeoutMs, signal, name } = options;
	const { encoding = 'utf8', maxLineBytes = DEFAULT_MAX_LINE_BYTES, reuse = true, fatal = false } = options;
	const refuse = (option: string, expected: string, value: unknown) => {
		throw runtimeErrors.invalidOption(owner, option, expected, value);
	};
	if (name !== undefined && (typeof name !== 'string' || name === '')) refuse('name', 'a text that is not empty', name);
	if (chunkBytes !== 'adaptive' && !isPositiveInteger(chunkBytes)) {
		refuse('chunkBytes', "a positive whole number of bytes or 'adaptive'", chunkBytes);
	}
	if (!isPositiveInteger(maxLineBytes) || maxLineBytes > MOST_LINE_BYTES) {
		refuse('maxLineBytes', `a positive whole number of bytes up to ${MOST_LINE_BYTES}`, maxLineBytes);
	}
	if (!(Number.isSafeInteger(start) && start >= 0)) refuse('start', 'a whole number of bytes from 0 on', start);
	if (!(end === Number.POSITIVE_INFINITY || (Number.isSafeInteger(end) && end >= start))) {
		refuse('end', `a whole number of bytes from start (${start}) on`, end);
	}
	if (timeoutMs !== undefined && !(timeoutMs >= 1 && timeoutMs <= MAX_TIMEOUT_MS)) {
		refuse('timeoutMs', `a number of milliseconds from 1 to ${MAX_TIMEOUT_MS}`, timeoutMs);
	}
	if (signal !== undefined && !(signal instanceof AbortSignal)) refuse('signal', 'an AbortSignal', signal);
	if (encoding !== 'utf8' && encoding !== 'latin1') refuse('encoding', "'utf8' or 'latin1'", encoding);
	if (typeof reuse !== 'boolean') refuse('reuse', 'true or false', reuse);
	if (typeof fatal !== 'boolean') refuse('fatal', 'true or false', fatal);
	const sizer = sizers(owner, chunkBytes, options);
	return { path: pathText(owner, path), timeoutMs, signal, start, end, reuse, encoding, fatal, maxLineBytes, sizer };
}

/** A path as Node's `fs` gets it. Throws `invalidOption`. */
export function pathText(owner: string, path: unknown, option = 'path'): string {
	if (path instanceof URL && path.protocol === 'file:') return fileURLToPath(path);
	if (typeof path === 'string' && path !== '' && !path.includes('\0')) return path;
	throw runtimeErrors.invalidOption(owner, option, 'the path of a file or a file: URL', path);
}

export function isPositiveInteger(value: unknown): value is number {
	return Number.isSafeInteger(value) && (value as number) > 0;
}

function sizers(owner: string, chunkBytes: number | 'adaptive', options: FileReaderOptions): () => Sizer {
	if (chunkBytes !== 'adaptive') return () => ({ bytes: chunkBytes, record: () => undefined });
	const { minChunkBytes, maxChunkBytes } = options;
	for (const [option, value] of Object.entries({ minChunkBytes, maxChunkBytes })) {
		if (value === undefined || isPositiveInteger(value)) continue;
		throw runtimeErrors.invalidOption(owner, option, 'a positive whole number of bytes', value);
	}
	const make = () =>
		new AdaptiveChunkSizer({
			...(minChunkBytes !== undefined && { minBytes: minChunkBytes }),
			...(maxChunkBytes !== undefined && { maxBytes: maxChunkBytes }),
			// A small maximum alone lowers the minimum as well.
			...(minChunkBytes === undefined &&
				maxChunkBytes !== undefined && { minBytes: Math.min(256 * 1024, maxChunkBytes) }),
		});
	make();
	return make;
}
