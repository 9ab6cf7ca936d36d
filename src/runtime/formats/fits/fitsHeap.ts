import type { ByteSource, ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { type FitsColumn, storedBytes } from './fitsColumns.ts';
import type { FitsHdu } from './fitsHdu.ts';

/** An array of its own length: how many elements, and where in the file. */
export interface HeapArray {
	readonly elements: number;
	readonly offset: number;
	readonly bytes: number;
}

/** The arrays behind the rows of a table. */
export class FitsHeap {
	readonly #source: ByteSource;
	readonly #window: ByteWindow;
	readonly #start: number;
	readonly #end: number;
	readonly #maxItemBytes: number;

	/** Throws `damaged` for a heap that begins outside of the table's data. */
	constructor(source: ByteSource, hdu: FitsHdu, windowBytes: number, maxItemBytes: number) {
		this.#source = source;
		this.#window = source.window(windowBytes);
		this.#maxItemBytes = maxItemBytes;
		const mainBytes = hdu.rowBytes * hdu.rows;
		const theap = hdu.header.number('THEAP') ?? mainBytes;
		this.#end = hdu.dataOffset + hdu.dataBytes;
		this.#start = hdu.dataOffset + theap;
		if (!Number.isSafeInteger(theap) || theap < mainBytes || theap > hdu.dataBytes) {
			throw formatErrors.damaged(source.path, hdu.header.offset, `THEAP is ${theap}, outside of the table's data`);
		}
	}

	/** Reads a descriptor at `at` of a row's bytes. Throws `damaged` for an array that leaves the heap, `tooLarge` beyond `maxItemBytes`. */
	array(column: FitsColumn, row: Buffer, at: number, rowOffset: number): HeapArray {
		if (column.bytes === 0) return { elements: 0, offset: this.#start, bytes: 0 };
		const wide = column.descriptorBytes === 16;
		const elements = wide ? Number(row.readBigInt64BE(at)) : row.readInt32BE(at);
		const from = wide ? Number(row.readBigInt64BE(at + 8)) : row.readInt32BE(at + 4);
		if (elements === 0) return { elements: 0, offset: this.#start, bytes: 0 };
		const bytes = storedBytes(column.type, elements);
		const offset = this.#start + from;
		if (elements < 0 || from < 0 || !Number.isSafeInteger(offset + bytes) || offset + bytes > this.#end) {
			throw formatErrors.damaged(
				this.#source.path,
				rowOffset + at,
				`an array of ${elements} elements at byte ${from} of the heap leaves it`,
			);
		}
		if (bytes > this.#maxItemBytes) {
			throw formatErrors.tooLarge(
				this.#source.path,
				'an array in the heap',
				bytes,
				'maxItemBytes',
				this.#maxItemBytes,
				offset,
			);
		}
		if (offset + bytes > this.#source.size) throw this.#source.truncated(offset, bytes, 'an array in the heap');
		return { elements, offset, bytes };
	}

	/** Its bytes, valid until the next call where they are short, otherwise in memory of their own. */
	async bytes({ offset, bytes }: HeapArray): Promise<Buffer> {
		if (bytes <= this.#window.windowBytes) {
			return this.#window.at(offset, bytes) ?? (await this.#window.bytes(offset, bytes, 'an array in the heap'));
		}
		const own = Buffer.allocUnsafeSlow(bytes);
		await this.#source.readExactly(own, offset, 'an array in the heap');
		return own;
	}

	release(): void {
		this.#window.release();
	}
}
