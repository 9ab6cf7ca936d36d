import { collectUnlessDeferred, MemoryManagerError, messageOf } from '../../internals.ts';
import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { startDecoder, type WasmCodec, type WasmDecoder } from './wasmDecoders.ts';

/** Bytes of a compressed file in memory; each fetch gives the event loop its turn. */
export const INPUT_WINDOW_BYTES = 128 * 1024;

/**
 * Decoded bytes after which the young generation is collected. The libraries put every packet into arrays of its own and copy them once
 * more; V8 knows them by a few bytes each and lets 64 MB of them lie. A minor collection takes about a millisecond.
 */
const COLLECT_BYTES = 2 * 1024 * 1024;

/** A decoder at work on one file: what it says is told with the place, what it gives is checked for its shape. */
export class Decoding {
	readonly #source: ByteSource;
	readonly #decoder: WasmDecoder;
	readonly #channels: number;
	#freed = false;
	#uncollectedBytes = 0;

	private constructor(source: ByteSource, decoder: WasmDecoder, channels: number) {
		this.#source = source;
		this.#decoder = decoder;
		this.#channels = channels;
	}

	static async start(source: ByteSource, codec: WasmCodec, channels: number): Promise<Decoding> {
		return new Decoding(source, await startDecoder(codec), channels);
	}

	/** Samples of each channel out of the piece at `offset`. Throws `damaged` where the decoder finds fault with it. */
	async decode(bytes: Uint8Array, offset: number): Promise<{ channels: readonly Float32Array[]; samples: number }> {
		const { path } = this.#source;
		const decoded = await this.#decoder.decode(bytes).catch((error: unknown) => {
			if (error instanceof MemoryManagerError) throw error;
			throw formatErrors.damaged(path, offset, `its decoder gave up (${messageOf(error)})`, error);
		});
		const [fault] = decoded.errors;
		if (fault) throw formatErrors.damaged(path, offset, `its decoder says "${fault.message.trim()}"`);
		// Decoders of two channels give the only one twice.
		const channels = decoded.channelData.slice(0, this.#channels);
		const samples = channels[0]?.length ?? 0;
		if (samples > 0 && channels.length < this.#channels) {
			throw formatErrors.damaged(
				path,
				offset,
				`its sound has ${channels.length} channels there, not ${this.#channels}`,
			);
		}
		this.#collect(samples * channels.length * Float32Array.BYTES_PER_ELEMENT);
		return { channels, samples };
	}

	#collect(bytes: number): void {
		this.#uncollectedBytes += bytes;
		if (this.#uncollectedBytes < COLLECT_BYTES) return;
		this.#uncollectedBytes = 0;
		try {
			collectUnlessDeferred('minor');
		} catch {
			// Where V8 offers none, its own collections come later.
		}
	}

	/** May be called again. A decoder that failed may fail at this, too: its memory goes with it. */
	free(): void {
		if (this.#freed) return;
		this.#freed = true;
		try {
			this.#decoder.free();
		} catch {
			// What it kept is in its own WebAssembly memory, which nobody holds any more.
		}
	}
}
