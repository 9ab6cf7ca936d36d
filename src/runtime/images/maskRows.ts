import { imageErrors } from './imageErrors.ts';
import type { PixelRows, RowBand } from './pixelRows.ts';
import { maskSpans, type RegionRows, type Spans } from './regionRows.ts';

interface Place {
	readonly path: string;
	readonly region: string;
	readonly width: number;
	readonly height: number;
	readonly inside: 'nonzero' | 'zero';
}

/** One byte per pixel, in memory. Throws `invalidInput` where it is of another size. @internal */
export function maskInMemory(mask: Uint8Array, { path, region, width, height, inside }: Place): RegionRows {
	if (mask.length !== width * height) {
		throw imageErrors.maskSize(path, region, `${mask.length} pixels`, `${width} × ${height}`);
	}
	return {
		row: (y, spans) => maskSpans(mask, { start: y * width, width, channels: 1 }, inside, spans),
	};
}

/** A mask that is an image as large as the image itself: its rows come band by band, beside those of the image. @internal */
export class MaskFile implements RegionRows {
	readonly #rows: PixelRows;
	readonly #bands: AsyncGenerator<RowBand, void, undefined>;
	readonly #inside: 'nonzero' | 'zero';
	/** As many as reach over one band of the image. */
	#held: { readonly y: number; readonly end: number; readonly mask: Uint8Array } | undefined;
	#band: RowBand | undefined;

	constructor(rows: PixelRows, { path, region, width, height, inside }: Place, signal: AbortSignal | undefined) {
		if (rows.width !== width || rows.height !== height) {
			throw imageErrors.maskSize(path, region, `${rows.width} × ${rows.height}`, `${width} × ${height}`);
		}
		this.#rows = rows;
		this.#bands = rows.bands(signal);
		this.#inside = inside;
	}

	get heldBytes(): number {
		return this.#rows.heldBytes;
	}

	/** Bands of mask and image are of different heights: what lies over the image's band is gathered, one byte per pixel. */
	async prepare(y: number, end: number): Promise<void> {
		const { width, channels } = this.#rows;
		const mask = new Uint8Array((end - y) * width);
		for (let at = y; at < end; ) {
			if (!this.#band || at >= this.#band.y + this.#band.rows) {
				const { value } = await this.#bands.next();
				if (!value) break;
				this.#band = value;
			}
			const last = Math.min(end, this.#band.y + this.#band.rows);
			const { data } = this.#band;
			const first = (at - this.#band.y) * width * channels;
			const pixels = (last - at) * width;
			for (let i = 0, from = first, to = (at - y) * width; i < pixels; i++, from += channels) {
				mask[to + i] = data[from] === 0 ? 0 : 1;
			}
			at = last;
		}
		this.#held = { y, end, mask };
	}

	row(y: number, spans: Spans): void {
		if (!this.#held) return;
		const { width } = this.#rows;
		const row = { start: (y - this.#held.y) * width, width, channels: 1 };
		maskSpans(this.#held.mask, row, this.#inside, spans);
	}

	async close(): Promise<void> {
		await this.#bands.return(undefined);
		await this.#rows.release();
	}
}
