import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { SessionModel } from '../analysis/sessionModel.ts';
import { isEntry, isEntryType } from '../protocol/entryGuards.ts';
import { isRecord } from '../protocol/guards.ts';
import { MAX_LINE_LENGTH, parseHeader, parseJson } from '../protocol/recording.ts';
import { errors, UserError } from './errors.ts';

export interface OpenedRecording {
	model: SessionModel;
	bytes: number;
	/** Lines that are no JSON or no valid entry; they were skipped. */
	damagedLines: number;
	/** Entries of types that this version does not know. */
	unknownEntries: number;
	/** The writer was interrupted inside its last line. */
	cutLastLine: boolean;
}

export interface ReadOptions {
	signal?: AbortSignal;
	onProgress?: (bytesRead: number, totalBytes: number) => void;
}

/**
 * Reads a recording into a model, a piece at a time: memory is that of the model, not of the file.
 * Rejects with `cannotRead`, `emptyRecording`, `notARecording`, `newerRecording`, or the signal's reason.
 */
export async function readRecording(path: string, options: ReadOptions = {}): Promise<OpenedRecording> {
	const reader = new RecordingReader(path);
	try {
		const { size } = await stat(path);
		const stream = createReadStream(path, {
			highWaterMark: 1 << 20,
			...(options.signal && { signal: options.signal }),
		});
		for await (const chunk of stream) {
			reader.add(chunk as Buffer);
			options.onProgress?.(reader.bytes, size);
		}
	} catch (error) {
		options.signal?.throwIfAborted();
		throw error instanceof UserError ? error : errors.cannotRead(path, error);
	}
	return reader.finish();
}

class RecordingReader {
	bytes = 0;
	readonly #path: string;
	readonly #decoder = new StringDecoder('utf8');
	#rest = '';
	/** Inside a line that is too long: everything up to its end is passed over. */
	#skipping = false;
	#model: SessionModel | undefined;
	#damagedLines = 0;
	#unknownEntries = 0;

	constructor(path: string) {
		this.#path = path;
	}

	add(chunk: Buffer): void {
		this.bytes += chunk.length;
		const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
		this.#rest = lines.pop() ?? '';
		if (this.#skipping) {
			if (lines.shift() === undefined) this.#rest = '';
			else this.#skipping = false;
		}
		// Before the header a long line without an end is some other file, not a recording: say so early.
		if (this.#rest.length > (this.#model ? MAX_LINE_LENGTH : 1 << 20)) {
			if (!this.#model) throw errors.notARecording(this.#path);
			this.#rest = '';
			this.#skipping = true;
			this.#damagedLines++;
		}
		for (const line of lines) this.#line(line);
	}

	finish(): OpenedRecording {
		const rest = this.#rest + this.#decoder.end();
		if (this.bytes === 0) throw errors.emptyRecording(this.#path);
		const cutLastLine = rest !== '' && this.#model !== undefined && parseJson(rest) === undefined;
		if (rest !== '' && !cutLastLine) this.#line(rest);
		if (!this.#model) throw errors.notARecording(this.#path);
		const { bytes } = this;
		return {
			model: this.#model,
			bytes,
			damagedLines: this.#damagedLines,
			unknownEntries: this.#unknownEntries,
			cutLastLine,
		};
	}

	#line(line: string): void {
		if (!this.#model) {
			const result = parseHeader(line);
			if (result.ok) this.#model = new SessionModel(result.header);
			else if (result.reason === 'newer') throw errors.newerRecording(this.#path, result.format ?? 0);
			else throw errors.notARecording(this.#path);
			return;
		}
		if (line.trim() === '') return;
		const value = parseJson(line);
		if (isEntry(value)) this.#model.apply(value);
		else if (isRecord(value) && typeof value.type === 'string' && !isEntryType(value.type)) this.#unknownEntries++;
		else this.#damagedLines++;
	}
}
