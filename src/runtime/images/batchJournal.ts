import { constants } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { fileErrors, runtimeErrors } from '../internals.ts';
import type { RegionStatistics } from './measureRegions.ts';

/** What became of one image. Figures that are no number are `null` here. */
export interface JournalEntry {
	readonly path: string;
	/** Of the file, when it was read; absent where it could not be looked at. */
	readonly bytes?: number;
	readonly changedMs?: number;
	readonly width?: number;
	readonly height?: number;
	readonly regions?: readonly RegionStatistics[];
	/** Files of bands. */
	readonly exported?: readonly string[];
	readonly error?: { readonly code: string; readonly message: string };
}

interface Place {
	readonly offset: number;
	readonly length: number;
}

const KIND = 'memory-manager images';
const VERSION = 1;
const READ_BYTES = 256 * 1024;
const MAX_LINE_BYTES = Math.min(64 * 1024 * 1024, constants.MAX_STRING_LENGTH);
const NEWLINE = 0x0a;

/**
 * A file with a line for each image that is done, which a batch that was killed goes on from. Its first line tells what was asked for. A
 * line that is not whole, because the process ended while it was written, is cut off; one that makes no sense counts as not written.
 *
 * @internal
 */
export class BatchJournal {
	readonly path: string;
	readonly #handle: FileHandle;
	readonly #places = new Map<string, Place>();
	#end = 0;

	private constructor(path: string, handle: FileHandle) {
		this.path = path;
		this.#handle = handle;
	}

	/**
	 * `parameters`: a text that is the same where the same is asked for. Throws `invalidOption` where the journal is of other ones, and
	 * `fileUnwritable`. Without `resume` it begins anew.
	 */
	static async open(path: string, parameters: string, resume: boolean): Promise<BatchJournal> {
		let handle: FileHandle | undefined;
		try {
			handle = await open(path, 'a+');
			const journal = new BatchJournal(path, handle);
			if (!resume) await handle.truncate(0);
			await journal.#begin(parameters);
			return journal;
		} catch (error) {
			await handle?.close();
			throw (error as { code?: unknown }).code === 'invalidOption' ? error : fileErrors.fileUnwritable(path, error);
		}
	}

	has(path: string): boolean {
		return this.#places.has(path);
	}

	/** The last line of an image. */
	async entry(path: string): Promise<JournalEntry | undefined> {
		const place = this.#places.get(path);
		if (!place) return undefined;
		const bytes = Buffer.alloc(place.length);
		await this.#handle.read(bytes, 0, place.length, place.offset);
		return parsed(bytes);
	}

	async add(entry: JournalEntry): Promise<void> {
		const line = Buffer.from(`${JSON.stringify(entry)}\n`);
		await this.#append(line);
		this.#places.set(entry.path, { offset: this.#end - line.length, length: line.length - 1 });
	}

	close(): Promise<void> {
		return this.#handle.close();
	}

	async #begin(parameters: string): Promise<void> {
		let isFirst = true;
		for await (const { place, bytes } of this.#lines()) {
			this.#end = place.offset + place.length + 1;
			if (isFirst) {
				if (!isHeader(bytes, parameters)) throw otherParameters(this.path);
				isFirst = false;
				continue;
			}
			const entry = bytes && parsed(bytes);
			if (entry) this.#places.set(entry.path, place);
		}
		await this.#handle.truncate(this.#end);
		if (isFirst) await this.#append(Buffer.from(`${JSON.stringify({ kind: KIND, version: VERSION, parameters })}\n`));
	}

	async #append(line: Buffer): Promise<void> {
		try {
			await this.#handle.appendFile(line);
			this.#end += line.length;
		} catch (error) {
			throw fileErrors.fileUnwritable(this.path, error);
		}
	}

	/** Whole lines; `bytes` is absent for one that is longer than can be. */
	async *#lines(): AsyncGenerator<{ place: Place; bytes: Buffer | undefined }> {
		const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
		let parts: Buffer[] = [];
		let length = 0;
		let start = 0;
		for (let at = 0; ; ) {
			const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, at);
			if (bytesRead === 0) return;
			at += bytesRead;
			for (let from = 0; from < bytesRead; ) {
				const newline = buffer.subarray(0, bytesRead).indexOf(NEWLINE, from);
				const to = newline < 0 ? bytesRead : newline;
				length += to - from;
				if (length <= MAX_LINE_BYTES) parts.push(Buffer.from(buffer.subarray(from, to)));
				else parts = [];
				from = to + 1;
				if (newline < 0) break;
				const bytes = length <= MAX_LINE_BYTES ? Buffer.concat(parts) : undefined;
				yield { place: { offset: start, length }, bytes };
				start += length + 1;
				parts = [];
				length = 0;
			}
		}
	}
}

function isHeader(bytes: Buffer | undefined, parameters: string): boolean {
	const header = bytes && (json(bytes) as Record<string, unknown> | undefined);
	return header?.kind === KIND && header.version === VERSION && header.parameters === parameters;
}

function parsed(bytes: Buffer): JournalEntry | undefined {
	const entry = json(bytes) as Record<string, unknown> | undefined;
	if (typeof entry?.path !== 'string') return undefined;
	const isDone = Array.isArray(entry.regions) && entry.regions.every(isRegion);
	const isFailed = typeof (entry.error as { message?: unknown } | undefined)?.message === 'string';
	return isDone || isFailed ? (entry as unknown as JournalEntry) : undefined;
}

function isRegion(region: unknown): boolean {
	const { region: name, bands } = (region ?? {}) as Record<string, unknown>;
	return typeof name === 'string' && typeof bands === 'object' && bands !== null;
}

function json(bytes: Buffer): unknown {
	try {
		const value: unknown = JSON.parse(bytes.toString('utf8'));
		return typeof value === 'object' && value !== null ? value : undefined;
	} catch {
		return undefined;
	}
}

const otherParameters = (path: string) =>
	runtimeErrors.invalidOption(
		'processBatch',
		'output',
		'a folder of its own for each set of regions and measures, or { resume: false } to begin anew',
		path,
	);
