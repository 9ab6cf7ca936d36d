import { endianness } from 'node:os';
import type { OutputFile } from '../files/outputFile.ts';
import type { GreyShape, GreyStream } from './greyStream.ts';
import { imageErrors } from './imageErrors.ts';

/** Rows between two offsets in the table; readers take memory for so many at a time. */
const STRIP_BYTES = 64 * 1024;
const SHORT = 3;
const LONG = 4;
/** Offsets are 32 bits. */
const MAX_BYTES = 2 ** 32 - 1;

/** A grey TIFF of 8 or 16 bits, not compressed: so all its offsets are known before the first row. @internal */
export class TiffStream implements GreyStream {
	readonly #output: OutputFile;

	private constructor(output: OutputFile) {
		this.#output = output;
	}

	/** Throws `tooLarge` for more than the format can hold. */
	static async begin(output: OutputFile, shape: GreyShape, path: string): Promise<TiffStream> {
		await output.write(header(shape, path));
		return new TiffStream(output);
	}

	async rows(samples: Uint8Array | Uint16Array): Promise<void> {
		await this.#output.write(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
	}

	async end(): Promise<void> {
		// The rows are the end.
	}

	discard(): void {
		// Nothing is held.
	}
}

/** Header, table of fields and table of strips, in this machine's order of bytes, which the format allows. */
function header({ width, height, bits }: GreyShape, path: string): Buffer {
	const rowBytes = (width * bits) / 8;
	const stripRows = Math.max(1, Math.floor(STRIP_BYTES / rowBytes));
	const strips = Math.ceil(height / stripRows);
	const fields: [tag: number, type: number, count: number, value: number][] = [
		[256, LONG, 1, width],
		[257, LONG, 1, height],
		[258, SHORT, 1, bits],
		[259, SHORT, 1, 1],
		[262, SHORT, 1, 1],
		[273, LONG, strips, 0],
		[277, SHORT, 1, 1],
		[278, LONG, 1, stripRows],
		[279, LONG, strips, 0],
	];
	const tables = 8 + 2 + fields.length * 12 + 4;
	const pixels = tables + (strips > 1 ? strips * 8 : 0);
	const totalBytes = pixels + rowBytes * height;
	if (totalBytes > MAX_BYTES) throw imageErrors.tooLarge(path, 'a TIFF of it', totalBytes, 'format: "png"', MAX_BYTES);
	const bytes = Buffer.alloc(pixels);
	const isLittle = endianness() === 'LE';
	const short = (at: number, value: number) =>
		isLittle ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
	const long = (at: number, value: number) =>
		isLittle ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
	bytes.write(isLittle ? 'II' : 'MM', 0, 'latin1');
	short(2, 42);
	long(4, 8);
	short(8, fields.length);
	const stripBytes = (strip: number) => rowBytes * Math.min(stripRows, height - strip * stripRows);
	for (const [index, [tag, type, count, value]] of fields.entries()) {
		const at = 10 + index * 12;
		short(at, tag);
		short(at + 2, type);
		long(at + 4, count);
		const isOffsets = tag === 273;
		if (!isOffsets && tag !== 279) {
			if (type === SHORT) short(at + 8, value);
			else long(at + 8, value);
			continue;
		}
		const entry = (strip: number) => (isOffsets ? pixels + strip * stripRows * rowBytes : stripBytes(strip));
		if (strips === 1) long(at + 8, entry(0));
		else {
			const table = tables + (isOffsets ? 0 : strips * 4);
			long(at + 8, table);
			for (let strip = 0; strip < strips; strip++) long(table + strip * 4, entry(strip));
		}
	}
	return bytes;
}
