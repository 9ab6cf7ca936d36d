import { createHash, randomBytes } from 'node:crypto';
import { constants, copyFile, link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { isGone, type Maker, thisProcess } from '../caches/spillIdentity.ts';

/** A file that says which process works on what lies beside it. One process at a time has it; that of a process that is gone is taken over. */
export class OwnerLock {
	readonly path: string;

	private constructor(path: string) {
		this.path = path;
	}

	/** Throws what `busy` gives while a process has it that runs, or that cannot be asked (`pid` is 0 where the file says nothing). */
	static async take(path: string, busy: (pid: number) => Error): Promise<OwnerLock> {
		const token = randomBytes(6).toString('hex');
		const own = `${path}-${token}`;
		try {
			await writeFile(own, JSON.stringify({ ...thisProcess(), token }), { mode: 0o600 });
			while (!(await isMade(own, path))) {
				const text = await textIn(path);
				if (text === undefined) continue;
				const owner = ownerIn(text);
				if (!owner || !isGone(owner)) throw busy(owner?.pid ?? 0);
				// Others may want to take over as well: who has the lock of this very owner may, as long as it is this one's.
				const heir = await OwnerLock.take(`${path}-${shortHash(text)}`, busy);
				try {
					if ((await textIn(path)) !== text) continue;
					await rename(own, path);
					break;
				} finally {
					await heir.release();
				}
			}
			return new OwnerLock(path);
		} finally {
			await unlink(own).catch(() => undefined);
		}
	}

	async release(): Promise<void> {
		await unlink(this.path).catch(() => undefined);
	}
}

/** The lock is there with its content at once: nobody takes it for that of a process that is gone. */
async function isMade(own: string, path: string): Promise<boolean> {
	try {
		await link(own, path);
		return true;
	} catch (error) {
		if (codeOf(error) === 'EEXIST') return false;
	}
	// A file system without hard links.
	try {
		await copyFile(own, path, constants.COPYFILE_EXCL);
		return true;
	} catch (error) {
		if (codeOf(error) === 'EEXIST') return false;
		throw error;
	}
}

async function textIn(path: string): Promise<string | undefined> {
	try {
		return await readFile(path, 'utf8');
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return undefined;
		throw error;
	}
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** `undefined` for a text that names no process. */
function ownerIn(text: string): Maker | undefined {
	try {
		const { pid, machine, start } = JSON.parse(text) as Record<string, unknown>;
		if (typeof pid === 'number' && typeof machine === 'string' && typeof start === 'string')
			return { pid, machine, start };
	} catch {
		// As one that is empty.
	}
	return undefined;
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;
