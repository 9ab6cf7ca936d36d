import type { FileHandle } from 'node:fs/promises';
import type { RawSource } from '../files/fileSource.ts';
import { checkPressure, fileErrors, openSource, runtimeErrors, type StreamTrack, within } from '../internals.ts';
import { formatErrors } from './formatErrors.ts';
import { HandleSource } from './handleSource.ts';

/** The least that is fetched at a new place: a header's worth. Each fetch that follows on the one before doubles, up to the window. */
const FIRST_FETCH_BYTES = 16 * 1024;
export const DEFAULT_WINDOW_BYTES = 1024 * 1024;

export interface SourceOptions {
	/** Names the file in errors. */
	readonly path: string;
	readonly handle?: FileHandle;
	readonly signal: AbortSignal | undefined;
	/** Longest wait for one read, ms. */
	readonly timeoutMs: number | undefined;
	readonly track: StreamTrack;
	/** Reports do not show it. */
	readonly unseen?: boolean;
}

/**
 * A file of known size that is read here and there, under all our own readers. It holds no bytes itself: each `window` holds its own,
 * bounded. Counts what is read and held, for reports. Everything throws `fileUnreadable`, `chunkTimeout` and the signal's reason;
 * what lies behind the end throws `truncated` with its offset.
 */
export class ByteSource implements AsyncDisposable {
	readonly path: string;
	/** Bytes, when it was opened. */
	readonly size: number;
	readonly track: StreamTrack;
	readonly #raw: RawSource;
	readonly #signal: AbortSignal | undefined;
	readonly #timeoutMs: number | undefined;
	#heldBytes = 0;
	#closed = false;

	private constructor(raw: RawSource, size: number, { path, signal, timeoutMs, track }: SourceOptions) {
		this.#raw = raw;
		this.size = size;
		this.path = path;
		this.track = track;
		this.#signal = signal;
		this.#timeoutMs = timeoutMs;
	}

	/** Throws `fileUnreadable` also for what has no places or no size: a pipe, a device. A given handle is not closed by us. */
	static async open(options: SourceOptions): Promise<ByteSource> {
		const { path, handle, signal, timeoutMs } = options;
		signal?.throwIfAborted();
		const opening = (handle ? HandleSource.of(handle) : openSource(path)).catch((error: unknown) => {
			throw fileErrors.fileUnreadable(path, 0, error);
		});
		const late = () => fileErrors.chunkTimeout(path, 0, timeoutMs ?? 0);
		const raw = await within(opening, { signal, timeoutMs }, late).catch((error: unknown) => {
			void opening.then(source => source.close()).catch(() => undefined);
			throw error;
		});
		const problem = !raw.seekable
			? 'it has no size and no places (a pipe or a device)'
			: !raw.size && !(await isEmpty(raw))
				? 'it has no size (a disk, or a file that the system makes while it is read, as in /proc)'
				: undefined;
		if (problem !== undefined) {
			await raw.close();
			throw fileErrors.fileUnreadable(path, 0, new Error(problem));
		}
		const source = new ByteSource(raw, raw.size ?? 0, options);
		if (!options.unseen) options.track.opened(source.size);
		return source;
	}

	get closed(): boolean {
		return this.#closed;
	}

	/** Bytes that all windows hold now. */
	get heldBytes(): number {
		return this.#heldBytes;
	}

	/** @internal Windows and readers say what they took and gave back. */
	held(bytes: number): void {
		this.#heldBytes += bytes;
		this.track.holds(this.#heldBytes);
	}

	/** A place to read from with a buffer of its own; reading in one does not disturb another. */
	window(windowBytes = DEFAULT_WINDOW_BYTES): ByteWindow {
		return new ByteWindow(this, windowBytes);
	}

	/** Fills `into` from `offset` on, as far as the file goes. Bytes read. Throws `disposed` once it is closed. */
	async readInto(into: Uint8Array, offset: number): Promise<number> {
		let filled = 0;
		while (filled < into.byteLength) {
			const at = offset + filled;
			this.#signal?.throwIfAborted();
			// The number of a closed descriptor may be another file's by now.
			if (this.#closed) throw runtimeErrors.disposed(`The reader of "${this.track.record.name}"`);
			const reading = this.#raw.read(into.subarray(filled), at).catch((error: unknown) => {
				throw fileErrors.fileUnreadable(this.path, at, error);
			});
			const bounds = { signal: this.#signal, timeoutMs: this.#timeoutMs };
			const late = () => fileErrors.chunkTimeout(this.path, at, this.#timeoutMs ?? 0);
			const count = await within(reading, bounds, late);
			if (count === 0) break;
			filled += count;
		}
		this.track.chunk(filled, into.byteLength);
		checkPressure();
		return filled;
	}

	/** Fills all of `into`, or throws `truncated`. `what` names it in the error ("the pixel data"). */
	async readExactly(into: Uint8Array, offset: number, what?: string): Promise<void> {
		const filled = await this.readInto(into, offset);
		if (filled < into.byteLength) throw this.truncated(offset, into.byteLength, what, filled);
	}

	/** The error for `neededBytes` from `offset` on that are not all there; `foundBytes` of them are, if reading has shown it. */
	truncated(offset: number, neededBytes: number, what?: string, foundBytes?: number): Error {
		// A file may have become shorter since it was opened.
		const size = foundBytes === undefined ? this.size : Math.min(this.size, offset + foundBytes);
		const lack = offset + neededBytes - Math.max(size, offset);
		return formatErrors.truncated(this.path, offset, lack, size, what);
	}

	/** Waits for reads under way. May be called again. */
	async close(): Promise<void> {
		this.#closed = true;
		this.track.closed();
		await this.#raw.close();
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}
}

/**
 * A moving view on a source: at most `windowBytes` in memory, whatever is read. What `bytes` gives is valid until the next call, since
 * the window's memory is used again.
 */
export class ByteWindow {
	readonly source: ByteSource;
	readonly windowBytes: number;
	#buffer: Buffer = Buffer.alloc(0);
	/** Where in the file the buffer's first byte stands, and how many of its bytes are filled. */
	#start = 0;
	#filled = 0;
	#fetchBytes = FIRST_FETCH_BYTES;

	constructor(source: ByteSource, windowBytes: number) {
		this.source = source;
		this.windowBytes = windowBytes;
	}

	/** The bytes if they are here already, without waiting: for loops over small fields, `at(…) ?? (await bytes(…))`. */
	at(offset: number, length: number): Buffer | undefined {
		const from = offset - this.#start;
		return from >= 0 && from + length <= this.#filled ? this.#buffer.subarray(from, from + length) : undefined;
	}

	/** Exactly `length` bytes, at most the window's. Throws `truncated` where the file ends before; `what` names them in the error. */
	async bytes(offset: number, length: number, what?: string): Promise<Buffer> {
		const bytes = await this.upTo(offset, length);
		if (bytes.length < length) throw this.source.truncated(offset, length, what, bytes.length);
		return bytes;
	}

	/** As `bytes`, but fewer where the file ends before. */
	async upTo(offset: number, length: number): Promise<Buffer> {
		const here = this.at(offset, length);
		if (here) return here;
		if (length > this.windowBytes) throw new RangeError(`A window of ${this.windowBytes} bytes holds no ${length}.`);
		await this.#fetch(offset, length);
		const from = offset - this.#start;
		return this.#buffer.subarray(from, Math.min(from + length, this.#filled));
	}

	/** From `offset` to `end`, piece by piece, each valid until the next. Throws `truncated` where the file ends before `end`. */
	async *pieces(offset: number, end: number, what?: string): AsyncGenerator<Buffer, void, undefined> {
		let at = offset;
		while (at < end) {
			const piece = await this.upTo(at, Math.min(this.windowBytes, end - at));
			if (piece.length === 0) throw this.source.truncated(at, end - at, what, 0);
			at += piece.length;
			yield piece;
		}
	}

	/** Gives the memory back; the window may go on being used. */
	release(): void {
		if (this.#buffer.length > 0) this.source.held(-this.#buffer.length);
		this.#buffer = Buffer.alloc(0);
		this.#filled = 0;
	}

	async #fetch(offset: number, length: number): Promise<void> {
		const end = this.#start + this.#filled;
		const follows = this.#filled > 0 && offset >= this.#start && offset <= end;
		this.#fetchBytes = follows ? Math.min(this.#fetchBytes * 2, this.windowBytes) : FIRST_FETCH_BYTES;
		const there = Math.max(this.source.size - offset, 0);
		// Memory only for what is there: a length out of a broken file must not take gigabytes.
		const wanted = Math.min(Math.max(length, this.#fetchBytes), this.windowBytes, there);
		const kept = follows ? this.#buffer.subarray(offset - this.#start, this.#filled) : undefined;
		const keptBytes = Math.min(kept?.length ?? 0, wanted);
		const target = this.#room(wanted);
		// May overlap: `set` copies as if through a copy.
		if (kept && keptBytes > 0) target.set(kept.subarray(0, keptBytes));
		this.#buffer = target;
		this.#start = offset;
		this.#filled = keptBytes;
		this.#filled += await this.source.readInto(target.subarray(keptBytes, wanted), offset + keptBytes);
	}

	/** The buffer, or a larger one: doubling, never beyond the window. */
	#room(bytes: number): Buffer {
		if (bytes <= this.#buffer.length) return this.#buffer;
		const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(bytes, 2 * this.#buffer.length), this.windowBytes));
		this.source.held(larger.length - this.#buffer.length);
		return larger;
	}
}

/** Whether what has no size has no bytes either. */
async function isEmpty(raw: RawSource): Promise<boolean> {
	return raw.read(new Uint8Array(1), 0).then(
		count => count === 0,
		() => false,
	);
}
