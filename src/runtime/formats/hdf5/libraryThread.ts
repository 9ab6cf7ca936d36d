import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { checkPressure, fileErrors, MemoryManagerError, peerUrl, runtimeErrors, within } from '../../internals.ts';
import type { ByteSource } from '../byteSource.ts';
import type { ReaderSettings } from '../formatReader.ts';
import { hdf5Error } from './hdf5Errors.ts';
import {
	COUNTERS,
	type FromThread,
	MEMORY_BYTES,
	READ_BYTES,
	READS,
	type Requests,
	type ThreadData,
	type ToThread,
} from './hdf5Protocol.ts';
import { giveThreadBack, takeThread } from './spareThread.ts';

/** Pieces that are made ahead, as long as they are small. */
const CREDITS = 3;
export const MOST_AHEAD_BYTES = 16 * 1024 * 1024;
/** A broken file can lead the library round in circles. It is given up when it has neither answered nor read for so many looks at it. */
const LOOK_MS = 1_000;
const MOST_IDLE_LOOKS = 20;
/** Closing a file takes no time, unless the library is busy with what nobody waits for any more. */
const CLOSE_MS = 500;

export interface HostSettings extends ReaderSettings {
	readonly otherFiles: boolean;
	readonly maxMemoryBytes: number;
}

type Name = keyof Requests;

/** One thing asked for, on the side of the asker. */
interface Stream {
	readonly pieces: Requests[Name][1][];
	done: boolean;
	error: unknown;
	wake: (() => void) | undefined;
}

/** A thread with the HDF5 library, as long as one reader has it. */
export class LibraryThread {
	readonly #source: ByteSource;
	readonly #settings: HostSettings;
	readonly #worker: Worker;
	readonly #counters = new BigInt64Array(new SharedArrayBuffer(COUNTERS * BigInt64Array.BYTES_PER_ELEMENT));
	readonly #streams = new Map<number, Stream>();
	#nextId = 0;
	#spent = false;
	#readBytes = 0;
	#heldBytes = 0;
	#queuedBytes = 0;
	#messages = 0n;
	#watch: NodeJS.Timeout | undefined;
	#ended: Promise<unknown> | undefined;
	#closed: ((reusable: boolean) => void) | undefined;
	readonly #data: ThreadData = {
		libraryUrl: peerUrl('h5wasm/node', 'reading HDF5'),
		pluginFolder: pluginFolder(),
	};

	constructor(source: ByteSource, settings: HostSettings) {
		this.#source = source;
		this.#settings = settings;
		const { otherFiles, maxMemoryBytes } = settings;
		this.#worker = takeThread(this.#data);
		this.#worker.unref();
		this.#worker.on('message', (message: FromThread) => this.#receive(message));
		this.#worker.on('error', error => this.#fail(broken(error.message, error)));
		this.#worker.on('exit', () => this.#fail(broken('its thread ended')));
		const { path, handle } = settings;
		const counters = this.#counters.buffer as SharedArrayBuffer;
		this.#post({ type: 'open', file: { path, fd: handle?.fd, otherFiles, maxMemoryBytes, counters } });
		settings.signal?.addEventListener('abort', this.#abort, { once: true });
	}

	/** The library has failed in it: whatever is asked for next goes to another. */
	get spent(): boolean {
		return this.#spent;
	}

	readonly #abort = () => void this.end();

	async *stream<N extends Name>(
		name: N,
		argument: Requests[N][0],
		pieceBytes: number,
		reuse: boolean,
	): AsyncGenerator<Requests[N][1], void, undefined> {
		const settings = this.#settings;
		const id = this.#nextId++;
		const stream: Stream = { pieces: [], done: false, error: undefined, wake: undefined };
		this.#streams.set(id, stream);
		this.#busy();
		const credits = Math.min(Math.max(Math.floor(MOST_AHEAD_BYTES / pieceBytes), 1), CREDITS);
		try {
			this.#post({ type: 'begin', id, name, argument } as ToThread);
			for (let i = 0; i < credits; i++) this.#post({ type: 'next', id });
			for (;;) {
				if (stream.pieces.length === 0 && !stream.done) {
					const arrival = new Promise<void>(resolve => {
						stream.wake = resolve;
					});
					const late = () => {
						void this.end();
						return fileErrors.chunkTimeout(settings.path, 0, settings.timeoutMs ?? 0);
					};
					await within(arrival, { signal: settings.signal, timeoutMs: settings.timeoutMs }, late);
				}
				if (stream.pieces.length === 0) {
					if (stream.error !== undefined) throw stream.error;
					return;
				}
				const piece = stream.pieces.shift();
				this.#hold(-bytesOf(piece));
				yield piece;
				if (stream.done) continue;
				const spare = reuse ? memoryOf(piece) : undefined;
				this.#post({ type: 'next', id, ...(spare && { spare }) }, spare);
			}
		} finally {
			this.#streams.delete(id);
			for (const piece of stream.pieces) this.#hold(-bytesOf(piece));
			if (!stream.done) this.#post({ type: 'end', id });
			if (this.#streams.size === 0) this.#rest();
		}
	}

	/** Whoever waits is told that the reader was closed, unless the reason is known already. */
	end(): Promise<unknown> {
		this.#ended ??= this.#end();
		return this.#ended;
	}

	/** Closes the file and gives the thread back, unless something is under way in it. */
	leave(): Promise<unknown> {
		this.#ended ??= this.#spent || this.#streams.size > 0 ? this.#end() : this.#leave();
		return this.#ended;
	}

	async #leave(): Promise<void> {
		this.#spent = true;
		this.#worker.ref();
		let timer: NodeJS.Timeout | undefined;
		const reusable = await new Promise<boolean>(resolve => {
			this.#closed = resolve;
			timer = setTimeout(resolve, CLOSE_MS, false);
			this.#post({ type: 'close' });
		});
		clearTimeout(timer);
		await this.#end(reusable);
	}

	async #end(reusable = false): Promise<void> {
		this.#spent = true;
		this.#settings.signal?.removeEventListener('abort', this.#abort);
		if (reusable) await giveThreadBack(this.#worker, this.#data);
		else await this.#worker.terminate();
		this.#count();
		this.#fail(runtimeErrors.disposed('The HDF5 reader'));
		this.#source.held(-this.#heldBytes);
		this.#heldBytes = 0;
	}

	#post(message: ToThread, transfer?: ArrayBuffer): void {
		this.#worker.postMessage(message, transfer ? [transfer] : []);
	}

	#receive(message: FromThread): void {
		this.#messages++;
		this.#count();
		if (message.type === 'broken') {
			this.#fail(broken(message.message));
			void this.end();
			return;
		}
		if (message.type === 'closed') {
			this.#closed?.(message.reusable);
			return;
		}
		const stream = this.#streams.get(message.id);
		if (message.type === 'failed') {
			this.#spent ||= message.spent;
			if (stream) stream.error = hdf5Error(this.#settings, message.failure);
		}
		if (!stream) return;
		if (message.type === 'piece') {
			stream.pieces.push(message.piece);
			this.#hold(bytesOf(message.piece));
		} else {
			stream.done = true;
		}
		stream.wake?.();
	}

	#fail(error: Error): void {
		this.#spent = true;
		this.#closed?.(false);
		for (const stream of this.#streams.values()) {
			if (stream.done) continue;
			stream.error ??= error;
			stream.done = true;
			stream.wake?.();
		}
	}

	/** As long as something is asked for, the process waits for the thread, and somebody looks after it. */
	#busy(): void {
		this.#worker.ref();
		let idleLooks = 0;
		let last = -1n;
		this.#watch ??= setInterval(() => {
			const reads = Atomics.load(this.#counters, READS);
			const reading = reads % 2n === 1n;
			const waiting = [...this.#streams.values()].some(stream => !stream.done && stream.pieces.length === 0);
			const doings = reads + this.#messages;
			idleLooks = waiting && !reading && doings === last ? idleLooks + 1 : 0;
			last = doings;
			this.#count();
			if (idleLooks < MOST_IDLE_LOOKS) return;
			this.#fail(hdf5Error(this.#settings, { kind: 'library', message: 'reading it does not come to an end' }));
			void this.end();
		}, LOOK_MS).unref();
	}

	#rest(): void {
		clearInterval(this.#watch);
		this.#watch = undefined;
		this.#worker.unref();
		if (this.#spent) void this.end();
	}

	/** What the thread has read and holds, for reports. */
	#count(): void {
		const read = Number(Atomics.load(this.#counters, READ_BYTES));
		const source = this.#source;
		if (read > this.#readBytes) {
			source.track.chunk(read - this.#readBytes, read - this.#readBytes);
			this.#readBytes = read;
			checkPressure();
		}
		const held = Number(Atomics.load(this.#counters, MEMORY_BYTES)) + this.#queuedBytes;
		if (held === this.#heldBytes || this.#ended) return;
		source.held(held - this.#heldBytes);
		this.#heldBytes = held;
	}

	#hold(bytes: number): void {
		this.#queuedBytes += bytes;
		this.#count();
	}
}

/** Of an array of numbers. */
function memoryOf(piece: Requests[Name][1]): ArrayBuffer | undefined {
	return piece && 'data' in piece && ArrayBuffer.isView(piece.data) ? (piece.data.buffer as ArrayBuffer) : undefined;
}

const bytesOf = (piece: Requests[Name][1]): number => memoryOf(piece)?.byteLength ?? 0;

function broken(why: string, cause?: unknown): MemoryManagerError {
	return new MemoryManagerError(
		'missingPackage',
		`The package "h5wasm" is needed for reading HDF5 and does not work: ${why}`,
		{ cause },
	);
}

function pluginFolder(): string | undefined {
	let folder: string;
	try {
		folder = dirname(fileURLToPath(peerUrl('h5wasm-plugins', 'reading compressed HDF5')));
	} catch {
		// Not installed, as mostly.
		return undefined;
	}
	for (let i = 0; i < 3; i++, folder = dirname(folder)) {
		const plugins = join(folder, 'plugins');
		if (existsSync(plugins)) return plugins;
	}
	return undefined;
}
