import { once } from 'node:events';
import { createDeflate, type Deflate } from 'node:zlib';
import type { OutputFile } from '../files/outputFile.ts';
import type { GreyShape, GreyStream } from './greyStream.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** The filter that stores how a row differs from the one above. */
const UP = 2;
/** Half as long as the default for files a few percent larger. */
const LEVEL = 3;

/** A grey PNG of 8 or 16 bits, written row by row: holds one row and what zlib holds. @internal */
export class PngStream implements GreyStream {
	readonly #output: OutputFile;
	readonly #deflate: Deflate;
	readonly #pump: Promise<void>;
	#above: Buffer;

	private constructor(output: OutputFile, rowBytes: number) {
		this.#output = output;
		this.#above = Buffer.alloc(rowBytes);
		this.#deflate = createDeflate({ level: LEVEL });
		this.#pump = this.#write();
		// Told where the rows are given, or at the end.
		this.#pump.catch(() => this.#deflate.destroy());
	}

	static async begin(output: OutputFile, { width, height, bits }: GreyShape): Promise<PngStream> {
		const header = Buffer.alloc(13);
		header.writeUInt32BE(width, 0);
		header.writeUInt32BE(height, 4);
		header[8] = bits;
		await output.write(SIGNATURE);
		await output.write(chunk('IHDR', header));
		return new PngStream(output, (width * bits) / 8);
	}

	async rows(samples: Uint8Array | Uint16Array): Promise<void> {
		const bytes = Buffer.from(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
		if (samples instanceof Uint16Array && LITTLE) bytes.swap16();
		const rowBytes = this.#above.length;
		const rows = bytes.length / rowBytes;
		const filtered = Buffer.allocUnsafeSlow(rows * (rowBytes + 1));
		for (let row = 0, to = 0; row < rows; row++) {
			filtered[to++] = UP;
			const from = row * rowBytes;
			const [before, shift] = row === 0 ? [this.#above, 0] : [bytes, from - rowBytes];
			for (let i = 0; i < rowBytes; i++) {
				filtered[to++] = (bytes[from + i] as number) - (before[shift + i] as number);
			}
		}
		this.#above = Buffer.from(bytes.subarray(bytes.length - rowBytes));
		if (!this.#deflate.write(filtered)) await Promise.race([once(this.#deflate, 'drain'), this.#pump]);
	}

	async end(): Promise<void> {
		this.#deflate.end();
		await this.#pump;
		await this.#output.write(chunk('IEND', Buffer.alloc(0)));
	}

	discard(): void {
		this.#deflate.destroy();
	}

	async #write(): Promise<void> {
		for await (const bytes of this.#deflate) await this.#output.write(chunk('IDAT', bytes as Buffer));
	}
}

const LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function chunk(type: string, data: Buffer): Buffer {
	const bytes = Buffer.alloc(12 + data.length);
	bytes.writeUInt32BE(data.length, 0);
	bytes.write(type, 4, 'latin1');
	data.copy(bytes, 8);
	bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
	return bytes;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
	let crc = byte;
	for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
	return crc;
});

/** `node:zlib` has it from Node 20.15 and 22.2 on only. */
function crc32(bytes: Uint8Array): number {
	let crc = 0xffffffff;
	for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
	return (crc ^ 0xffffffff) >>> 0;
}
