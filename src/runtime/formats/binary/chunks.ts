import { ChunkRing, runtimeErrors } from '../../internals.ts';
import type { ByteSource } from '../byteSource.ts';

/** Bytes of the file. */
export interface BinaryChunk {
	/** Of the first one, from the start of the file. */
	readonly offset: number;
	readonly bytes: Buffer;
}

export interface PartOptions {
	/** First byte; 0 without it. */
	start?: number;
	/** The byte after the last; the file's end without it. */
	end?: number;
}

export interface BinaryPart {
	readonly start: number;
	readonly end: number;
}

/** Throws `invalidOption`. */
export function checkedPart({ start = 0, end }: PartOptions, size: number): BinaryPart {
	if (!(Number.isSafeInteger(start) && start >= 0)) {
		throw runtimeErrors.invalidOption('BinaryReader', 'start', 'a whole number of bytes from 0 on', start);
	}
	if (end !== undefined && !(Number.isSafeInteger(end) && end >= start)) {
		throw runtimeErrors.invalidOption('BinaryReader', 'end', `a whole number of bytes from start (${start}) on`, end);
	}
	return { start, end: end ?? Math.max(size, start) };
}

/** The part, piece by piece; each fits exactly `chunkBytes` but the last. Throws `truncated` where the file ends before the part. */
export async function* chunksOf(
	source: ByteSource,
	{ start, end }: BinaryPart,
	chunkBytes: number,
	reuse: boolean,
): AsyncGenerator<BinaryChunk, void, undefined> {
	const ring = new ChunkRing(reuse);
	let heldBytes = 0;
	try {
		for (let offset = start; offset < end; ) {
			// Memory only for what is there.
			const bytes = Math.min(chunkBytes, end - offset, source.size - offset);
			if (bytes <= 0) throw source.truncated(offset, end - offset);
			const chunk = ring.take(bytes, chunkBytes);
			if (bytes > heldBytes) {
				source.held(bytes - heldBytes);
				heldBytes = bytes;
			}
			await source.readExactly(chunk, offset);
			yield { offset, bytes: chunk };
			offset += bytes;
			ring.giveBack(chunk);
		}
	} finally {
		source.held(-heldBytes);
	}
}
