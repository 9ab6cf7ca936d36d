import type { ByteWindow } from '../byteSource.ts';

const MOST_TAGS_IN_A_ROW = 64;
const ID3V1_BYTES = 128;

/** Behind all ID3v2 tags at `offset`, and the zeros that pad them; `offset` itself where there are none. */
export async function skipId3(window: ByteWindow, offset: number): Promise<number> {
	let at = offset;
	for (let count = 0; count < MOST_TAGS_IN_A_ROW; count++) {
		const head = await window.upTo(at, 10);
		if (head.length < 10 || head.toString('latin1', 0, 3) !== 'ID3') break;
		const [a = 0, b = 0, c = 0, d = 0] = head.subarray(6, 10);
		if ((a | b | c | d) & 0x80) break;
		const footer = (head.readUInt8(5) & 0x10) !== 0 ? 10 : 0;
		at += 10 + ((a << 21) | (b << 14) | (c << 7) | d) + footer;
	}
	return at;
}

/** Where the sound ends: before ID3v1 and APE tags at the end of the file. */
export async function endBeforeTags(window: ByteWindow): Promise<number> {
	const { size } = window.source;
	let end = size;
	if (end >= ID3V1_BYTES && (await window.upTo(end - ID3V1_BYTES, 3)).toString('latin1') === 'TAG') end -= ID3V1_BYTES;
	if (end >= 32) {
		const foot = await window.upTo(end - 32, 32);
		if (foot.toString('latin1', 0, 8) === 'APETAGEX') {
			const hasHeader = (foot.readUInt32LE(20) & 0x8000_0000) !== 0;
			const bytes = foot.readUInt32LE(12) + (hasHeader ? 32 : 0);
			if (bytes <= end) end -= bytes;
		}
	}
	return end;
}
