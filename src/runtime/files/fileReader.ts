import { basename } from 'node:path';
import type { Site } from '../../protocol/entries.ts';
import type { StreamEntry } from '../../protocol/runtimeEntries.ts';
import { ensureMonitoring } from '../monitor/sharedMonitor.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import { chunkStream } from './chunkStream.ts';
import { type FileReaderOptions, type FileSettings, fileSettings } from './fileOptions.ts';
import {
	type ProcessContext,
	type ProcessOptions,
	type ProcessResult,
	processChunks,
	processLines,
} from './fileProcess.ts';
import { LineIterator, lineBatchStream } from './lineStream.ts';
import { openRandom, type RandomAccessFile } from './randomAccessFile.ts';
import { StreamTrack } from './streamTrack.ts';

/**
 * Reads a file of any size in constant memory: two chunks, whatever the file holds. Nothing is opened before the first piece is asked
 * for, and the file is closed at its end, on an error, and when a loop is left early. It may be read several times, also at once.
 *
 * A file that grows meanwhile is read up to where it ends when reading gets there; one that is cut off ends there. Pipes and devices
 * are read until they end. Everything throws `fileUnreadable` (with cause, and `offset` in bytes) where the system cannot read,
 * `chunkTimeout` after `timeoutMs` without a byte, and the signal's reason when aborted; the constructor throws `invalidOption`.
 *
 * @example
 * let rows = 0;
 * for await (const line of new FileReader('flights.csv').lines()) if (line.includes('SFO')) rows++;
 */
export class FileReader {
	readonly path: string;
	readonly name: string;
	readonly #settings: FileSettings;
	readonly #site: Site | undefined;

	constructor(path: string | URL, options: FileReaderOptions = {}) {
		this.#settings = fileSettings('FileReader', path, options);
		this.path = this.#settings.path;
		this.name = options.name ?? (basename(this.path) || this.path);
		this.#site = callSiteOf(FileReader);
		ensureMonitoring();
	}

	/**
	 * The bytes, piece by piece. A chunk is valid until the next is asked for: its memory is used again, and a chunk that was kept is
	 * then empty (detached) and cannot be copied from. To keep one, copy it (`Buffer.from(chunk)`), transfer its memory, or read with
	 * `{ reuse: false }`.
	 *
	 * @example
	 * const hash = createHash('sha256');
	 * for await (const chunk of new FileReader('scan.tif').chunks()) hash.update(chunk);
	 */
	chunks(): AsyncGenerator<Buffer, void, undefined> {
		return chunkStream(this.#settings, this.#track('chunks'));
	}

	/**
	 * The lines without their line breaks, LF or CRLF; a carriage return alone breaks no line. A byte order mark is left out, and a line
	 * break at the end of the file begins no further line. Throws `lineTooLong` with `offset` and `line` beyond `maxLineBytes`, and
	 * with `fatal` `invalidInput` for bytes that are not UTF-8. A line that is kept keeps the 64 KiB of text that it was cut from:
	 * to keep few out of many, copy them (`structuredClone(line)`).
	 *
	 * @example
	 * for await (const line of new FileReader('airports.csv').lines()) console.log(line.split(',')[1]);
	 */
	lines(): AsyncIterableIterator<string, undefined, undefined> {
		return new LineIterator(this.#settings, this.#track('lines'));
	}

	/**
	 * The same lines in arrays of those that came together (about 64 KiB of text): about three times as fast, where lines are short.
	 *
	 * @example
	 * for await (const lines of reader.lineBatches()) for (const line of lines) total += Number(line);
	 */
	lineBatches(): AsyncGenerator<string[], void, undefined> {
		return lineBatchStream(this.#settings, this.#track('lines'));
	}

	/**
	 * Calls `fn` with each chunk, at most `concurrency` at a time, and reads no further meanwhile. A chunk is valid until its call ends.
	 * The first failure ends it: no call begins any more, those under way are waited for, and the error is thrown.
	 *
	 * @example
	 * const { results, readBytes } = await new FileReader('log.bin').process(chunk => crc32(chunk));
	 */
	process<R>(
		fn: (chunk: Buffer, context: ProcessContext) => R | Promise<R>,
		options: ProcessOptions = {},
	): Promise<ProcessResult<R>> {
		return processChunks('FileReader.process', this.#settings, this.#track('process'), fn, options);
	}

	/**
	 * As `process`, with arrays of lines.
	 *
	 * @example
	 * const { lines } = await new FileReader('log.txt').processLines(batch => insertAll(batch), { concurrency: 4 });
	 */
	processLines<R>(
		fn: (lines: string[], context: ProcessContext) => R | Promise<R>,
		options: ProcessOptions = {},
	): Promise<ProcessResult<R>> {
		return processLines('FileReader.processLines', this.#settings, this.#track('process'), fn, options);
	}

	/**
	 * Opens the file to read here and there; `start` and `end` have no part in it. To be closed, best by `await using`.
	 *
	 * @example
	 * await using file = await new FileReader('flights-3m.parquet').open();
	 * const footer = await file.read(file.size - 8, 8);
	 */
	open(): Promise<RandomAccessFile> {
		return openRandom(this.#settings, this.#track('random'));
	}

	#track(kind: StreamEntry['kind']): StreamTrack {
		return new StreamTrack({ kind, name: this.name, path: this.path, site: this.#site });
	}
}
