/** Sums that formats of sound protect their pieces by: most significant bit first, no inversion, starting from zero. */

/** CRC-32 of an Ogg page (polynomial 0x04c11db7), going on from `sum`. */
export function oggChecksum(bytes: Uint8Array, from: number, to: number, sum = 0): number {
	ogg ??= Uint32Array.from({ length: 256 }, (_, byte) => shifted(byte << 24, 0x04c1_1db7, 31));
	let crc = sum;
	for (let i = from; i < to; i++) crc = (crc << 8) ^ (ogg[(crc >>> 24) ^ (bytes[i] as number)] as number);
	return crc >>> 0;
}

/** CRC-16 of a FLAC frame (polynomial 0x8005), going on from `sum`. Over a frame with its own sum behind it, it is zero. */
export function flacChecksum(bytes: Uint8Array, from: number, to: number, sum = 0): number {
	flac ??= Uint16Array.from({ length: 256 }, (_, byte) => shifted(byte << 8, 0x8005, 15));
	let crc = sum;
	for (let i = from; i < to; i++) crc = ((crc << 8) ^ (flac[(crc >> 8) ^ (bytes[i] as number)] as number)) & 0xffff;
	return crc;
}

/** CRC-8 of a FLAC frame's header (polynomial 0x07). */
export function flacHeaderChecksum(bytes: Uint8Array, from: number, to: number): number {
	header ??= Uint8Array.from({ length: 256 }, (_, byte) => shifted(byte, 0x07, 7));
	let crc = 0;
	for (let i = from; i < to; i++) crc = header[crc ^ (bytes[i] as number)] as number;
	return crc;
}

let ogg: Uint32Array | undefined;
let flac: Uint16Array | undefined;
let header: Uint8Array | undefined;

function shifted(start: number, polynomial: number, highBit: number): number {
	let value = start;
	for (let bit = 0; bit < 8; bit++) value = (value >>> highBit) & 1 ? (value << 1) ^ polynomial : value << 1;
	return value;
}
