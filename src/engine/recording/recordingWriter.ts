import { mkdirSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Entry } from '../../protocol/entries.ts';
import type { RecordingHeader } from '../../protocol/recording.ts';
import { errors } from '../errors.ts';

/** How long an entry may wait for the disk, ms: what a crash of ours can lose. */
const FLUSH_MS = 50;
/** What may wait for a slow disk. */
const MOST_UNWRITTEN_BYTES = 64 * 1024 * 1024;

/** Appends a session to its file as it happens. A failing disk ends the recording, never the session. */
export class RecordingWriter {
	readonly path: string;
	readonly #handle: FileHandle;
	readonly #onError: (error: Error) => void;
	#waiting: string[] = [];
	#writing: Promise<void> = Promise.resolve();
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** When the oldest of `#waiting` came. */
	#waitsSince = 0;
	#failed = false;
	#bytes = 0;
	#unwritten = 0;

	private constructor(path: string, handle: FileHandle, onError: (error: Error) => void) {
		this.path = path;
		this.#handle = handle;
		this.#onError = onError;
	}

	/** Creates the file (never overwrites one) with its header. Rejects with `cannotWrite`. */
	static async create(
		path: string,
		header: RecordingHeader,
		onError: (error: Error) => void,
	): Promise<RecordingWriter> {
		try {
			mkdirSync(dirname(path), { recursive: true });
			const writer = new RecordingWriter(path, await open(path, 'ax'), onError);
			writer.#waiting.push(`${JSON.stringify(header)}\n`);
			await writer.flush();
			return writer;
		} catch (error) {
			throw errors.cannotWrite(path, error);
		}
	}

	/** Bytes handed to the file so far. */
	get bytes(): number {
		return this.#bytes;
	}

	get failed(): boolean {
		return this.#failed;
	}

	/** Hands over what waits; the byte at which the next line begins. */
	place(): number {
		void this.flush();
		return this.#bytes;
	}

	write(entries: readonly Entry[]): void {
		if (this.#failed) return;
		for (const entry of entries) this.#waiting.push(`${JSON.stringify(entry)}\n`);
		this.#schedule();
	}

	/** One line of JSON that is no entry. @returns Its bytes. */
	writeLine(json: string): number {
		if (this.#failed) return 0;
		this.#waiting.push(`${json}\n`);
		this.#schedule();
		return Buffer.byteLength(json) + 1;
	}

	/** A timer comes late when we were held up: then what waits goes with what came now. */
	#schedule(): void {
		const now = performance.now();
		if (this.#timer === undefined) {
			this.#waitsSince = now;
			this.#timer = setTimeout(() => void this.flush(), FLUSH_MS);
		} else if (now - this.#waitsSince >= FLUSH_MS) void this.flush();
	}

	/** Ends the recording and takes its file away. */
	async discard(): Promise<void> {
		await this.close();
		await unlink(this.path).catch(error => this.#fail(error));
	}

	async close(): Promise<void> {
		await this.flush();
		await this.#handle.close().catch(error => this.#fail(error));
	}

	/** Hands what waits to the disk; settles when it is there. */
	flush(): Promise<void> {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const text = this.#waiting.join('');
		this.#waiting = [];
		if (text !== '' && !this.#failed) {
			const bytes = Buffer.byteLength(text);
			this.#bytes += bytes;
			this.#unwritten += bytes;
			if (this.#unwritten > MOST_UNWRITTEN_BYTES) {
				this.#fail(new Error('the disk is too slow for it'));
				return this.#writing;
			}
			this.#writing = this.#writing
				.then(() => this.#handle.appendFile(text))
				.then(
					() => {
						this.#unwritten -= bytes;
					},
					error => this.#fail(error),
				);
		}
		return this.#writing;
	}

	#fail(error: unknown): void {
		if (this.#failed) return;
		this.#failed = true;
		this.#onError(errors.cannotWrite(this.path, error));
	}
}
