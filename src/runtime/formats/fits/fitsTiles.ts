import type { ByteSource, ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { type Box, product, split } from './fitsBoxes.ts';
import type { FitsColumn } from './fitsColumns.ts';
import type { FitsHdu } from './fitsHdu.ts';
import { FitsHeap } from './fitsHeap.ts';
import { imageScaling, type PixelSource } from './fitsImages.ts';
import type { FitsLimits, PieceSettings } from './fitsOptions.ts';
import { type FitsPixels, type PixelPlan, planPixels, scaleInto } from './fitsPixels.ts';
import { TileDecoder } from './tileDecoder.ts';

/** Pixels of an image whose tiles are the rows of a table (FITS standard 4.0, section 10). One tile is in memory at a time. */
export class TiledPixels implements PixelSource {
	readonly grain: readonly number[];
	readonly plan: PixelPlan;
	readonly #source: ByteSource;
	readonly #hdu: FitsHdu;
	readonly #heap: FitsHeap;
	readonly #rows: ByteWindow;
	readonly #decoder: TileDecoder;
	/** Of tiles on each axis. */
	readonly #grid: readonly number[];

	/** Throws `unsupported` with the name of a compression that is not read here, `damaged` where the header contradicts itself. */
	constructor(source: ByteSource, hdu: FitsHdu, settings: PieceSettings, windowBytes: number, limits: FitsLimits) {
		this.#source = source;
		this.#hdu = hdu;
		const { header, shape } = hdu;
		const damaged = (problem: string) => formatErrors.damaged(source.path, header.offset, problem);
		const axes = shape.length;
		this.grain = shape.map((all, axis) => {
			const number = axes - axis;
			// Without ZTILEn a tile is one row.
			const tile = header.number(`ZTILE${number}`) ?? (number === 1 ? all : 1);
			if (!Number.isSafeInteger(tile) || tile < 1) throw damaged(`ZTILE${number} is ${tile}`);
			return Math.max(Math.min(tile, all), 1);
		});
		this.#grid = shape.map((all, axis) => Math.ceil(all / (this.grain[axis] ?? 1)));
		const tiles = axes === 0 ? 0 : product(this.#grid);
		if (tiles > hdu.rows) throw damaged(`its table has ${hdu.rows} rows for ${tiles} tiles`);
		const tileBytes = product(this.grain) * 8;
		if (tileBytes > limits.maxItemBytes) {
			throw formatErrors.tooLarge(source.path, 'a tile of the image', tileBytes, 'maxItemBytes', limits.maxItemBytes);
		}
		this.#decoder = new TileDecoder(source.path, hdu);
		this.plan = planPixels(hdu.bitpix, imageScaling(header, 'ZBLANK'), settings.values);
		this.#heap = new FitsHeap(source, hdu, windowBytes, limits.maxItemBytes);
		this.#rows = source.window(Math.max(windowBytes, hdu.rowBytes));
	}

	async read(box: Box, memory: Buffer): Promise<FitsPixels> {
		const out = new this.plan.given(memory.buffer as ArrayBuffer, memory.byteOffset, product(box.count));
		const { grain } = this;
		for (const part of split(box, grain, grain)) {
			const index = part.start.map((from, axis) => Math.floor(from / (grain[axis] ?? 1)));
			const start = index.map((at, axis) => at * (grain[axis] ?? 1));
			const count = start.map((from, axis) => Math.min(grain[axis] ?? 1, (this.#hdu.shape[axis] ?? 0) - from));
			const row = index.reduce((all, at, axis) => all * (this.#grid[axis] ?? 1) + at, 0);
			const pixels = await this.#tile(row, product(count));
			copyBox(pixels, { start, count }, out, box, part, this.plan);
		}
		return out;
	}

	release(): void {
		this.#rows.release();
		this.#heap.release();
	}

	/** Stored numbers of a tile; valid until the next. */
	async #tile(row: number, pixels: number): Promise<FitsPixels> {
		const { dataOffset, rowBytes } = this.#hdu;
		const offset = dataOffset + row * rowBytes;
		const bytes = this.#rows.at(offset, rowBytes) ?? (await this.#rows.bytes(offset, rowBytes, 'the table of tiles'));
		// What it says of the row is taken before the heap is read.
		const tile = this.#decoder.facts(bytes, row, offset);
		for (const [column, decode] of this.#decoder.ways(tile)) {
			const array = this.#heap.array(column, bytes, column.offset, offset);
			if (array.elements === 0) continue;
			return decode(await this.#heap.bytes(array), pixels, array.offset);
		}
		throw formatErrors.damaged(this.#source.path, offset, `tile ${row} has no data`);
	}
}

export type TileWay = readonly [FitsColumn, (bytes: Buffer, pixels: number, offset: number) => Promise<FitsPixels>];

/** Copies `part`, which lies in `tile` and in `box`, row by row. */
function copyBox(from: FitsPixels, tile: Box, into: FitsPixels, box: Box, part: Box, plan: PixelPlan): void {
	const last = part.count.length - 1;
	const length = part.count[last] ?? 1;
	const rows = product(part.count.slice(0, last));
	const at = [...part.start];
	for (let row = 0; row < rows; row++) {
		const source = indexIn(tile, at);
		copyRun(from.subarray(source, source + length), into, indexIn(box, at), plan);
		for (let axis = last - 1; axis >= 0; axis--) {
			at[axis] = (at[axis] ?? 0) + 1;
			if ((at[axis] ?? 0) < (part.start[axis] ?? 0) + (part.count[axis] ?? 0)) break;
			at[axis] = part.start[axis] ?? 0;
		}
	}
}

function indexIn(box: Box, at: readonly number[]): number {
	return at.reduce((all, index, axis) => all * (box.count[axis] ?? 1) + index - (box.start[axis] ?? 0), 0);
}

function copyRun(from: FitsPixels, into: FitsPixels, start: number, { way, scaling }: PixelPlan): void {
	if (way === 'scale') scaleInto(into as Float32Array, from, scaling, start);
	else if (way === 'same') into.set(from as never, start);
	else for (let i = 0; i < from.length; i++) into[start + i] = (from[i] as number) + scaling.zero;
}
