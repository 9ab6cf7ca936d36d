import { checkOptionNames, type OptionNames } from '../optionNames.ts';
import { runtimeErrors } from '../runtimeError.ts';
import { type FileReaderOptions, type FileSettings, fileSettings, READER_NAMES } from './fileOptions.ts';

/** What a transform may give: bytes, text (UTF-8), lines (each gets a line break), nothing, or several of these one after the other. */
export type TransformPiece = Uint8Array | string | readonly string[] | undefined;
export type TransformOutput = TransformPiece | AsyncIterable<TransformPiece> | Iterable<TransformPiece>;

export interface TransformContext {
	/** Of the chunk or the array of lines, from 0; at `flush` how many there were. */
	readonly index: number;
	/** Bytes read so far, this chunk included. */
	readonly readBytes: number;
	/** The one given to `run`, else the one given to the constructor. */
	readonly signal: AbortSignal | undefined;
}

type Awaitable<T> = T | Promise<T>;

interface CommonOptions extends Omit<FileReaderOptions, 'start' | 'end'> {
	/** Called once after the last piece, for output that is still owed. */
	flush?: (context: TransformContext) => Awaitable<TransformOutput>;
	/** Told after each piece. One that throws is reported as a warning and stops nothing. */
	onProgress?: (progress: TransformProgress) => void;
}

export interface ChunkProcessorOptions extends CommonOptions {
	mode?: 'chunks';
	/** Makes output out of a chunk, which is valid until the output is written. */
	transform: (chunk: Buffer, context: TransformContext) => Awaitable<TransformOutput>;
}

export interface LineProcessorOptions extends CommonOptions {
	mode: 'lines';
	/** Makes output out of an array of lines; an array of strings is written as lines. */
	transform: (lines: string[], context: TransformContext) => Awaitable<TransformOutput>;
}

export type StreamingProcessorOptions = ChunkProcessorOptions | LineProcessorOptions;

export interface TransformProgress {
	readBytes: number;
	writtenBytes: number;
	/** Of the input; absent where it has no size. */
	totalBytes?: number;
}

export interface RunOptions {
	/** Ends the run, with its reason; nothing is left behind. */
	signal?: AbortSignal;
	/** Allows `output` to be there; `false` without it. */
	overwrite?: boolean;
}

export interface TransformResult {
	readBytes: number;
	writtenBytes: number;
	/** Read from the input. */
	chunks: number;
	ms: number;
	/** Largest resident set of the process seen after a chunk, bytes; absent for an empty input. */
	peakBytes?: number;
}

const { start: _start, end: _end, ...WITHOUT_RANGE } = READER_NAMES;
const NAMES: OptionNames<StreamingProcessorOptions> = {
	transform: true,
	mode: true,
	flush: true,
	onProgress: true,
	...WITHOUT_RANGE,
};

/** Throws `invalidOption`. */
export function checkProcessorOptions(options: StreamingProcessorOptions): void {
	const owner = 'StreamingProcessor';
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption(owner, 'options', 'an object with transform', options);
	}
	checkOptionNames(owner, options, NAMES);
	const { transform, mode = 'chunks', flush, onProgress } = options;
	if (typeof transform !== 'function') throw runtimeErrors.invalidOption(owner, 'transform', 'a function', transform);
	if (mode !== 'chunks' && mode !== 'lines') {
		throw runtimeErrors.invalidOption(owner, 'mode', "'chunks' or 'lines'", mode);
	}
	for (const [option, value] of Object.entries({ flush, onProgress })) {
		if (value === undefined || typeof value === 'function') continue;
		throw runtimeErrors.invalidOption(owner, option, 'a function', value);
	}
	// The input is not known yet; the rest can be wrong now.
	readingSettings('-', options, undefined);
}

export function readingSettings(
	input: string | URL,
	options: StreamingProcessorOptions,
	signal: AbortSignal | undefined,
): FileSettings {
	const { transform: _, mode: __, flush: ___, onProgress: ____, ...reading } = options;
	return fileSettings('StreamingProcessor', input, { ...reading, ...(signal && { signal }) });
}
