import { unlessAborted } from '../internals.ts';
import { imageErrors } from './imageErrors.ts';
import { bytesPerSample, type Depth, type PixelArray, samplesIn } from './pixelTypes.ts';

/** Bytes of rows that are handed out at a time. */
const BAND_BYTES = 2 * 1024 * 1024;
/** A single row that takes more is refused: it would be held several times over. */
const MAX_ROW_BYTES = 64 * 1024 * 1024;

/** Neighbouring rows of an image, all of their width. */
export interface RowBand {
	/** Of the first row, from 0 at the top. */
	readonly y: number;
	readonly rows: number;
	readonly width: number;
	readonly channels: number;
	/** `rows` × `width` × `channels` samples, pixel by pixel. Valid until the next band is asked for. */
	readonly data: PixelArray;
}

/** Decoded pixels, wherever they lie; may be read several times, also at the same time. @internal */
export interface PixelRows {
	readonly width: number;
	readonly height: number;
	/** Transparency is not among them. */
	readonly channels: number;
	readonly depth: Depth;
	/** In memory, between readings. */
	readonly heldBytes: number;
	/** From top to bottom. Fails where decoding does. */
	bands(signal: AbortSignal | undefined): AsyncGenerator<RowBand, void, undefined>;
	release(): Promise<void>;
}

/** How many rows make a band, and what a row takes. @internal */
export function bandShape(
	path: string,
	width: number,
	channels: number,
	depth: Depth,
): { rows: number; rowBytes: number } {
	const rowBytes = width * channels * bytesPerSample(depth);
	if (rowBytes > MAX_ROW_BYTES) throw imageErrors.unsupported(path, `one of its rows takes ${rowBytes} bytes`);
	return { rows: Math.max(1, Math.floor(BAND_BYTES / rowBytes)), rowBytes };
}

/** Pixels in memory. @internal */
export class PixelsInMemory implements PixelRows {
	readonly width: number;
	readonly height: number;
	readonly channels: number;
	readonly depth: Depth;
	readonly #path: string;
	#bytes: Uint8Array;

	constructor(path: string, bytes: Uint8Array, shape: Pick<PixelRows, 'width' | 'height' | 'channels' | 'depth'>) {
		this.#path = path;
		this.#bytes = bytes;
		this.width = shape.width;
		this.height = shape.height;
		this.channels = shape.channels;
		this.depth = shape.depth;
	}

	get heldBytes(): number {
		return this.#bytes.byteLength;
	}

	/** All samples. */
	get samples(): PixelArray {
		return samplesIn(this.depth, this.#bytes);
	}

	async *bands(signal: AbortSignal | undefined): AsyncGenerator<RowBand, void, undefined> {
		const { width, height, channels, depth } = this;
		const { rows: most, rowBytes } = bandShape(this.#path, width, channels, depth);
		const bytes = this.#bytes;
		for (let y = 0; y < height; y += most) {
			const rows = Math.min(most, height - y);
			const data = samplesIn(depth, bytes.subarray(y * rowBytes, (y + rows) * rowBytes));
			yield { y, rows, width, channels, data };
			// Between bands the loop of events has its turn, as it has where they come from a file.
			await unlessAborted(new Promise(resolve => setImmediate(resolve)), signal);
		}
	}

	async release(): Promise<void> {
		this.#bytes = new Uint8Array(0);
	}
}
