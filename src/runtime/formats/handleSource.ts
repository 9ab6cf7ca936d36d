import type { FileHandle } from 'node:fs/promises';
import type { RawSource } from '../files/fileSource.ts';

/** A file that somebody else has opened and closes. */
export class HandleSource implements RawSource {
	readonly size: number | undefined;
	readonly seekable: boolean;
	readonly #handle: FileHandle;

	private constructor(handle: FileHandle, size: number | undefined, seekable: boolean) {
		this.#handle = handle;
		this.size = size;
		this.seekable = seekable;
	}

	static async of(handle: FileHandle): Promise<HandleSource> {
		const stats = await handle.stat();
		if (stats.isDirectory()) throw new Error('it is a directory');
		return new HandleSource(handle, stats.isFile() ? stats.size : undefined, stats.isFile() || stats.isBlockDevice());
	}

	async read(into: Uint8Array, position: number): Promise<number> {
		const { bytesRead } = await this.#handle.read(into, 0, into.byteLength, position);
		return bytesRead;
	}

	async close(): Promise<void> {
		// The owner's.
	}
}
