import { checkPressure } from '../monitor/sharedMonitor.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { ChunkRing } from './chunkRing.ts';
import { FileError, fileErrors } from './fileErrors.ts';
import type { FileSettings, Sizer } from './fileOptions.ts';
import { openSource, type RawSource } from './fileSource.ts';
import type { StreamTrack } from './streamTrack.ts';
import { within } from './within.ts';

/** Buffers below this are not worth making smaller for a small file. */
const LEAST_BUFFER = 64 * 1024;
/** A consumer that takes less than this gains nothing from a chunk read ahead: waking the other thread costs as much. */
const BUSY_MS = 0.05;

/**
 * The chunks of a file. One is read ahead while a busy consumer works on another, so at most two are in memory. Who takes `give` gives each
 * chunk back itself; otherwise that happens when the next one is asked for.
 */
export async function* chunkStream(
	settings: FileSettings,
	track: StreamTrack,
	ring = new ChunkRing(settings.reuse),
	keeps = false,
): AsyncGenerator<Buffer, void, undefined> {
	settings.signal?.throwIfAborted();
	const source = await opened(settings);
	track.opened(source.size);
	const reader = new ChunkReader(source, settings, ring);
	try {
		await reader.skipToStart();
		let busy = false;
		for (let chunk = await reader.take(); chunk.length > 0; chunk = await reader.take()) {
			track.chunk(chunk.length, reader.chunkBytes);
			checkPressure();
			const handedOver = monotonicMs();
			if (busy) reader.readAhead();
			yield chunk;
			busy = monotonicMs() - handedOver > BUSY_MS;
			if (!keeps) ring.giveBack(chunk);
		}
	} catch (error) {
		track.failed();
		throw error;
	} finally {
		await reader.close();
		track.closed();
	}
}

/** Opens within the bounds; a file that opens after we have given up is closed again. */
export async function opened({ path, timeoutMs, signal }: FileSettings): Promise<RawSource> {
	const opening = openSource(path).catch((error: unknown) => {
		throw fileErrors.fileUnreadable(path, 0, error);
	});
	const source = await within(opening, { timeoutMs, signal }, () =>
		fileErrors.chunkTimeout(path, 0, timeoutMs ?? 0),
	).catch((error: unknown) => {
		void opening.then(late => late.close()).catch(() => undefined);
		throw error;
	});
	return source;
}

class ChunkReader {
	readonly #source: RawSource;
	readonly #settings: FileSettings;
	readonly #ring: ChunkRing;
	readonly #sizer: Sizer;
	#position: number;
	#ahead: Promise<Buffer> | undefined;
	/** Given up on: the system call may never end, so nobody waits for it. */
	#abandoned = false;
	chunkBytes = 0;

	constructor(source: RawSource, settings: FileSettings, ring: ChunkRing) {
		this.#source = source;
		this.#settings = settings;
		this.#ring = ring;
		this.#sizer = settings.sizer();
		this.#position = settings.start;
	}

	/** What cannot seek is read up to the start. */
	async skipToStart(): Promise<void> {
		const { start } = this.#settings;
		if (this.#source.seekable) return;
		for (this.#position = 0; this.#position < start; ) {
			const skipped = await this.#read(Math.min(LEAST_BUFFER, start - this.#position));
			if (skipped.length === 0) break;
			this.#ring.giveBack(skipped);
		}
	}

	readAhead(): void {
		this.#ahead = this.#next();
		// It is told where the chunk is asked for; until then nobody looks at it.
		this.#ahead.catch(() => undefined);
	}

	/** The next chunk; empty at the end. */
	take(): Promise<Buffer> {
		const chunk = this.#ahead ?? this.#next();
		this.#ahead = undefined;
		return chunk;
	}

	async close(): Promise<void> {
		await this.#ahead?.catch(() => undefined);
		const closing = this.#source.close();
		if (this.#abandoned) closing.catch(() => undefined);
		else await closing;
	}

	async #next(): Promise<Buffer> {
		this.chunkBytes = this.#sizer.bytes;
		const left = this.#settings.end - this.#position;
		if (left <= 0) return Buffer.alloc(0);
		const began = monotonicMs();
		const chunk = await this.#read(Math.min(this.chunkBytes, left, this.#bufferLimit()));
		this.#sizer.record(chunk.length, monotonicMs() - began);
		return chunk;
	}

	/** A file of known size needs no buffer much larger than what is left of it. It may have grown: then there is more. */
	#bufferLimit(): number {
		if (this.#source.size === undefined) return Number.POSITIVE_INFINITY;
		return Math.max(this.#source.size - this.#position, LEAST_BUFFER);
	}

	async #read(bytes: number): Promise<Buffer> {
		const { path, timeoutMs, signal } = this.#settings;
		const buffer = this.#ring.take(bytes, Math.max(this.chunkBytes, LEAST_BUFFER));
		const offset = this.#position;
		try {
			const reading = this.#source.read(buffer, offset);
			const count = await within(reading, { timeoutMs, signal }, () =>
				fileErrors.chunkTimeout(path, offset, timeoutMs ?? 0),
			);
			this.#position += count;
			return buffer.subarray(0, count);
		} catch (error) {
			if (signal?.aborted && error === signal.reason) this.#abandoned = true;
			else if (error instanceof FileError) this.#abandoned = true;
			else throw fileErrors.fileUnreadable(path, offset, error);
			throw error;
		}
	}
}
