import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Site } from '../../protocol/entries.ts';
import {
	callSiteOf,
	checkOptionNames,
	EventLoopTurns,
	ensureMonitoring,
	isPositiveInteger,
	messageOf,
	pathText,
	runtimeErrors,
	StreamTrack,
	warn,
} from '../internals.ts';
import type { OptionNames } from '../optionNames.ts';
import { ByteSource, DEFAULT_WINDOW_BYTES } from './byteSource.ts';

/** Every format that is read, and the reader that reads it. */
export type Format = 'dicom' | 'fits' | 'hdf5' | 'netcdf' | 'audio' | 'video' | 'binary';

/** A file by its path, or open already: then it is left open. */
export type FileInput = string | URL | FileHandle;

export interface ReadProgress {
	readonly readBytes: number;
	/** Of the file; of one that is unpacked first, what that makes of it as well. */
	readonly totalBytes: number;
	/** Elements, headers, frames … given so far. */
	readonly items: number;
}

/** Options that every reader has. */
export interface ReaderOptions {
	/** What reports call it; the file's name without it. */
	name?: string;
	/** Ends what is under way, with its reason. */
	signal?: AbortSignal;
	/** Longest wait for one read, ms; without it there is none. */
	timeoutMs?: number;
	/** Most bytes of the file in memory at a time for each thing that is being read; 1 MiB without it, at least 64 KiB. */
	windowBytes?: number;
	/** Told at most ten times a second, and at the end. One that throws is reported and stops nothing. */
	onProgress?: (progress: ReadProgress) => void;
}

export const READER_OPTION_NAMES: OptionNames<ReaderOptions> = {
	name: true,
	signal: true,
	timeoutMs: true,
	windowBytes: true,
	onProgress: true,
};

/** The longest that Node's timers can wait. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const LEAST_WINDOW_BYTES = 64 * 1024;
const PROGRESS_MS = 100;

export interface ReaderSettings {
	readonly path: string;
	readonly name: string;
	readonly handle: FileHandle | undefined;
	readonly signal: AbortSignal | undefined;
	readonly timeoutMs: number | undefined;
	readonly windowBytes: number;
	readonly onProgress: ((progress: ReadProgress) => void) | undefined;
	readonly site: Site | undefined;
}

type AnyFunction = (...args: never[]) => unknown;

/**
 * Options as they hold. `owner` begins errors (`DicomReader`), `names` are those of the reader, `called` is the public function whose
 * caller is the place that reports name. Throws `invalidOption`.
 */
export function readerSettings<Options extends ReaderOptions>(
	owner: string,
	input: FileInput,
	options: Options,
	names: OptionNames<Options>,
	called: AnyFunction,
): ReaderSettings {
	checkOptions(owner, options, names);
	const { name, signal, timeoutMs, windowBytes = DEFAULT_WINDOW_BYTES, onProgress } = options;
	const refuse = (option: string, expected: string, value: unknown) => {
		throw runtimeErrors.invalidOption(owner, option, expected, value);
	};
	if (name !== undefined && (typeof name !== 'string' || name === '')) refuse('name', 'a text that is not empty', name);
	if (signal !== undefined && !(signal instanceof AbortSignal)) refuse('signal', 'an AbortSignal', signal);
	if (timeoutMs !== undefined && !(timeoutMs >= 1 && timeoutMs <= MAX_TIMEOUT_MS)) {
		refuse('timeoutMs', `a number of milliseconds from 1 to ${MAX_TIMEOUT_MS}`, timeoutMs);
	}
	if (!isPositiveInteger(windowBytes) || windowBytes < LEAST_WINDOW_BYTES) {
		refuse('windowBytes', `a whole number of bytes from ${LEAST_WINDOW_BYTES} on`, windowBytes);
	}
	if (onProgress !== undefined && typeof onProgress !== 'function') refuse('onProgress', 'a function', onProgress);
	const handle = isFileHandle(input) ? input : undefined;
	const path = handle ? `file descriptor ${handle.fd}` : pathText(owner, input);
	const site = callSiteOf(called);
	ensureMonitoring();
	return { path, name: name ?? (basename(path) || path), handle, signal, timeoutMs, windowBytes, onProgress, site };
}

/** Options of a reader's method. Throws `invalidOption` for what is no object, and for a name that is none of `names`. */
export function checkOptions<Options extends object>(
	owner: string,
	options: Options,
	names: OptionNames<Options>,
): void {
	if (typeof options !== 'object' || options === null) {
		const example = `an object with some of ${Object.keys(names).join(', ')}`;
		throw runtimeErrors.invalidOption(owner, 'options', example, options);
	}
	checkOptionNames(owner, options, names);
}

function isFileHandle(input: unknown): input is FileHandle {
	return typeof input === 'object' && input !== null && 'fd' in input && 'read' in input;
}

/**
 * What all readers are: a file that is open, an async iterable of its items, to be closed, best by `await using`. Iterating again begins
 * anew, and several iterations may go on at once; each has its own window.
 *
 * Made by the static `open` of each reader and by `openReader`.
 */
export abstract class FormatReader<Item> implements AsyncIterable<Item>, AsyncDisposable {
	abstract readonly format: Format;
	readonly path: string;
	readonly name: string;
	/** Bytes of the file, when it was opened. */
	readonly size: number;
	/** @internal */
	protected readonly source: ByteSource;
	/** @internal */
	protected readonly settings: ReaderSettings;
	readonly #track: StreamTrack;
	#items = 0;
	#toldAt = 0;

	/** @internal */
	protected constructor(source: ByteSource, settings: ReaderSettings) {
		this.source = source;
		this.settings = settings;
		this.path = settings.path;
		this.name = settings.name;
		this.size = source.size;
		this.#track = source.track;
	}

	/** What the file is made of, in its order: elements, headers, records, frames. */
	protected abstract items(): AsyncGenerator<Item, void, undefined>;

	[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
		return this.counted(this.items());
	}

	/** How far reading has come, over all iterations. */
	progress(): ReadProgress {
		const { readBytes, totalBytes = this.size } = this.#track.record;
		return { readBytes, totalBytes, items: this.#items };
	}

	/** Waits for reads under way. May be called again. What is asked for afterwards throws `disposed`. */
	close(): Promise<void> {
		return this.source.close();
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	/**
	 * Whatever a reader gives goes through here: refuses when closed, counts, tells progress, marks the reader failed when it throws.
	 *
	 * @internal
	 */
	protected async *counted<T>(items: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
		this.checkOpen();
		const turns = new EventLoopTurns();
		try {
			for await (const item of items) {
				this.#items++;
				this.#track.items(1);
				this.#tell(false);
				yield item;
				// A window holds thousands of small items.
				const turn = turns.due();
				if (turn) await turn;
				this.checkOpen();
			}
			this.#tell(true);
		} catch (error) {
			this.#track.failed();
			throw error;
		}
	}

	/** The same for a single answer. @internal */
	protected async answer<T>(work: () => Promise<T>): Promise<T> {
		this.checkOpen();
		try {
			return await work();
		} catch (error) {
			this.#track.failed();
			throw error;
		}
	}

	/** @internal */
	protected checkOpen(): void {
		this.settings.signal?.throwIfAborted();
		if (this.source.closed) throw runtimeErrors.disposed(`The reader of "${this.name}"`);
	}

	#tell(ended: boolean): void {
		const { onProgress } = this.settings;
		if (!onProgress) return;
		const now = performance.now();
		if (!ended && now - this.#toldAt < PROGRESS_MS) return;
		this.#toldAt = now;
		try {
			onProgress(this.progress());
		} catch (error) {
			warn(`onProgress of the reader of "${this.name}" failed: ${messageOf(error)}`, error);
		}
	}
}

/** Opens the file for a reader of `format`, as reports name it ("DICOM"). */
export async function openFormatSource(settings: ReaderSettings, format: string): Promise<ByteSource> {
	const { path, name, handle, signal, timeoutMs, site } = settings;
	const track = new StreamTrack({ kind: 'reader', name, path, site, format });
	return ByteSource.open({ path, ...(handle && { handle }), signal, timeoutMs, track });
}
