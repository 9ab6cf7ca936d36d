// A folder for files that an example makes, removed when it has done its work.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives what `work` gives; the folder goes also when it fails. */
export async function inTemporaryFolder(name, work) {
	const folder = await mkdtemp(join(tmpdir(), `${name}-`));
	try {
		return await work(folder);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
