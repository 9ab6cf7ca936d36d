import { runtimeErrors } from '../../internals.ts';
import type { ByteSource, ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { FitsHdu } from './fitsHdu.ts';
import { BLOCK_BYTES, readHeader } from './fitsHeader.ts';

/** An HDU: itself, its number from 0, or its EXTNAME (the first of that name, capitals or not). */
export type FitsHduChoice = FitsHdu | number | string;

/** The HDUs of one file; headers are read again each time, since thousands of them need not fit into memory. */
export class FitsHdus {
	readonly #bytes: ByteSource;
	readonly #windowBytes: number;
	readonly #maxHeaderBytes: number;
	/** Where the headers that were seen begin: from one to the next the way leads through the one before. */
	readonly #offsets: number[] = [0];

	constructor(bytes: ByteSource, windowBytes: number, maxHeaderBytes: number) {
		this.#bytes = bytes;
		this.#windowBytes = windowBytes;
		this.#maxHeaderBytes = maxHeaderBytes;
	}

	/** One after the other. Throws `truncated` behind an HDU that is cut off, `damaged`, `tooLarge`. */
	async *walk(): AsyncGenerator<FitsHdu, void, undefined> {
		const bytes = this.#bytes;
		const window = bytes.window(this.#windowBytes);
		try {
			let offset = 0;
			for (let index = 0; index === 0 || (await this.#goesOn(window, offset)); index++) {
				const hdu = await this.#at(window, index, offset);
				this.#offsets[index] = offset;
				if (index === 0 && hdu.header.get('SIMPLE') !== true)
					hdu.header.warn('SIMPLE is not T: it does not conform to FITS.');
				yield hdu;
				const dataEnd = hdu.dataOffset + hdu.dataBytes;
				if (dataEnd > bytes.size && hdu.dataBytes > 0) {
					throw bytes.truncated(hdu.dataOffset, hdu.dataBytes, `the data of HDU ${index}`);
				}
				offset = hdu.end;
			}
		} finally {
			window.release();
		}
	}

	/** Throws `invalidOption` where there is none of that number or name, and as `walk`. */
	async find(choice: FitsHduChoice): Promise<FitsHdu> {
		if (choice instanceof FitsHdu) return choice;
		const offset = typeof choice === 'number' ? this.#offsets[choice] : undefined;
		if (typeof choice === 'number' && offset !== undefined) {
			const window = this.#bytes.window(this.#windowBytes);
			try {
				return await this.#at(window, choice, offset);
			} finally {
				window.release();
			}
		}
		const wanted = typeof choice === 'string' ? choice.toUpperCase() : choice;
		let count = 0;
		for await (const hdu of this.walk()) {
			if (hdu.index === wanted || hdu.name.toUpperCase() === wanted) return hdu;
			count++;
		}
		const expected = `the EXTNAME of an HDU, or a number from 0 to ${count - 1}`;
		throw runtimeErrors.invalidOption('FitsReader', 'hdu', expected, choice);
	}

	async #at(window: ByteWindow, index: number, offset: number): Promise<FitsHdu> {
		return new FitsHdu(this.#bytes.path, index, await readHeader(window, offset, this.#maxHeaderBytes));
	}

	/** Whether an HDU begins at `offset`. What is neither one nor padding throws `damaged`: it may be the rest of the file that is lost. */
	async #goesOn(window: ByteWindow, offset: number): Promise<boolean> {
		if (offset >= this.#bytes.size) return false;
		const start = window.at(offset, BLOCK_BYTES) ?? (await window.upTo(offset, BLOCK_BYTES));
		if (/^XTENSION *=/.test(start.toString('latin1', 0, 10))) return true;
		// Tapes were written in blocks of several records, and the last one was filled.
		if (start.every(byte => byte === 0) || start.every(byte => byte === 0x20)) return false;
		throw formatErrors.damaged(
			this.#bytes.path,
			offset,
			'what follows there is no header of FITS, which begins with XTENSION =',
		);
	}
}
