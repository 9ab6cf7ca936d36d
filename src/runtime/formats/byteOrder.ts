import { endianness } from 'node:os';

/** Whether this machine stores the lowest byte first. */
export const littleEndian = endianness() === 'LE';

/** Turns the bytes of each value round, in place. `bytes` holds whole values. */
export function swapBytes(bytes: Buffer, valueBytes: number): void {
	if (valueBytes === 2) bytes.swap16();
	else if (valueBytes === 4) bytes.swap32();
	else if (valueBytes === 8) bytes.swap64();
}
