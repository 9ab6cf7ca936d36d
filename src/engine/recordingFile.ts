import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { SessionModel } from '../analysis/sessionModel.ts';
import { CHECKPOINT_LINE } from '../protocol/checkpoint.ts';
import type { Entry } from '../protocol/entries.ts';
import { isEntry, isEntryType } from '../protocol/entryGuards.ts';
import { isRecord } from '../protocol/guards.ts';
import { MAX_LINE_LENGTH, parseHeader, parseJson } from '../protocol/recording.ts';
import { errors, UserError } from './errors.ts';
import { CheckpointReader } from './recording/checkpointReader.ts';
import { type CheckpointPlace, checkpointsOf } from './recording/findCheckpoint.ts';

export interface OpenedRecording {
	model: SessionModel;
	bytes: number;
	/** Lines that are no JSON or no valid entry; they were skipped. */
	damagedLines: number;
	/** Entries of types that this version does not know. */
	unknownEntries: number;
	/** The writer was interrupted inside its last line. */
	cutLastLine: boolean;
	/** What was not read because a checkpoint stands for it: damage in it was not looked for. 0 when all was read. */
	skippedBytes: number;
}

export interface ReadOptions {
	signal?: AbortSignal;
	onProgress?: (bytesRead: number, totalBytes: number) => void;
	/** Reads every line, whether or not the file has a checkpoint. */
	whole?: boolean;
}

/**
 * Reads a recording into a model, a piece at a time: memory is that of the model, not of the file. A long one is read from its last sound
 * checkpoint on (see `protocol/checkpoint.ts`).
 * Rejects with `cannotRead`, `emptyRecording`, `notARecording`, `newerRecording`, or the signal's reason.
 */
export async function readRecording(path: string, options: ReadOptions = {}): Promise<OpenedRecording> {
	try {
		const { size } = await stat(path);
		for await (const place of options.whole ? [] : checkpointsOf(path, size)) {
			const reader = new RecordingReader(path, place);
			if (await readFrom(path, place.from, size, reader, options)) return reader.finish();
		}
		const reader = new RecordingReader(path);
		await readFrom(path, 0, size, reader, options);
		return reader.finish();
	} catch (error) {
		options.signal?.throwIfAborted();
		throw error instanceof UserError ? error : errors.cannotRead(path, error);
	}
}

/** @returns Whether the reader took it: `false` as soon as its checkpoint shows not to be sound. */
async function readFrom(
	path: string,
	from: number,
	size: number,
	reader: RecordingReader,
	{ signal, onProgress }: ReadOptions,
): Promise<boolean> {
	const stream = createReadStream(path, { start: from, highWaterMark: 1 << 20, ...(signal && { signal }) });
	for await (const chunk of stream) {
		if (!reader.add(chunk as Buffer)) return false;
		onProgress?.(reader.bytes, size);
	}
	return reader.isSound;
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
	readonly #skippedBytes: number = 0;
	/** Set until the checkpoint that the file is read from is complete. */
	#checkpoint: CheckpointReader | undefined;
	/** Entries that were written between its lines. */
	#between: Entry[] = [];
	#broken = false;

	constructor(path: string, place?: CheckpointPlace) {
		this.#path = path;
		if (!place) return;
		this.#model = new SessionModel(place.header);
		this.#checkpoint = new CheckpointReader(place.header);
		this.#skippedBytes = place.from - place.headerBytes;
		this.bytes = place.from;
	}

	/** Whether what was read is whole: a checkpoint that was begun has come to its end. */
	get isSound(): boolean {
		return !this.#broken && this.#checkpoint === undefined;
	}

	/** @returns Whether to go on. */
	add(chunk: Buffer): boolean {
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
		return !this.#broken;
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
			skippedBytes: this.#skippedBytes,
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
		if (line.startsWith(CHECKPOINT_LINE)) {
			if (this.#checkpoint) this.#restore(this.#checkpoint, this.#model, parseJson(line));
			return;
		}
		if (this.#checkpoint?.isBegun === false) this.#broken = true;
		if (line.trim() === '') return;
		const value = parseJson(line);
		if (isEntry(value)) {
			if (this.#checkpoint) this.#between.push(value);
			else this.#model.apply(value);
		} else if (isRecord(value) && typeof value.type === 'string' && !isEntryType(value.type)) this.#unknownEntries++;
		else this.#damagedLines++;
	}

	#restore(checkpoint: CheckpointReader, { header }: SessionModel, line: unknown): void {
		const state = checkpoint.add(line);
		if (state === true) return;
		this.#checkpoint = undefined;
		if (state === false) {
			this.#broken = true;
			return;
		}
		this.#model = SessionModel.fromSnapshot({ ...state, header });
		for (const entry of this.#between) this.#model.apply(entry);
		this.#between = [];
	}
}
