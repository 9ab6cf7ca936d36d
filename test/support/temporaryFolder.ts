import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
	readonly path: string;
	remove(): Promise<void>;
}

/** Retries, because a process that was just killed may still write for a moment. */
const options = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 };

/** A fresh folder that goes with `remove`, or at the latest with this process when it exits. */
export function temporaryFolder(name: string): TemporaryFolder {
	const path = mkdtempSync(join(tmpdir(), `memory-manager-${name}-`));
	const removeNow = () => rmSync(path, options);
	process.once('exit', removeNow);
	return {
		path,
		async remove() {
			process.removeListener('exit', removeNow);
			await rm(path, options);
		},
	};
}
