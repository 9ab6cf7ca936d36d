import { mkdtempSync, readdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { folderPrefix, isGone, makerOf, thisProcess } from './spillIdentity.ts';

/** Nobody else may read what was in memory; a file must be new, so that a link laid in its place is refused. */
const NEW_FILE = { flag: 'wx', mode: 0o600 } as const;
const REMOVE = { recursive: true, force: true, maxRetries: 3, retryDelay: 20 } as const;

/** Folders to be removed when the process exits. */
const folders = new Set<string>();
const swept = new Set<string>();

function removeAll(): void {
	for (const path of folders) {
		try {
			rmSync(path, REMOVE);
		} catch {
			// What stays is removed by the next process that spills there.
		}
	}
}

/** The files of one cache, in a folder of their own that is made when the first is written. A file is there whole or not at all. */
export class SpillFolder {
	readonly #parent: string;
	#path: string | undefined;
	#lastFile = 0;

	constructor(parent: string | undefined) {
		this.#parent = parent ?? tmpdir();
	}

	get path(): string | undefined {
		return this.#path;
	}

	/** Gives the file's name. */
	async write(bytes: Uint8Array): Promise<string> {
		const file = this.#nextFile();
		try {
			await writeFile(`${file}.part`, bytes, NEW_FILE);
			await rename(`${file}.part`, file);
			return file;
		} catch (error) {
			await unlink(`${file}.part`).catch(() => {});
			this.#failed(file, error);
			throw error;
		}
	}

	writeSync(bytes: Uint8Array): string {
		const file = this.#nextFile();
		try {
			writeFileSync(`${file}.part`, bytes, NEW_FILE);
			renameSync(`${file}.part`, file);
			return file;
		} catch (error) {
			this.remove(`${file}.part`);
			this.#failed(file, error);
			throw error;
		}
	}

	read(file: string): Promise<Buffer> {
		return readFile(file);
	}

	remove(file: string): void {
		try {
			unlinkSync(file);
		} catch {
			// Gone already, or it goes with the folder.
		}
	}

	async dispose(): Promise<void> {
		const path = this.#path;
		this.#path = undefined;
		if (path !== undefined) await removeFolder(path);
	}

	#nextFile(): string {
		this.#path ??= makeFolder(this.#parent);
		return join(this.#path, String(++this.#lastFile));
	}

	/** Somebody removed the folder: the next file gets a new one. */
	#failed(file: string, error: unknown): void {
		const folder = dirname(file);
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || folder !== this.#path) return;
		forgetFolder(folder);
		this.#path = undefined;
	}
}

/** Also for the folder of a cache that was dropped without being disposed of. */
export async function removeFolder(path: string): Promise<void> {
	forgetFolder(path);
	// What cannot be removed now is by the next process that spills there.
	await rm(path, REMOVE).catch(() => {});
}

function forgetFolder(path: string): void {
	folders.delete(path);
	if (folders.size === 0) process.removeListener('exit', removeAll);
}

/** A folder for this process alone, removed at its exit, or by the next process that makes one there. End it with `removeFolder`. */
export function makeFolder(parent: string): string {
	removeLeftOver(parent);
	// Only its owner may look into a folder that `mkdtemp` makes.
	const path = mkdtempSync(join(parent, folderPrefix(thisProcess())));
	if (folders.size === 0) process.once('exit', removeAll);
	folders.add(path);
	return path;
}

/** Folders of processes that ended without removing them. Once for each place: later ones are the next process's. */
function removeLeftOver(parent: string): void {
	if (swept.has(parent)) return;
	swept.add(parent);
	let names: string[];
	try {
		names = readdirSync(parent);
	} catch {
		return;
	}
	for (const name of names) {
		const maker = makerOf(name);
		if (!maker || !isGone(maker)) continue;
		try {
			rmSync(join(parent, name), REMOVE);
		} catch {
			// Another user's, or another process removes it right now.
		}
	}
}
