import { type FileHandle, open } from 'node:fs/promises';

/** Read at a time: a header's worth. */
const WINDOW_BYTES = 16 * 1024;
/** Reads of one file: a header that leads around longer than that is broken or made to lead around. */
const MOST_READS = 512;

/** Small looks into a file, here and there, through a buffer of the caller. What is not there, or takes too many reads, is an empty buffer. */
export class Probe {
	readonly path: string;
	readonly size: number;
	readonly #handle: FileHandle;
	readonly #buffer: Buffer;
	#window: Buffer;
	#start = 0;
	#reads = 0;

	private constructor(path: string, handle: FileHandle, size: number, buffer: Buffer) {
		this.path = path;
		this.#handle = handle;
		this.size = size;
		this.#buffer = buffer.subarray(0, WINDOW_BYTES);
		this.#window = this.#buffer.subarray(0, 0);
	}

	static async open(path: string, buffer: Buffer): Promise<Probe> {
		const handle = await open(path, 'r');
		try {
			return new Probe(path, handle, (await handle.stat()).size, buffer);
		} catch (error) {
			await handle.close();
			throw error;
		}
	}

	/** Exactly `length` bytes (at most 16 KiB), or none. Valid until the next call. */
	async at(offset: number, length: number): Promise<Buffer> {
		if (!(offset >= 0) || length > WINDOW_BYTES || offset + length > this.size) return EMPTY;
		const from = offset - this.#start;
		if (from >= 0 && from + length <= this.#window.length) return this.#window.subarray(from, from + length);
		if (++this.#reads > MOST_READS) return EMPTY;
		const { bytesRead } = await this.#handle.read(this.#buffer, 0, this.#buffer.length, offset);
		this.#window = this.#buffer.subarray(0, bytesRead);
		this.#start = offset;
		return bytesRead < length ? EMPTY : this.#window.subarray(0, length);
	}

	close(): Promise<void> {
		return this.#handle.close();
	}
}

const EMPTY = Buffer.alloc(0);
