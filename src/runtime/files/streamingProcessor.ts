import { basename } from 'node:path';
import type { Site } from '../../protocol/entries.ts';
import { ensureMonitoring } from '../monitor/sharedMonitor.ts';
import { callSafely } from '../reporting/callSafely.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { warn } from '../reporting/warnings.ts';
import { messageOf, runtimeErrors } from '../runtimeError.ts';
import { chunkStream } from './chunkStream.ts';
import { type FileSettings, pathText } from './fileOptions.ts';
import { lineBatchStream } from './lineStream.ts';
import { OutputFile } from './outputFile.ts';
import {
	checkProcessorOptions,
	type RunOptions,
	readingSettings,
	type StreamingProcessorOptions,
	type TransformContext,
	type TransformOutput,
	type TransformPiece,
	type TransformResult,
} from './processorOptions.ts';
import { StreamTrack } from './streamTrack.ts';
import { unlessAborted, untilAborted } from './within.ts';

/**
 * Makes one file out of another, piece by piece, in constant memory: nothing is read while output is being written. The output appears
 * under its name when it is complete and on the disk; after a failure or an abort there is no trace of it, and a file that was to be
 * replaced is what it was. Only a process that ends meanwhile leaves its hidden temporary file (`.name.….tmp`) beside the output.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) for options without `transform`.
 *
 * @example
 * const upper = new StreamingProcessor({ mode: 'lines', transform: lines => lines.map(line => line.toUpperCase()) });
 * const { writtenBytes } = await upper.run('names.txt', 'upper.txt');
 */
export class StreamingProcessor {
	readonly #options: StreamingProcessorOptions;
	readonly #site: Site | undefined;

	constructor(options: StreamingProcessorOptions) {
		checkProcessorOptions(options);
		this.#options = { ...options };
		this.#site = callSiteOf(StreamingProcessor);
		ensureMonitoring();
	}

	/**
	 * Transforms `input` to `output`. With `overwrite` the output may be there, and may be the input itself; it keeps its mode.
	 * Throws what the transform throws, `fileUnreadable`, `chunkTimeout`, `lineTooLong` and `invalidInput` for the input,
	 * `fileUnwritable` for the output (the disk is full; it is there already), and the signal's reason. May run several times at once.
	 */
	async run(input: string | URL, output: string | URL, options: RunOptions = {}): Promise<TransformResult> {
		if (typeof options !== 'object' || options === null) {
			throw runtimeErrors.invalidOption(
				'StreamingProcessor.run',
				'options',
				'an object such as { overwrite: true }',
				options,
			);
		}
		const { overwrite = false, signal = this.#options.signal } = options;
		if (typeof overwrite !== 'boolean') {
			throw runtimeErrors.invalidOption('StreamingProcessor.run', 'overwrite', 'true or false', overwrite);
		}
		const settings = readingSettings(input, this.#options, signal);
		const path = pathText('StreamingProcessor.run', output, 'output');
		settings.signal?.throwIfAborted();
		const began = monotonicMs();
		const name = this.#options.name ?? (basename(settings.path) || settings.path);
		const track = new StreamTrack({ kind: 'transform', name, path: settings.path, site: this.#site });
		const file = await OutputFile.create(path, { overwrite, input: settings.path });
		let peakBytes: number | undefined;
		try {
			peakBytes = await this.#transformAll(settings, track, file);
			settings.signal?.throwIfAborted();
			await file.commit();
		} catch (error) {
			track.failed();
			await file.discard();
			throw error;
		}
		const { readBytes, chunks } = track.record;
		return {
			readBytes,
			writtenBytes: file.writtenBytes,
			chunks,
			ms: monotonicMs() - began,
			...(peakBytes !== undefined && { peakBytes }),
		};
	}

	/** Gives the largest resident set. */
	async #transformAll(settings: FileSettings, track: StreamTrack, file: OutputFile): Promise<number | undefined> {
		const { flush } = this.#options;
		let peakBytes: number | undefined;
		let index = 0;
		const context = (): TransformContext => ({ index, readBytes: track.record.readBytes, signal: settings.signal });
		for await (const { output } of this.#outputs(settings, track, context)) {
			// A transform that never ends must not keep an aborted run.
			const settled = await unlessAborted(Promise.resolve(output), settings.signal);
			await this.#write(settled, settings, track, file);
			peakBytes = Math.max(peakBytes ?? 0, process.memoryUsage.rss());
			index++;
			this.#tellProgress(track);
		}
		if (flush) {
			const owed = await unlessAborted(Promise.resolve(flush(context())), settings.signal);
			await this.#write(owed, settings, track, file);
			this.#tellProgress(track);
		}
		return peakBytes;
	}

	async *#outputs(
		settings: FileSettings,
		track: StreamTrack,
		context: () => TransformContext,
	): AsyncGenerator<{ output: TransformOutput | Promise<TransformOutput> }> {
		const options = this.#options;
		if (options.mode === 'lines') {
			for await (const lines of lineBatchStream(settings, track)) yield { output: options.transform(lines, context()) };
		} else {
			for await (const chunk of chunkStream(settings, track)) yield { output: options.transform(chunk, context()) };
		}
	}

	async #write(output: TransformOutput, settings: FileSettings, track: StreamTrack, file: OutputFile): Promise<void> {
		if (output === undefined || output === null) return;
		if (isPiece(output)) {
			settings.signal?.throwIfAborted();
			const bytes = bytesOf(output);
			await file.write(bytes);
			track.wrote(bytes.length);
			return;
		}
		if (!(Symbol.asyncIterator in Object(output) || Symbol.iterator in Object(output))) throw notWritable(output);
		for await (const piece of untilAborted<TransformPiece>(output, settings.signal)) {
			if (piece === undefined || piece === null) continue;
			if (!isPiece(piece)) throw notWritable(piece);
			await this.#write(piece, settings, track, file);
		}
	}

	#tellProgress({ record }: StreamTrack): void {
		const { onProgress } = this.#options;
		if (!onProgress) return;
		const { readBytes, writtenBytes = 0, totalBytes } = record;
		callSafely(
			() => onProgress({ readBytes, writtenBytes, ...(totalBytes !== undefined && { totalBytes }) }),
			error => warn(`A callback for the progress of a StreamingProcessor failed: ${messageOf(error)}`, error),
		);
	}
}

function isPiece(value: unknown): value is Exclude<TransformPiece, undefined> {
	return typeof value === 'string' || value instanceof Uint8Array || Array.isArray(value);
}

function bytesOf(piece: Exclude<TransformPiece, undefined>): Uint8Array {
	if (piece instanceof Uint8Array) return piece;
	if (typeof piece === 'string') return Buffer.from(piece, 'utf8');
	for (const line of piece) if (typeof line !== 'string') throw notWritable(line);
	return Buffer.from(piece.length === 0 ? '' : `${piece.join('\n')}\n`, 'utf8');
}

function notWritable(value: unknown): Error {
	return runtimeErrors.invalidOption(
		'StreamingProcessor',
		'transform',
		'a function that gives bytes, text, lines, nothing, or an iterable of these',
		value,
	);
}
