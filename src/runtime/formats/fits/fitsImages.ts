import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { type Box, bandCount, product, runs, split } from './fitsBoxes.ts';
import type { FitsHdu } from './fitsHdu.ts';
import type { FitsHeader } from './fitsHeader.ts';
import type { PieceSettings } from './fitsOptions.ts';
import { convert, type FitsPixels, type PixelPlan, planPixels, type Scaling, storedOffset } from './fitsPixels.ts';
import type { PieceMemory } from './pieceMemory.ts';

/** A part of an image: all pixels from `start` on, `shape` of them; the slowest axis first. */
export interface FitsBand {
	readonly start: readonly number[];
	readonly shape: readonly number[];
	/** Row by row, the fastest axis (NAXIS1) last. */
	readonly data: FitsPixels;
}

/** What gives the pixels of a box: an image as it lies in the file, or its tiles. */
export interface PixelSource {
	/** The smallest box that can be read without reading more. */
	readonly grain: readonly number[];
	readonly plan: PixelPlan;
	/** `memory` has room for the pixels to give. */
	read(box: Box, memory: Buffer): Promise<FitsPixels>;
	release(): void;
}

/** Runs of pixels from this length on are read straight to where they belong. */
const DIRECT_BYTES = 64 * 1024;

export function imageScaling(header: FitsHeader, blankKeyword = 'BLANK'): Scaling {
	const blank = header.get(blankKeyword) ?? header.get('BLANK');
	return {
		scale: header.number('BSCALE') ?? 1,
		zero: header.number('BZERO') ?? 0,
		blank: typeof blank === 'bigint' || Number.isInteger(blank) ? (blank as number | bigint) : undefined,
	};
}

/** Pixels of an image as it lies in the file. */
export class PlainPixels implements PixelSource {
	readonly grain: readonly number[];
	readonly plan: PixelPlan;
	readonly #source: ByteSource;
	readonly #hdu: FitsHdu;
	readonly #windowBytes: number;
	#window: ReturnType<ByteSource['window']> | undefined;

	constructor(source: ByteSource, hdu: FitsHdu, settings: PieceSettings, windowBytes: number) {
		this.#source = source;
		this.#hdu = hdu;
		this.#windowBytes = windowBytes;
		this.grain = hdu.shape.map(() => 1);
		this.plan = planPixels(hdu.bitpix, imageScaling(hdu.header), settings.values);
	}

	async read(box: Box, memory: Buffer): Promise<FitsPixels> {
		const { shape, dataOffset } = this.#hdu;
		const elements = product(box.count);
		const elementBytes = this.plan.stored.BYTES_PER_ELEMENT;
		const { length, starts } = runs(shape, box);
		const runBytes = length * elementBytes;
		let at = storedOffset(this.plan, elements);
		for (const start of starts()) {
			const offset = dataOffset + start * elementBytes;
			const into = memory.subarray(at, at + runBytes);
			if (runBytes >= DIRECT_BYTES) await this.#source.readExactly(into, offset, 'the pixels');
			else {
				this.#window ??= this.#source.window(this.#windowBytes);
				const bytes = this.#window.at(offset, runBytes) ?? (await this.#window.bytes(offset, runBytes, 'the pixels'));
				into.set(bytes);
			}
			at += runBytes;
		}
		return convert(memory, elements, this.plan);
	}

	release(): void {
		this.#window?.release();
	}
}

/** Cuts `whole` into bands and reads one after the other. `rows`: see `FitsBandOptions`. */
export async function* readBands(
	source: ByteSource,
	pixels: PixelSource,
	whole: Box,
	settings: PieceSettings,
	rows: number | undefined,
	maxItemBytes: number,
	memories: PieceMemory,
): AsyncGenerator<FitsBand, void, undefined> {
	if (whole.count.length === 0) return;
	const elementBytes = pixels.plan.given.BYTES_PER_ELEMENT;
	const { grain } = pixels;
	const size =
		rows === undefined
			? bandCount(whole.count, grain, Math.floor(settings.maxBytes / elementBytes))
			: rowCount(whole.count, grain, rows);
	const most = product(size) * elementBytes;
	// More than was asked for only where a tile, or the number of rows, wants it.
	if (most > Math.max(settings.maxBytes, maxItemBytes)) {
		throw formatErrors.tooLarge(source.path, 'a band, which is at least a tile', most, 'maxItemBytes', maxItemBytes);
	}
	let held = 0;
	try {
		for (const box of split(whole, size, grain)) {
			const bytes = product(box.count) * elementBytes;
			const memory = memories.take(bytes, !settings.reuse);
			if (bytes > held) {
				source.held(bytes - held);
				held = bytes;
			}
			const data = await pixels.read(box, memory);
			yield { start: box.start, shape: box.count, data };
			if (settings.reuse) memories.giveBack(memory);
		}
	} finally {
		source.held(-held);
		pixels.release();
	}
}

function rowCount(count: readonly number[], grain: readonly number[], rows: number): number[] {
	const last = count.length - 1;
	return count.map((all, axis) => {
		const step = grain[axis] ?? 1;
		if (axis === last) return all;
		return Math.min(all, axis === last - 1 ? Math.ceil(rows / step) * step : step);
	});
}

/** One section, in memory of its own. */
export async function readSection(
	source: ByteSource,
	pixels: PixelSource,
	box: Box,
	maxBytes: number,
): Promise<FitsBand> {
	const bytes = (box.count.length === 0 ? 0 : product(box.count)) * pixels.plan.given.BYTES_PER_ELEMENT;
	if (bytes > maxBytes) throw formatErrors.tooLarge(source.path, 'the section', bytes, 'maxBytes', maxBytes);
	try {
		if (bytes === 0) return { start: box.start, shape: box.count, data: new pixels.plan.given(0) };
		source.held(bytes);
		const data = await pixels.read(box, Buffer.allocUnsafeSlow(bytes));
		return { start: box.start, shape: box.count, data };
	} finally {
		source.held(-bytes);
		pixels.release();
	}
}
