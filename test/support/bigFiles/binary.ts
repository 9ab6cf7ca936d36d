import { open } from 'node:fs/promises';

export const RECORD_BYTES = 24;
const RECORDS = 32 * 1024;

/** At least so many bytes of records: a number (uint32), a kind (uint16), two bytes of nothing, a value (double), a name of 8 bytes. */
export async function makeBig(path: string, bytes: number): Promise<void> {
	const block = Buffer.alloc(RECORD_BYTES * RECORDS);
	for (let i = 0; i < RECORDS; i++) {
		const at = i * RECORD_BYTES;
		block.writeUInt32LE(i, at);
		block.writeUInt16LE(i % 5, at + 4);
		block.writeDoubleLE((i % 100) / 4, at + 8);
		block.write(`n${i % 1000}`, at + 16, 'latin1');
	}
	const file = await open(path, 'w');
	try {
		for (let written = 0; written < bytes; written += block.length) await file.writev([block]);
	} finally {
		await file.close();
	}
}
