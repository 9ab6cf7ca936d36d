import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, mkdir, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isGone, thisProcess } from '../../internals.ts';
import { organizerErrors, systemCode } from './organizerErrors.ts';

/** In the target: plan, journal, and copies that have no name yet. */
export const WORK_FOLDER = '.media-organizer';
const LOCK = 'lock';
/** What a later run needs of an earlier one. */
const KEPT = new Set([LOCK, 'plan.jsonl', 'journal.jsonl', 'parts']);

/** The folder in the target that one run at a time has. */
export class WorkFolder {
	readonly path: string;

	private constructor(path: string) {
		this.path = path;
	}

	/** Throws `invalidInput` while another process has it. What one that is gone has left of its tables goes. */
	static async take(target: string): Promise<WorkFolder> {
		const path = join(target, WORK_FOLDER);
		await mkdir(join(path, 'parts'), { recursive: true });
		const lock = join(path, LOCK);
		for (let attempt = 1; !(await isMade(lock)); attempt++) {
			const owner = await ownerOf(lock);
			if (attempt > 1 || !owner || !isGone(owner)) throw organizerErrors.busy(target, owner?.pid ?? 0);
			await rm(lock, { force: true });
		}
		for (const name of await readdir(path)) {
			// The locks of others that try to take it right now.
			if (!KEPT.has(name) && !name.startsWith(LOCK)) await rm(join(path, name), { force: true, recursive: true });
		}
		return new WorkFolder(path);
	}

	/** Forgets what an earlier run has left. Nothing that has its name in the target is touched. */
	async clear(): Promise<void> {
		for (const name of ['plan.jsonl', 'journal.jsonl']) await rm(join(this.path, name), { force: true });
		await rm(join(this.path, 'parts'), { recursive: true, force: true });
		await mkdir(join(this.path, 'parts'));
	}

	async release(): Promise<void> {
		await unlink(join(this.path, LOCK)).catch(() => undefined);
	}
}

/** Makes the lock, unless there is one. It is there with its content at once: nobody takes it for that of a process that is gone. */
async function isMade(lock: string): Promise<boolean> {
	const own = `${lock}-${randomBytes(6).toString('hex')}`;
	await writeFile(own, JSON.stringify(thisProcess()), { mode: 0o600 });
	try {
		await link(own, lock);
	} catch (error) {
		if (systemCode(error) === 'EEXIST') return false;
		// A file system without hard links.
		try {
			await copyFile(own, lock, constants.COPYFILE_EXCL);
		} catch (refused) {
			if (systemCode(refused) === 'EEXIST') return false;
			throw refused;
		}
	} finally {
		await unlink(own);
	}
	return true;
}

/** `undefined` for a lock that says nothing. */
async function ownerOf(lock: string) {
	const text = await readFile(lock, 'utf8').catch(() => '');
	try {
		const { pid, machine, start } = JSON.parse(text) as Record<string, unknown>;
		if (typeof pid === 'number' && typeof machine === 'string' && typeof start === 'string')
			return { pid, machine, start };
	} catch {
		// As one that is empty.
	}
	return undefined;
}
