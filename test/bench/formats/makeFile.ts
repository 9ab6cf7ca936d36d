// `node makeFile.ts FORMAT VARIANT PATH BYTES`: writes a big file, to the disk, in a process of its own.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';

type Make = (path: string, bytes: number) => Promise<void>;

const READ_BYTES = 1024 * 1024;

const [format = '', variant = '', path = '', bytes = ''] = process.argv.slice(2);
const module = (await import(join(projectRoot, 'test', 'support', 'bigFiles', `${format}.ts`))) as {
	makeBig: Make;
	variants?: Readonly<Record<string, Make>>;
};
await (module.variants?.[variant] ?? module.makeBig)(path, Number(bytes));
// Nothing is left to be written while it is read, and all of it is in the page cache.
const file = await open(path, 'r+');
try {
	await file.sync();
	const buffer = Buffer.alloc(READ_BYTES);
	for (;;) if ((await file.read(buffer, 0, READ_BYTES)).bytesRead === 0) break;
} finally {
	await file.close();
}
