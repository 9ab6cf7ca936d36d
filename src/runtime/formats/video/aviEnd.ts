import { type ByteSource, ByteWindow } from '../byteSource.ts';

const WINDOW_BYTES = 64 * 1024;
/** Each holds about 1 GB. */
const MOST_PARTS = 10_000;

/** Where the parts of an AVI file say that it ends; `undefined` where they say nothing that can be. */
export async function aviEnd(source: ByteSource): Promise<number | undefined> {
	const window = new ByteWindow(source, WINDOW_BYTES);
	try {
		let at = 0;
		for (let part = 0; part < MOST_PARTS; part++) {
			const head = await window.upTo(at, 12);
			if (head.length < 12 || head.toString('latin1', 0, 4) !== 'RIFF') break;
			const bytes = head.readUInt32LE(4);
			// Written when a recording ends: 0 where it never did.
			if (bytes < 4) return undefined;
			if (at + 8 + bytes > source.size) return at + 8 + bytes;
			at += 8 + bytes + (bytes % 2);
		}
		return at === 0 ? undefined : at;
	} finally {
		window.release();
	}
}
