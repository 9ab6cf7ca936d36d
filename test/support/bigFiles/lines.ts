import { open } from 'node:fs/promises';

const LINES = 20_000;

/** Lines of about 60 characters, some of them not ASCII, as of a table of measurements. At least so many bytes. */
export async function makeBig(path: string, bytes: number): Promise<void> {
	const lines = Array.from({ length: LINES }, (_, i) => {
		const place = i % 50 === 0 ? 'Zürich' : `station ${i % 97}`;
		return `${String(i).padStart(8, '0')},2024-05-${String((i % 28) + 1).padStart(2, '0')},${place},${(i % 1_000) / 8},${i % 7},ok`;
	});
	const block = Buffer.from(`${lines.join('\n')}\n`);
	const file = await open(path, 'w');
	try {
		for (let written = 0; written < bytes; written += block.length) await file.writev([block]);
	} finally {
		await file.close();
	}
}
