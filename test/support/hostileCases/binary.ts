import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BinaryReader } from '../../../src/runtime/formats/binary/binaryReader.ts';
import type { HostileCase } from '../hostile.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const RECORDS = 500;
const FIELDS = { number: 'uint32', value: 'float64', name: { type: 'text', bytes: 12 } } as const;

/** Records of 24 bytes; cut off between two of them, the file is a sound one. */
export async function hostileCase(): Promise<HostileCase> {
	const folder = temporaryFolder('hostile-binary');
	const file = join(folder.path, 'records.bin');
	const content = Buffer.alloc(24 * RECORDS);
	for (let i = 0; i < RECORDS; i++) content.write(`record ${i}`, 24 * i + 12, 'latin1');
	await writeFile(file, content);
	return {
		format: 'binary',
		files: [file],
		read: async (path, signal) => {
			await using reader = await BinaryReader.open(path, { signal });
			let text = '';
			for await (const { number, value, name } of reader.records(FIELDS)) text += `${number} ${value} ${name}\n`;
			for await (const found of reader.texts()) text += found.text;
			return text;
		},
		maySucceedAt: (_, bytes) => bytes % 24 === 0,
		dispose: () => folder.remove(),
	};
}
