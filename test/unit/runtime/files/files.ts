import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';

/** A folder for one `describe`, emptied when it ends. Gives what writes a file into it and tells its path. */
export function scratch(): {
	path: (name: string) => string;
	file: (content: string | Uint8Array, name?: string) => string;
} {
	let folder: TemporaryFolder | undefined;
	before(() => {
		folder = temporaryFolder('files');
	});
	after(() => folder?.remove());
	const path = (name: string) => join(folder?.path ?? '', name);
	return {
		path,
		file(content, name = 'input') {
			writeFileSync(path(name), content);
			return path(name);
		},
	};
}

/** How often this process has `path` open, or something in it; only Linux can tell. */
export function openDescriptors(path: string): number {
	return readdirSync('/proc/self/fd').filter(fd => {
		try {
			return readlinkSync(`/proc/self/fd/${fd}`).startsWith(path);
		} catch {
			return false;
		}
	}).length;
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
	const found: T[] = [];
	for await (const item of items) found.push(item);
	return found;
}
