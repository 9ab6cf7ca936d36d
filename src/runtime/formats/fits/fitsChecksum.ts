import type { ByteSource } from '../byteSource.ts';
import type { FitsHdu } from './fitsHdu.ts';

export type FitsChecksumState = 'valid' | 'invalid' | 'absent';

/** What the checksums of an HDU say. */
export interface FitsVerification {
	readonly hdu: FitsHdu;
	/** DATASUM against the data. */
	readonly data: FitsChecksumState;
	/** CHECKSUM against header and data together. */
	readonly whole: FitsChecksumState;
}

/** Sums of 32-bit words with the carry added again are sums modulo this (FITS standard 4.0, appendix J). */
const MODULUS = 2 ** 32 - 1;

/** Reads the whole HDU, within the window. Throws `truncated` where its data are not all there. */
export async function verifyHdu(source: ByteSource, hdu: FitsHdu, windowBytes: number): Promise<FitsVerification> {
	const { header, dataOffset, dataBytes } = hdu;
	if (dataOffset + dataBytes > source.size)
		throw source.truncated(dataOffset, dataBytes, `the data of HDU ${hdu.index}`);
	const datasum = Number(header.get('DATASUM') ?? Number.NaN);
	const checksum = header.text('CHECKSUM');
	if (Number.isNaN(datasum) && checksum === undefined) return { hdu, data: 'absent', whole: 'absent' };
	const headerSum = await sumOf(source, header.offset, dataOffset, windowBytes);
	const dataSum = await sumOf(source, dataOffset, Math.min(hdu.end, source.size), windowBytes);
	const state = (valid: boolean): FitsChecksumState => (valid ? 'valid' : 'invalid');
	return {
		hdu,
		data: Number.isNaN(datasum) ? 'absent' : state(datasum % MODULUS === dataSum),
		// The text is made so that everything together adds up to -0, which is 0 here. An empty one means that none was made.
		whole: checksum === undefined || checksum === '' ? 'absent' : state((headerSum + dataSum) % MODULUS === 0),
	};
}

async function sumOf(source: ByteSource, from: number, to: number, windowBytes: number): Promise<number> {
	const window = source.window(windowBytes);
	let sum = 0;
	/** Where in its word the next byte stands: pieces need not end with a word. */
	let place = 0;
	try {
		for await (const piece of window.pieces(from, to)) {
			const weighed = [0, 0, 0, 0];
			for (let byte = 0; byte < 4; byte++) {
				let part = 0;
				for (let i = (byte - place + 4) % 4; i < piece.length; i += 4) part += piece[i] ?? 0;
				weighed[byte] = part;
			}
			const [a = 0, b = 0, c = 0, d = 0] = weighed;
			sum = (sum + a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) % MODULUS;
			place = (place + piece.length) % 4;
		}
		return sum;
	} finally {
		window.release();
	}
}
