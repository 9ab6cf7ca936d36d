import type { Socket } from 'node:net';
import type { RawSource } from './fileSource.ts';

/**
 * A FIFO, read by the event loop: in the thread pool a read that never ends would keep one of four threads for good. On Linux a
 * FIFO that nobody has written to yet is not at its end but waits, as a blocking read would; tried on Node 20 to 26.
 */
export class PipeSource implements RawSource {
	readonly size = undefined;
	readonly seekable = false;
	readonly #fd: number;
	#socket: Promise<Socket> | undefined;
	#rest: Uint8Array | undefined;
	#ended = false;
	#error: Error | undefined;
	#wake: (() => void) | undefined;

	constructor(fd: number) {
		this.#fd = fd;
	}

	async read(into: Uint8Array): Promise<number> {
		this.#socket ??= this.#open();
		const socket = await this.#socket;
		for (;;) {
			const bytes: Uint8Array | null = this.#rest ?? socket.read();
			if (bytes) {
				const taken = bytes.subarray(0, into.byteLength);
				into.set(taken);
				this.#rest = taken.length < bytes.length ? bytes.subarray(taken.length) : undefined;
				return taken.length;
			}
			if (this.#error) throw this.#error;
			if (this.#ended) return 0;
			await new Promise<void>(resolve => {
				this.#wake = resolve;
			});
		}
	}

	async close(): Promise<void> {
		this.#socket ??= this.#open();
		const socket = await this.#socket;
		this.#ended = true;
		if (socket.closed) return;
		await new Promise<void>(resolve => socket.once('close', () => resolve()).destroy());
	}

	/** `node:net` is loaded only here: few scripts read a pipe by its name. */
	async #open(): Promise<Socket> {
		const { Socket } = await import('node:net');
		const socket = new Socket({ fd: this.#fd, readable: true, writable: false });
		const wake = () => this.#wake?.();
		const end = () => {
			this.#ended = true;
			wake();
		};
		socket.on('readable', wake);
		socket.on('end', end);
		socket.on('close', end);
		socket.on('error', error => {
			this.#error = error;
			wake();
		});
		return socket;
	}
}
