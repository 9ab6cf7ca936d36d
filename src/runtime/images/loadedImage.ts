/// <reference lib="esnext.disposable" preserve="true" />
import type { Site } from '../../protocol/entries.ts';
import { registerAt, runtimeErrors, type StreamTrack } from '../internals.ts';
import type { ImageInfo } from './imageInfo.ts';
import type { PixelArray, PixelType } from './pixelTypes.ts';

interface Loaded {
	readonly info: ImageInfo;
	readonly data: PixelArray;
	readonly width: number;
	readonly height: number;
	readonly channels: number;
	readonly dtype: PixelType;
	readonly scale: number;
	readonly scaleReason: string | undefined;
}

/**
 * Decoded pixels in memory, made by `ImageLoader.load`. They lie outside of V8's heap; `releaseOriginal()` or `dispose()` lets them go at
 * once instead of at some collection, as do `memoryManagement` and `forceComprehensiveCleanup`.
 */
export class LoadedImage implements Disposable {
	/** What the file said, of the image in full size. */
	readonly info: ImageInfo;
	/** Pixels of `data`. */
	readonly width: number;
	readonly height: number;
	readonly channels: number;
	readonly dtype: PixelType;
	/** `width` as a share of the file's: 1, or less where it was made smaller. */
	readonly scale: number;
	/** Why it was made smaller, one sentence. */
	readonly scaleReason: string | undefined;
	readonly #track: StreamTrack;
	readonly #unregister: () => void;
	#data: PixelArray | undefined;

	/** @internal */
	constructor(loaded: Loaded, track: StreamTrack, site: Site | undefined) {
		this.info = loaded.info;
		this.width = loaded.width;
		this.height = loaded.height;
		this.channels = loaded.channels;
		this.dtype = loaded.dtype;
		this.scale = loaded.scale;
		this.scaleReason = loaded.scaleReason;
		this.#data = loaded.data;
		this.#track = track;
		track.holds(loaded.data.byteLength);
		this.#unregister = registerAt(site, this, image => image.dispose(), {
			name: track.record.name,
			bytesOf: image => image.bytes,
		});
	}

	/** `width` × `height` × `channels` samples, row by row, pixel by pixel. Throws `disposed` once they were let go. */
	get data(): PixelArray {
		if (!this.#data) throw runtimeErrors.disposed(`The pixels of "${this.#track.record.name}"`);
		return this.#data;
	}

	/** Held now: 0 once the pixels were let go. */
	get bytes(): number {
		return this.#data?.byteLength ?? 0;
	}

	/** Lets the pixels go; what is known of the image stays. May be called again. */
	releaseOriginal(): void {
		if (!this.#data) return;
		this.#data = undefined;
		this.#unregister();
		this.#track.holds(0);
		this.#track.closed();
	}

	dispose(): void {
		this.releaseOriginal();
	}

	[Symbol.dispose](): void {
		this.releaseOriginal();
	}
}
