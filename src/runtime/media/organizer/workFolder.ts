import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MemoryManagerError, OwnerLock } from '../../internals.ts';
import { organizerErrors } from './organizerErrors.ts';

/** In the target: plan, journal, and copies that have no name yet. */
export const WORK_FOLDER = '.media-organizer';
const LOCK = 'lock';
/** What a run that was killed has left and no later one needs. */
const LEFT_BEHIND = /^(scan\.jsonl|[a-z]+\.table\.\d+)$/;

/** The folder in the target that one run at a time has. */
export class WorkFolder {
	readonly path: string;
	readonly #lock: OwnerLock;

	private constructor(path: string, lock: OwnerLock) {
		this.path = path;
		this.#lock = lock;
	}

	/** Throws `invalidInput` while another process has it, and `fileUnwritable`. What one that is gone has left of its tables goes. */
	static async take(target: string): Promise<WorkFolder> {
		const path = join(target, WORK_FOLDER);
		try {
			await mkdir(path, { recursive: true });
			// A link could lead to folders that are not ours to clear.
			if (!(await lstat(path)).isDirectory()) throw new Error(`"${WORK_FOLDER}" in it is no folder`);
			await mkdir(join(path, 'parts'), { recursive: true });
			const lock = await OwnerLock.take(join(path, LOCK), pid => organizerErrors.busy(target, pid));
			for (const name of await readdir(path)) if (LEFT_BEHIND.test(name)) await rm(join(path, name), { force: true });
			return new WorkFolder(path, lock);
		} catch (error) {
			throw error instanceof MemoryManagerError ? error : organizerErrors.targetUnusable(target, error);
		}
	}

	/** Forgets what an earlier run has left. Nothing that has its name in the target is touched. */
	async clear(): Promise<void> {
		for (const name of ['plan.jsonl', 'journal.jsonl']) await rm(join(this.path, name), { force: true });
		await rm(join(this.path, 'parts'), { recursive: true, force: true });
		await mkdir(join(this.path, 'parts'));
	}

	release(): Promise<void> {
		return this.#lock.release();
	}
}
