import { mkdir, open, readdir, readFile, rm, unlink } from 'node:fs/promises';
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
		for (let attempt = 1; ; attempt++) {
			try {
				const handle = await open(lock, 'wx', 0o600);
				await handle.writeFile(JSON.stringify(thisProcess()));
				await handle.close();
				break;
			} catch (error) {
				if (systemCode(error) !== 'EEXIST') throw error;
				const owner = await ownerOf(lock);
				if (attempt > 1 || (owner && !isGone(owner))) throw organizerErrors.busy(target, owner?.pid ?? 0);
				await unlink(lock);
			}
		}
		for (const name of await readdir(path)) {
			if (!KEPT.has(name)) await rm(join(path, name), { force: true, recursive: true });
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

/** `undefined` for a lock that was not finished: its process was killed while it wrote. */
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
