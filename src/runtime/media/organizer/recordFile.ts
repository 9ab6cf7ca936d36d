import { type FileHandle, open } from 'node:fs/promises';
import { organizerErrors } from './organizerErrors.ts';

const CHUNK_BYTES = 64 * 1024;
/** Longest line: a record has some paths, each at most some thousand bytes. */
const MOST_LINE_BYTES = 256 * 1024;
const NEW_LINE = 10;

export interface Placed<T> {
	readonly offset: number;
	readonly record: T;
}

/**
 * A file of JSON records, one per line, that only grows. What a process wrote before it was killed is there when it is opened again; a line that
 * was not finished is cut off. Holds the last 64 KiB in memory.
 */
export class RecordFile<T extends object> implements AsyncDisposable {
	readonly path: string;
	readonly #handle: FileHandle;
	#waiting: Buffer[] = [];
	#waitingBytes = 0;
	/** Bytes in the file, without those that wait. */
	#written: number;
	#last: Promise<void> = Promise.resolve();
	/** For single records. */
	#line = Buffer.allocUnsafeSlow(4096);

	private constructor(path: string, handle: FileHandle, written: number) {
		this.path = path;
		this.#handle = handle;
		this.#written = written;
	}

	static async create<T extends object>(path: string): Promise<RecordFile<T>> {
		return new RecordFile(path, await open(path, 'w+', 0o600), 0);
	}

	/** With what is in it; `undefined` where there is no such file. */
	static async reopen<T extends object>(path: string): Promise<RecordFile<T> | undefined> {
		const handle = await open(path, 'r+').catch(error => {
			if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
			throw error;
		});
		if (!handle) return undefined;
		try {
			const whole = await wholeBytes(handle);
			await handle.truncate(whole);
			return new RecordFile(path, handle, whole);
		} catch (error) {
			await handle.close();
			throw error;
		}
	}

	/** Bytes, those that wait included: the offset of the next record. */
	get end(): number {
		return this.#written + this.#waitingBytes;
	}

	/** Gives the record's offset. Settles when there is room for more. */
	async append(record: T): Promise<number> {
		const line = Buffer.from(`${JSON.stringify(record)}\n`);
		const offset = this.end;
		this.#waiting.push(line);
		this.#waitingBytes += line.length;
		if (this.#waitingBytes >= CHUNK_BYTES) await this.flush();
		return offset;
	}

	flush(): Promise<void> {
		const next = this.#last.then(() => this.#write());
		this.#last = next.catch(() => undefined);
		return next;
	}

	/** To the disk itself. */
	async sync(): Promise<void> {
		await this.flush();
		await this.#handle.datasync();
	}

	/** One record. Not several at a time. */
	async at(offset: number): Promise<T> {
		if (this.#waitingBytes > 0) await this.flush();
		for (;;) {
			const { bytesRead } = await this.#handle.read(this.#line, 0, this.#line.length, offset);
			const end = this.#line.subarray(0, bytesRead).indexOf(NEW_LINE);
			if (end >= 0) return this.#parsed(this.#line.toString('utf8', 0, end), offset);
			if (bytesRead < this.#line.length || bytesRead > MOST_LINE_BYTES)
				throw organizerErrors.damaged(this.path, offset);
			this.#line = Buffer.allocUnsafeSlow(this.#line.length * 4);
		}
	}

	/** From `offset` on, which is that of a record. Also what is appended meanwhile. Throws `damaged`. */
	async *records(offset = 0): AsyncGenerator<Placed<T>, void, undefined> {
		if (this.#waitingBytes > 0) await this.flush();
		const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
		let at = offset;
		let rest: Buffer = Buffer.alloc(0);
		for (;;) {
			const { bytesRead } = await this.#handle.read(chunk, 0, CHUNK_BYTES, at + rest.length);
			if (bytesRead === 0) break;
			let bytes =
				rest.length === 0 ? chunk.subarray(0, bytesRead) : Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
			for (let end = bytes.indexOf(NEW_LINE); end >= 0; end = bytes.indexOf(NEW_LINE)) {
				yield { offset: at, record: this.#parsed(bytes.toString('utf8', 0, end), at) };
				bytes = bytes.subarray(end + 1);
				at += end + 1;
			}
			if (bytes.length > MOST_LINE_BYTES) throw organizerErrors.damaged(this.path, at);
			rest = Buffer.from(bytes);
		}
		if (rest.length > 0) throw organizerErrors.damaged(this.path, at);
	}

	async close(): Promise<void> {
		try {
			await this.flush();
		} finally {
			await this.#handle.close();
		}
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	async #write(): Promise<void> {
		if (this.#waitingBytes === 0) return;
		const bytes = Buffer.concat(this.#waiting, this.#waitingBytes);
		// Appended meanwhile: behind what is written here.
		this.#waiting = [];
		this.#waitingBytes = 0;
		const at = this.#written;
		this.#written += bytes.length;
		for (let from = 0; from < bytes.length; ) {
			from += (await this.#handle.write(bytes, from, bytes.length - from, at + from)).bytesWritten;
		}
	}

	#parsed(line: string, offset: number): T {
		try {
			const value: unknown = JSON.parse(line);
			if (typeof value === 'object' && value !== null) return value as T;
		} catch {
			// As one that is no object.
		}
		throw organizerErrors.damaged(this.path, offset);
	}
}

/** Up to the end of the last whole line. */
async function wholeBytes(handle: FileHandle): Promise<number> {
	const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
	let end = (await handle.stat()).size;
	while (end > 0) {
		const start = Math.max(0, end - CHUNK_BYTES);
		const { bytesRead } = await handle.read(chunk, 0, end - start, start);
		const last = chunk.subarray(0, bytesRead).lastIndexOf(NEW_LINE);
		if (last >= 0) return start + last + 1;
		end = start;
	}
	return 0;
}
