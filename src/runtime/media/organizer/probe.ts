import { type FileHandle, open } from 'node:fs/promises';

const WINDOW_BYTES = 16 * 1024;
/** Reads of one file: a header that leads around longer than that is broken or made to lead around. */
const MOST_READS = 512;

/** Small looks into a file, here and there: holds 16 KiB. What is not there, or takes too many reads, is an empty buffer. */
export class Probe {
	readonly path: string;
	readonly size: number;
	readonly #handle: FileHandle;
	#window = Buffer.alloc(0);
	#start = 0;
	#reads = 0;

	private constructor(path: string, handle: FileHandle, size: number) {
		this.path = path;
		this.#handle = handle;
		this.size = size;
	}

	static async open(path: string): Promise<Probe> {
		const handle = await open(path, 'r');
		try {
			return new Probe(path, handle, (await handle.stat()).size);
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
		const buffer = Buffer.allocUnsafe(Math.min(WINDOW_BYTES, this.size - offset));
		const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, offset);
		this.#window = buffer.subarray(0, bytesRead);
		this.#start = offset;
		return bytesRead < length ? EMPTY : this.#window.subarray(0, length);
	}

	close(): Promise<void> {
		return this.#handle.close();
	}
}

const EMPTY = Buffer.alloc(0);
