import { runtimeErrors } from '../../internals.ts';
import type { ByteSource } from '../byteSource.ts';
import type { Requests } from './hdf5Protocol.ts';
import { type HostSettings, LibraryThread, MOST_AHEAD_BYTES } from './libraryThread.ts';

type Name = keyof Requests;

/**
 * Keeps the thread with the HDF5 library: started when it is first needed, replaced when failures of the library have left too much behind
 * in it, given back with `close`: it ends, with all its memory, unless another file is opened within a second.
 */
export class Hdf5Host {
	readonly #source: ByteSource;
	readonly #settings: HostSettings;
	#thread: LibraryThread | undefined;
	#closed = false;

	constructor(source: ByteSource, settings: HostSettings) {
		this.#source = source;
		this.#settings = settings;
	}

	/** The first piece of what is asked for. */
	async ask<N extends Name>(name: N, argument: Requests[N][0]): Promise<Requests[N][1]> {
		for await (const piece of this.stream(name, argument, MOST_AHEAD_BYTES)) return piece;
		throw new Error('The thread gave nothing.');
	}

	/** `pieceBytes`: about what one takes; large ones are not made ahead. `reuse`: the memory of a piece is used again for a later one. */
	async *stream<N extends Name>(
		name: N,
		argument: Requests[N][0],
		pieceBytes = 1,
		reuse = false,
	): AsyncGenerator<Requests[N][1], void, undefined> {
		if (this.#closed) throw runtimeErrors.disposed('The HDF5 reader');
		if (this.#thread?.spent) this.#thread = undefined;
		this.#thread ??= new LibraryThread(this.#source, this.#settings);
		yield* this.#thread.stream(name, argument, pieceBytes, reuse);
	}

	async close(): Promise<void> {
		this.#closed = true;
		await this.#thread?.leave();
	}
}
