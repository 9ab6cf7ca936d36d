import { constants } from 'node:buffer';
import { runtimeErrors } from '../runtimeError.ts';
import { opened } from './chunkStream.ts';
import { fileErrors } from './fileErrors.ts';
import type { FileSettings } from './fileOptions.ts';
import { FileSource } from './fileSource.ts';
import type { StreamTrack } from './streamTrack.ts';
import { within } from './within.ts';

/**
 * A file that is read here and there, made by `FileReader.open()`. Node has no memory-mapped files; the system keeps what was read
 * in its own cache, so that reading a place again costs a system call (about 20 µs) and no disk.
 */
export class RandomAccessFile implements AsyncDisposable {
	readonly #source: FileSource;
	readonly #settings: FileSettings;
	readonly #track: StreamTrack;
	readonly #size: number;
	#closed = false;

	/** @internal */
	constructor(source: FileSource, settings: FileSettings, track: StreamTrack) {
		this.#source = source;
		this.#settings = settings;
		this.#track = track;
		this.#size = source.size ?? 0;
		track.opened(source.size);
	}

	/** Bytes, when the file was opened. */
	get size(): number {
		return this.#size;
	}

	/**
	 * `length` bytes from `offset` on, in memory of their own. Fewer, down to none, where the file ends before: it is read as it is now,
	 * also where it has grown. Reads may run side by side. Throws `invalidOption` for numbers that are no place, `disposed` after
	 * `close`, `chunkTimeout`, `fileUnreadable`, and the signal's reason.
	 *
	 * @example
	 * const footer = await file.read(file.size - 8, 8);
	 */
	async read(offset: number, length: number): Promise<Buffer> {
		const { path, signal } = this.#settings;
		const owner = `RandomAccessFile "${path.slice(-80)}"`;
		if (this.#closed) throw runtimeErrors.disposed(owner);
		for (const [option, value] of Object.entries({ offset, length })) {
			if (Number.isSafeInteger(value) && value >= 0) continue;
			throw runtimeErrors.invalidOption(owner, option, 'a whole number of bytes from 0 on', value);
		}
		signal?.throwIfAborted();
		// Memory only for what is there: a length out of a broken file must not take gigabytes.
		let there = Math.max(this.#size - offset, 0);
		if (length > there) there = Math.max((await this.#sizeNow(offset)) - offset, 0);
		const bytes = Math.min(length, there);
		if (bytes > constants.MAX_LENGTH) {
			throw runtimeErrors.invalidOption(owner, 'length', `at most ${constants.MAX_LENGTH} bytes`, length);
		}
		const buffer = Buffer.allocUnsafeSlow(bytes);
		const filled = await this.#fill(buffer, offset);
		this.#track.chunk(filled, bytes);
		return filled === bytes ? buffer : buffer.subarray(0, filled);
	}

	/** Waits for reads under way. May be called again. */
	async close(): Promise<void> {
		this.#closed = true;
		this.#track.closed();
		await this.#source.close();
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	async #sizeNow(offset: number): Promise<number> {
		try {
			return await this.#source.currentSize();
		} catch (error) {
			throw fileErrors.fileUnreadable(this.#settings.path, offset, error);
		}
	}

	async #fill(buffer: Buffer, offset: number): Promise<number> {
		const { path, signal, timeoutMs } = this.#settings;
		let filled = 0;
		while (filled < buffer.length) {
			const at = offset + filled;
			const reading = this.#source.read(buffer.subarray(filled), at).catch((error: unknown) => {
				throw fileErrors.fileUnreadable(path, at, error);
			});
			const count = await within(reading, { signal, timeoutMs }, () =>
				fileErrors.chunkTimeout(path, at, timeoutMs ?? 0),
			).catch((error: unknown) => {
				this.#track.failed();
				throw error;
			});
			if (count === 0) break;
			filled += count;
		}
		return filled;
	}
}

/** Throws `fileUnreadable` also for what has no places, such as a pipe. */
export async function openRandom(settings: FileSettings, track: StreamTrack): Promise<RandomAccessFile> {
	settings.signal?.throwIfAborted();
	const source = await opened(settings);
	if (source instanceof FileSource && source.seekable) return new RandomAccessFile(source, settings, track);
	await source.close();
	throw fileErrors.fileUnreadable(settings.path, 0, new Error('it has no size and no places (a pipe or a device)'));
}
