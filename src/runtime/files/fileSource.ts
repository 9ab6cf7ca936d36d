import { type BigIntStats, close, constants, fstat, open, read } from 'node:fs';
import { promisify } from 'node:util';
import { PipeSource } from './pipeSource.ts';

/** How long a device that has nothing at the moment (`EAGAIN`) is left alone, ms. */
const RETRY_MS = 10;

/** What bytes are read from. Reads of a source with positions may run side by side, others must not. */
export interface RawSource {
	/** Bytes, when it was opened; `undefined` for what has no size: a pipe, a device, a file of `/proc`. */
	readonly size: number | undefined;
	/** Whether `position` counts; otherwise bytes come in their order, once. */
	readonly seekable: boolean;
	/** Bytes read; 0 at the end. */
	read(into: Uint8Array, position: number): Promise<number>;
	/** Lets the descriptor go, once no read is under way. */
	close(): Promise<void>;
}

const openAsync = promisify(open);
const fstatAsync = promisify(fstat) as (fd: number, options: { bigint: true }) => Promise<BigIntStats>;

/** Throws what the system says. A pipe without a writer opens at once: a plain `open` would hold a thread until one comes. */
export async function openSource(path: string): Promise<RawSource> {
	const fd = await openAsync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
	try {
		const stats = await fstatAsync(fd, { bigint: true });
		if (stats.isDirectory()) throw Object.assign(new Error('EISDIR: it is a directory'), { code: 'EISDIR' });
		if (stats.isFIFO() && process.platform !== 'win32') return new PipeSource(fd);
		const size = stats.isFile() && stats.size > 0n ? Number(stats.size) : undefined;
		return new FileSource(fd, size, stats.isFile() || stats.isBlockDevice());
	} catch (error) {
		close(fd, () => undefined);
		throw error;
	}
}

/** Descriptors of readers that were dropped half-way, without `return()`. */
const dropped = new FinalizationRegistry<number>(fd => close(fd, () => undefined));

/** A descriptor read by Node's thread pool; with callbacks, which cost less than `FileHandle`. */
export class FileSource implements RawSource {
	readonly size: number | undefined;
	readonly seekable: boolean;
	readonly #fd: number;
	#reading = 0;
	#closed: Promise<void> | undefined;
	#idle: (() => void) | undefined;

	constructor(fd: number, size: number | undefined, seekable: boolean) {
		this.#fd = fd;
		this.size = size;
		this.seekable = seekable;
		dropped.register(this, fd, this);
	}

	read(into: Uint8Array, position: number): Promise<number> {
		this.#reading++;
		return new Promise((resolve, reject) => {
			const settle = (error: NodeJS.ErrnoException | null, bytes: number) => {
				if (error?.code === 'EAGAIN' && !this.#closed) {
					setTimeout(start, RETRY_MS);
					return;
				}
				this.#reading--;
				if (error) reject(error);
				else resolve(bytes);
				if (this.#reading === 0) this.#idle?.();
			};
			const start = () => read(this.#fd, into, 0, into.byteLength, this.seekable ? position : null, settle);
			start();
		});
	}

	/** The size now, bytes. */
	async currentSize(): Promise<number> {
		return Number((await fstatAsync(this.#fd, { bigint: true })).size);
	}

	close(): Promise<void> {
		this.#closed ??= this.#close();
		return this.#closed;
	}

	/** Not before the last read is over: the number may be another file's the moment it is free. */
	async #close(): Promise<void> {
		dropped.unregister(this);
		if (this.#reading > 0) {
			await new Promise<void>(resolve => {
				this.#idle = resolve;
			});
		}
		await new Promise<void>((resolve, reject) => close(this.#fd, error => (error ? reject(error) : resolve())));
	}
}
