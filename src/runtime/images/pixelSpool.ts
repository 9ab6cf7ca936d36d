import { type FileHandle, open, statfs } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { makeFolder, removeFolder, unlessAborted } from '../internals.ts';
import { fromSharp, imageErrors } from './imageErrors.ts';
import type { InspectedImage } from './imageInfo.ts';
import { bandShape, type PixelRows, type RowBand } from './pixelRows.ts';
import { type Depth, depthNumbered, samplesIn } from './pixelTypes.ts';
import { type DecodeBounds, decoder, unshifted, withSharp } from './sharpLibrary.ts';

/** libvips' own format: this header, the rows, a tail of text. */
const HEADER_BYTES = 64;
const MAGIC = 0x08f2a6b6;
/** How soon rows that are not written yet are looked for again, ms. */
const FIRST_LOOK_MS = 1;
const SLOWEST_LOOK_MS = 16;
/** Left on the disk for others. */
const RESERVED_BYTES = 64 * 1024 * 1024;

/**
 * An image decoded to a file of plain rows, so that one larger than memory can be worked on. The rows are read while the file grows:
 * decoding, in a thread of libvips, and the reader's own work go on side by side.
 *
 * @internal
 */
export class PixelSpool implements PixelRows {
	readonly heldBytes = 0;
	readonly width: number;
	readonly height: number;
	readonly channels: number;
	readonly depth: Depth;
	readonly #path: string;
	readonly #file: string;
	readonly #folder: string;
	readonly #growth: Growth;
	readonly #isShifted: boolean;
	#released: Promise<void> | undefined;

	private constructor(path: string, folder: string, file: string, growth: Growth, header: Header, isShifted: boolean) {
		this.#path = path;
		this.#folder = folder;
		this.#file = file;
		this.#growth = growth;
		this.width = header.width;
		this.height = header.height;
		this.channels = header.channels;
		this.depth = isShifted ? 'short' : header.depth;
		this.#isShifted = isShifted;
	}

	/** Begins; settles when the first rows can be asked for. `parent`: where the file lies until `release`. */
	static async start(
		{ info, page }: InspectedImage,
		bounds: DecodeBounds,
		parent: string,
		signal: AbortSignal | undefined,
	): Promise<PixelSpool> {
		const { path, decodedBytes } = info;
		await checkSpace(path, parent, decodedBytes);
		const folder = makeFolder(parent);
		const file = join(folder, 'rows.v');
		const growth = new Growth(
			withSharp(sharp => decoder(sharp, path, { ...bounds, page }, false).toFile(file)).catch((error: unknown) => {
				throw fromSharp(path, error);
			}),
		);
		try {
			const header = await unlessAborted(readHeader(path, file, growth), signal);
			return new PixelSpool(path, folder, file, growth, header, bounds.isShifted);
		} catch (error) {
			// What is being written goes when it is written: a decoder cannot be called back.
			void growth.ended.then(() => removeFolder(folder));
			throw error;
		}
	}

	async *bands(signal: AbortSignal | undefined): AsyncGenerator<RowBand, void, undefined> {
		const { width, height, channels, depth } = this;
		const { rows: most, rowBytes } = bandShape(this.#path, width, channels, depth);
		const buffer = Buffer.allocUnsafeSlow(most * rowBytes);
		const handle = await open(this.#file);
		try {
			for (let y = 0; y < height; y += most) {
				const rows = Math.min(most, height - y);
				const bytes = buffer.subarray(0, rows * rowBytes);
				await unlessAborted(this.#growth.fill(handle, bytes, HEADER_BYTES + y * rowBytes), signal);
				if (this.#isShifted) unshifted(bytes);
				yield { y, rows, width, channels, data: samplesIn(depth, bytes) };
			}
			// The last rows may stand there although the decoder has something to say against them.
			await unlessAborted(this.#growth.written, signal);
		} finally {
			await handle.close();
		}
	}

	/** Removes the file; waits until it is not written any more. */
	release(): Promise<void> {
		this.#released ??= this.#growth.ended.then(() => removeFolder(this.#folder));
		return this.#released;
	}
}

/** A file that somebody else writes from its beginning to its end. */
class Growth {
	readonly written: Promise<unknown>;
	/** As `written`, and never rejects. */
	readonly ended: Promise<void>;
	#over = false;

	constructor(written: Promise<unknown>) {
		this.written = written;
		const over = () => {
			this.#over = true;
		};
		this.ended = written.then(over, over);
	}

	/** Fills `into` once the bytes are there. Rejects as the writing does. */
	async fill(handle: FileHandle, into: Buffer, offset: number): Promise<void> {
		let filled = 0;
		let waitMs = FIRST_LOOK_MS;
		while (filled < into.length) {
			// Asked before reading: what was written last is not to be missed.
			const last = this.#over;
			const { bytesRead } = await handle.read(into, filled, into.length - filled, offset + filled);
			filled += bytesRead;
			if (filled === into.length) return;
			if (last) {
				await this.written;
				throw new Error('the decoder wrote fewer rows than it named');
			}
			if (bytesRead === 0) {
				await Promise.race([this.ended, new Promise(resolve => setTimeout(resolve, waitMs))]);
				waitMs = Math.min(waitMs * 2, SLOWEST_LOOK_MS);
			}
		}
	}
}

interface Header {
	readonly width: number;
	readonly height: number;
	readonly channels: number;
	readonly depth: Depth;
}

async function readHeader(path: string, file: string, growth: Growth): Promise<Header> {
	const bytes = Buffer.alloc(HEADER_BYTES);
	const handle = await created(file, growth);
	try {
		await growth.fill(handle, bytes, 0);
	} finally {
		await handle.close();
	}
	const isLittle = endianness() === 'LE';
	const field = (at: number) => (isLittle ? bytes.readInt32LE(at) : bytes.readInt32BE(at));
	const depth = depthNumbered(field(20));
	if (field(0) !== MAGIC) throw imageErrors.unsupported(path, 'libvips wrote its rows in a way that is not known here');
	if (!depth) throw imageErrors.unsupported(path, 'its samples are no real numbers');
	return { width: field(4), height: field(8), channels: field(12), depth };
}

async function created(file: string, growth: Growth): Promise<FileHandle> {
	let over = false;
	void growth.ended.then(() => {
		over = true;
	});
	for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(waitMs * 2, SLOWEST_LOOK_MS)) {
		const last = over;
		try {
			return await open(file);
		} catch (error) {
			if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
			if (last) {
				await growth.written;
				throw error;
			}
		}
		await Promise.race([growth.ended, new Promise(resolve => setTimeout(resolve, waitMs))]);
	}
}

async function checkSpace(path: string, folder: string, bytes: number): Promise<void> {
	const found = await statfs(folder).catch(() => undefined);
	if (!found) return;
	const freeBytes = found.bavail * found.bsize;
	if (freeBytes < bytes + RESERVED_BYTES) throw imageErrors.noDiskSpace(path, folder, bytes, freeBytes);
}
