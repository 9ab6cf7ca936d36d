import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface Installation {
	/** Read by the user, e.g. `Node 20.20.2`. */
	readonly name: string;
	readonly version: string;
	/** Measured, e.g. `42 MB to download, 95 MB on disk`. */
	readonly size: string;
	/** Where it ends; its marker file is written last, so that a folder with a marker is complete. */
	readonly folder: string;
	/** Installs into the temporary folder that it is given. */
	readonly install: (folder: string) => Promise<void>;
	/** Where progress goes; the console by default. */
	readonly log?: (line: string) => void;
}

const marker = 'installed-version';

export function isInstalled({ folder, version }: Pick<Installation, 'folder' | 'version'>): boolean {
	const file = join(folder, marker);
	return existsSync(file) && readFileSync(file, 'utf8').trim() === version;
}

/**
 * Installs into a sibling folder and renames it at the end: interrupted at any moment, the next call starts afresh; two
 * calls at the same time both succeed and the first one to end is kept.
 */
export async function installOnce(installation: Installation): Promise<void> {
	const { name, version, size, folder, install, log = console.log } = installation;
	if (isInstalled(installation)) return;
	await removeLeftovers(folder);
	log(`Installing ${name} (${size}) into ${folder}`);
	const started = performance.now();
	const partial = `${folder}.${process.pid}.partial`;
	await mkdir(partial, { recursive: true });
	try {
		await install(partial);
		await writeFile(join(partial, marker), `${version}\n`);
		if (!isInstalled(installation)) {
			await rm(folder, { recursive: true, force: true });
			await rename(partial, folder);
		}
	} finally {
		await rm(partial, { recursive: true, force: true });
	}
	log(`Installed ${name} in ${Math.round((performance.now() - started) / 1000)} s`);
}

async function removeLeftovers(folder: string): Promise<void> {
	const parent = dirname(folder);
	await mkdir(parent, { recursive: true });
	for (const entry of await readdir(parent)) {
		const pid = partialOwner(entry, basename(folder));
		if (pid !== undefined && !isAlive(pid)) await rm(join(parent, entry), { recursive: true, force: true });
	}
}

/** The process that began `entry`, when `entry` is an unfinished installation of `name`. */
export function partialOwner(entry: string, name: string): number | undefined {
	if (!entry.startsWith(`${name}.`) || !entry.endsWith('.partial')) return undefined;
	const pid = Number(entry.slice(name.length + 1, -'.partial'.length));
	return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// EPERM: it lives and belongs to somebody else.
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
