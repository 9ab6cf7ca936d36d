import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import { messageOf } from '../../internals.ts';
import { formatErrors } from '../formatErrors.ts';
import { type Dequantization, dequantize } from './dither.ts';
import type { FitsColumn } from './fitsColumns.ts';
import type { FitsHdu } from './fitsHdu.ts';
import { type FitsPixels, planPixels, toNative } from './fitsPixels.ts';
import type { TileWay } from './fitsTiles.ts';
import { plioDecode } from './plio.ts';
import { leastRiceBytes, type RicePixelBytes, riceDecode } from './rice.ts';

type Compression = 'RICE_1' | 'GZIP_1' | 'GZIP_2' | 'PLIO_1' | 'NOCOMPRESS';
const COMPRESSIONS: Readonly<Record<string, Compression>> = {
	RICE_1: 'RICE_1',
	RICE_ONE: 'RICE_1',
	GZIP_1: 'GZIP_1',
	GZIP_2: 'GZIP_2',
	PLIO_1: 'PLIO_1',
	NOCOMPRESS: 'NOCOMPRESS',
};
const NOT_SCALED = { scale: 1, zero: 0, blank: undefined };
const MOST_BLOCK_PIXELS = 65_536;
/** Tiles of more pixels are unpacked by another thread: this one would stand still too long. For smaller ones that costs more than it saves. */
const MOST_PIXELS_AT_ONCE = 256 * 1024;
const gunzipAsync = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip);

/** How a quantized tile becomes floating-point numbers again. */
type Quantization = Pick<Dequantization, 'scale' | 'zero' | 'blank' | 'tile'>;

/** Makes the numbers of a tile out of its bytes. Keeps the memory of one tile of whole numbers and one of given ones. */
export class TileDecoder {
	readonly #path: string;
	readonly #hdu: FitsHdu;
	readonly #compression: Compression;
	readonly #method: Dequantization['method'];
	readonly #seed: number;
	readonly #ricePixelBytes: RicePixelBytes;
	readonly #riceBlockPixels: number;
	#whole = new Int32Array(0);
	#real: Float32Array | Float64Array = new Float32Array(0);

	constructor(path: string, hdu: FitsHdu) {
		this.#path = path;
		this.#hdu = hdu;
		const { header } = hdu;
		const name = header.text('ZCMPTYPE')?.toUpperCase() ?? '';
		const compression = Object.hasOwn(COMPRESSIONS, name) ? COMPRESSIONS[name] : undefined;
		if (!compression) {
			throw this.#unsupported(`its tiles are compressed by ${name === '' ? 'an unnamed method' : name}`);
		}
		if (hdu.bitpix === 64) throw this.#unsupported('its tiles are of 64-bit integers');
		this.#compression = compression;
		const method = (header.text('ZQUANTIZ') ?? 'NO_DITHER').toUpperCase();
		if (method === 'SUBTRACTIVE_DITHER_1' || method === 'SUBTRACTIVE_DITHER_2') this.#method = method;
		else if (method === 'NO_DITHER' || method === 'NONE') this.#method = 'NO_DITHER';
		else throw this.#unsupported(`its numbers are quantized by ${method}`);
		this.#seed = header.number('ZDITHER0') ?? 1;
		const pixelBytes = this.#parameter('BYTEPIX') ?? 4;
		this.#riceBlockPixels = this.#parameter('BLOCKSIZE') ?? 32;
		if (pixelBytes !== 1 && pixelBytes !== 2 && pixelBytes !== 4) throw this.#unsupported(`BYTEPIX is ${pixelBytes}`);
		if (!(this.#riceBlockPixels >= 1 && this.#riceBlockPixels <= MOST_BLOCK_PIXELS)) {
			throw this.#damaged(header.offset, `BLOCKSIZE is ${this.#riceBlockPixels}`);
		}
		this.#ricePixelBytes = pixelBytes;
		if (!this.#column('COMPRESSED_DATA')) throw this.#damaged(header.offset, 'there is no column COMPRESSED_DATA');
	}

	/** ZSCALE, ZZERO and ZBLANK of the tile at `row`, from its columns or the header; `undefined` for a tile that is not quantized. */
	facts(row: Buffer, index: number, offset: number): Quantization | undefined {
		if (this.#hdu.bitpix > 0) return undefined;
		const scale = this.#fact('ZSCALE', row, offset);
		const zero = this.#fact('ZZERO', row, offset);
		if (scale === undefined || zero === undefined) return undefined;
		return { scale, zero, blank: this.#fact('ZBLANK', row, offset), tile: index };
	}

	/** The columns a tile may lie in, the first that is not empty counts. */
	*ways(quantization: Quantization | undefined): Generator<TileWay, void, undefined> {
		const compressed = this.#column('COMPRESSED_DATA');
		if (compressed) {
			yield [compressed, (bytes, pixels, offset) => this.#decode(bytes, pixels, offset, quantization)];
		}
		// Tiles that could not be quantized, lossless.
		const zipped = this.#column('GZIP_COMPRESSED_DATA');
		if (zipped)
			yield [
				zipped,
				async (bytes, pixels, offset) => this.#plain(await this.#unzip(bytes, pixels, offset), pixels, offset),
			];
		const plain = this.#column('UNCOMPRESSED_DATA');
		if (plain) yield [plain, async (bytes, pixels, offset) => this.#plain(Buffer.from(bytes), pixels, offset)];
	}

	async #decode(
		bytes: Buffer,
		pixels: number,
		offset: number,
		quantization: Quantization | undefined,
	): Promise<FitsPixels> {
		if (this.#hdu.bitpix > 0) return this.#wholeNumbers(bytes, pixels, offset);
		if (quantization) {
			const whole = await this.#wholeNumbers(bytes, pixels, offset);
			if (whole instanceof Int32Array) return this.#dequantized(whole, pixels, quantization);
			throw this.#damaged(offset, 'a quantized tile is not of 32-bit integers');
		}
		if (this.#compression === 'GZIP_1' || this.#compression === 'GZIP_2') {
			return this.#plain(await this.#unzip(bytes, pixels, offset, this.#compression === 'GZIP_2'), pixels, offset);
		}
		if (this.#compression === 'NOCOMPRESS') return this.#plain(Buffer.from(bytes), pixels, offset);
		throw this.#damaged(
			offset,
			`a tile of floating-point numbers by ${this.#compression} has neither ZSCALE nor ZZERO`,
		);
	}

	#dequantized(whole: Int32Array, pixels: number, quantization: Quantization): FitsPixels {
		if (this.#real.length < pixels)
			this.#real = this.#hdu.bitpix === -64 ? new Float64Array(pixels) : new Float32Array(pixels);
		const real = this.#real.subarray(0, pixels);
		dequantize(whole, pixels, real, { ...quantization, method: this.#method, seed: this.#seed });
		return real;
	}

	async #wholeNumbers(bytes: Buffer, pixels: number, offset: number): Promise<FitsPixels> {
		switch (this.#compression) {
			case 'RICE_1': {
				const short = bytes.length < leastRiceBytes(pixels, this.#ricePixelBytes, this.#riceBlockPixels);
				if (short) throw this.#damaged(offset, 'the bytes of a tile end too early');
				const out = this.#room(pixels);
				if (!riceDecode(bytes, out, pixels, this.#ricePixelBytes, this.#riceBlockPixels)) {
					throw this.#damaged(offset, 'the bytes of a tile end too early');
				}
				return out;
			}
			case 'PLIO_1': {
				// Memory of its own: the words have to be aligned, and the window's bytes stay as they are.
				const own = Buffer.from(new Uint8Array(bytes).buffer, 0, bytes.length & ~1);
				toNative(own, 2);
				const out = this.#room(pixels);
				if (!plioDecode(new Int16Array(own.buffer, 0, own.length >> 1), out, pixels)) {
					throw this.#damaged(offset, 'the run lengths of a tile make no sense');
				}
				return out;
			}
			case 'NOCOMPRESS':
				return this.#plain(Buffer.from(bytes), pixels, offset);
			default: {
				const unzipped = await this.#unzip(bytes, pixels, offset, this.#compression === 'GZIP_2');
				const bits = (unzipped.length / pixels) * 8;
				return this.#plain(unzipped, pixels, offset, bits);
			}
		}
	}

	/** Bytes by gzip; at most 8 for each pixel. `shuffled`: the first bytes of all pixels, then the second ones … */
	async #unzip(bytes: Buffer, pixels: number, offset: number, shuffled = false): Promise<Buffer> {
		let unzipped: Buffer;
		try {
			const bounds = { maxOutputLength: pixels * 8 };
			unzipped = pixels > MOST_PIXELS_AT_ONCE ? await gunzipAsync(bytes, bounds) : gunzipSync(bytes, bounds);
		} catch (error) {
			throw this.#damaged(offset, `a tile cannot be unpacked (${messageOf(error)})`, error);
		}
		if (!shuffled) return unzipped;
		const elementBytes = unzipped.length / pixels;
		const ordered = Buffer.allocUnsafeSlow(unzipped.length);
		for (let byte = 0; byte < elementBytes; byte++) {
			for (let i = 0, at = byte * pixels; i < pixels; i++) ordered[i * elementBytes + byte] = unzipped[at + i] ?? 0;
		}
		return ordered;
	}

	/** Numbers as they would stand in an image that is not compressed; `bytes` are the caller's to change. */
	#plain(bytes: Buffer, pixels: number, offset: number, bits: number = this.#hdu.bitpix): FitsPixels {
		const bitpix = bits === this.#hdu.bitpix ? bits : [8, 16, 32].includes(bits) ? bits : undefined;
		if (bitpix === undefined || bytes.length !== (pixels * Math.abs(bitpix)) / 8) {
			throw this.#damaged(offset, `a tile of ${pixels} pixels has ${bytes.length} bytes`);
		}
		const elementBytes = Math.abs(bitpix) / 8;
		const aligned = bytes.byteOffset % elementBytes === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
		toNative(aligned, elementBytes);
		const { stored } = planPixels(bitpix as 8 | 16 | 32 | -32 | -64, NOT_SCALED, 'raw');
		return new stored(aligned.buffer as ArrayBuffer, aligned.byteOffset, pixels);
	}

	#room(pixels: number): Int32Array {
		if (this.#whole.length < pixels) this.#whole = new Int32Array(pixels);
		return this.#whole.subarray(0, pixels);
	}

	#column(name: string): FitsColumn | undefined {
		return this.#hdu.columns.find(column => column.name === name && column.variable);
	}

	#fact(name: string, row: Buffer, offset: number): number | undefined {
		const column = this.#hdu.columns.find(candidate => candidate.name === name && !candidate.variable);
		if (!column || column.bytes === 0) return this.#hdu.header.number(name);
		switch (column.type) {
			case 'D':
				return row.readDoubleBE(column.offset);
			case 'E':
				return row.readFloatBE(column.offset);
			case 'J':
				return row.readInt32BE(column.offset);
			case 'I':
				return row.readInt16BE(column.offset);
			default:
				throw this.#damaged(offset, `the column ${name} is of type ${column.type}`);
		}
	}

	/** ZNAMEn and ZVALn. */
	#parameter(name: string): number | undefined {
		const { header } = this.#hdu;
		for (let i = 1; header.has(`ZNAME${i}`); i++)
			if (header.text(`ZNAME${i}`) === name) return header.number(`ZVAL${i}`);
		return undefined;
	}

	#unsupported(what: string): Error {
		const known = 'RICE_1, GZIP_1, GZIP_2, PLIO_1 and NOCOMPRESS are read here';
		return formatErrors.unsupported(
			this.#path,
			`HDU ${this.#hdu.index} is a compressed image, and ${what}, which is not read here.`,
			`${known}; funpack makes a plain image of it.`,
			this.#hdu.header.offset,
		);
	}

	#damaged(offset: number, problem: string, cause?: unknown): Error {
		return formatErrors.damaged(this.#path, offset, `in HDU ${this.#hdu.index}, ${problem}`, cause);
	}
}
