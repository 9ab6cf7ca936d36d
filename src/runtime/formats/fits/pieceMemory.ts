import { ChunkRing } from '../../internals.ts';

/** Memory larger than this is for one piece only. */
const MOST_KEPT_BYTES = 16 * 1024 * 1024;
const LEAST_BYTES = 64 * 1024;

/** The memory of pieces, for all that is read from one file: what one image took, the next table uses again. */
export class PieceMemory {
	readonly #ring = new ChunkRing(true);

	/** `keep`: the piece is its holder's, and does not come back. */
	take(bytes: number, keep = false): Buffer {
		if (keep || bytes > MOST_KEPT_BYTES) return Buffer.allocUnsafeSlow(bytes);
		// Powers of two, so that memory of one purpose fits the next; pages that nobody touches cost nothing.
		const size = Math.max(2 ** Math.ceil(Math.log2(Math.max(bytes, 1))), LEAST_BYTES);
		return this.#ring.take(size, MOST_KEPT_BYTES).subarray(0, bytes);
	}

	/** Detaches the piece: see `ChunkRing`. */
	giveBack(memory: Buffer): void {
		if (memory.buffer.byteLength <= MOST_KEPT_BYTES) this.#ring.giveBack(memory);
	}
}
