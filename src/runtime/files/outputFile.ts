import { randomBytes } from 'node:crypto';
import { type FileHandle, link, lstat, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileErrors } from './fileErrors.ts';

/** Small pieces are gathered to this many bytes, so that a transform by line does not cost a system call per line. */
const GATHER_BYTES = 64 * 1024;

export interface OutputOptions {
	overwrite: boolean;
	/** Never `path` itself, unless `overwrite`. */
	input: string;
}

/**
 * A file that is there in the end, whole, or not at all: written under another name in the same folder, brought to the disk and then
 * renamed. `path` may be a link: what it leads to is replaced. Everything throws `fileUnwritable`.
 */
export class OutputFile {
	readonly #path: string;
	readonly #temporary: string;
	readonly #handle: FileHandle;
	readonly #overwrite: boolean;
	readonly #gathered = Buffer.allocUnsafeSlow(GATHER_BYTES);
	#gatheredBytes = 0;
	#open = true;
	/** Bytes taken in so far. */
	writtenBytes = 0;

	private constructor(path: string, temporary: string, handle: FileHandle, overwrite: boolean) {
		this.#path = path;
		this.#temporary = temporary;
		this.#handle = handle;
		this.#overwrite = overwrite;
	}

	static async create(path: string, { overwrite, input }: OutputOptions): Promise<OutputFile> {
		const mode = await replacedMode(path, overwrite, input);
		try {
			const target = mode === undefined ? path : await realpath(path);
			const suffix = randomBytes(6).toString('hex');
			// A long name and what is added to it may be longer than a name can be.
			const temporary = join(dirname(target), `.${basename(target).slice(0, 60)}.${suffix}.tmp`);
			const handle = await open(temporary, 'wx', mode ?? 0o666);
			const output = new OutputFile(target, temporary, handle, overwrite);
			try {
				// The process's mask took bits away that the replaced file has.
				if (mode !== undefined && process.platform !== 'win32') await handle.chmod(mode);
			} catch (error) {
				await output.discard();
				throw error;
			}
			return output;
		} catch (error) {
			throw fileErrors.fileUnwritable(path, error);
		}
	}

	/** What is to become the file, for a program that writes it. */
	get temporaryPath(): string {
		return this.#temporary;
	}

	/** Settles when the bytes may be changed again. */
	async write(bytes: Uint8Array): Promise<void> {
		this.writtenBytes += bytes.length;
		if (this.#gatheredBytes + bytes.length > GATHER_BYTES) await this.#writeGathered();
		if (bytes.length >= GATHER_BYTES) return this.#writeAll(bytes);
		this.#gathered.set(bytes, this.#gatheredBytes);
		this.#gatheredBytes += bytes.length;
	}

	/** Puts the file in its place. When that fails, nothing stays behind. */
	async commit(): Promise<void> {
		try {
			await this.#writeGathered();
			await this.#handle.sync();
			await this.#close();
			if (this.#overwrite) await rename(this.#temporary, this.#path);
			else await this.#renameNew();
			await syncFolder(dirname(this.#path));
		} catch (error) {
			await this.discard();
			throw (error as { code?: string }).code === 'fileUnwritable'
				? error
				: fileErrors.fileUnwritable(this.#path, error);
		}
	}

	/** Leaves nothing behind. Never throws: what failed before counts. */
	async discard(): Promise<void> {
		await this.#close().catch(() => undefined);
		await unlink(this.#temporary).catch(() => undefined);
	}

	async #writeGathered(): Promise<void> {
		const bytes = this.#gathered.subarray(0, this.#gatheredBytes);
		this.#gatheredBytes = 0;
		await this.#writeAll(bytes);
	}

	async #writeAll(bytes: Uint8Array): Promise<void> {
		try {
			for (let from = 0; from < bytes.length; ) {
				from += (await this.#handle.write(bytes, from, bytes.length - from, null)).bytesWritten;
			}
		} catch (error) {
			throw fileErrors.fileUnwritable(this.#path, error);
		}
	}

	async #close(): Promise<void> {
		if (!this.#open) return;
		this.#open = false;
		await this.#handle.close();
	}

	/** `rename` would replace a file that came into being meanwhile; `link` does not. */
	async #renameNew(): Promise<void> {
		try {
			await link(this.#temporary, this.#path);
		} catch (error) {
			const { code } = error as { code?: string };
			if (code === 'EEXIST' || (await exists(this.#path))) throw fileErrors.outputExists(this.#path);
			// A file system without hard links (FAT, some network shares).
			await rename(this.#temporary, this.#path);
			return;
		}
		await unlink(this.#temporary);
	}
}

/** The mode of the file that is to be replaced; `undefined` where there is none. Refuses what must not be replaced. */
async function replacedMode(path: string, overwrite: boolean, input: string): Promise<number | undefined> {
	let present: Awaited<ReturnType<typeof statBig>>;
	try {
		present = await statBig(path);
	} catch (error) {
		const { code } = error as { code?: string };
		// A link that leads nowhere is something that is there.
		if (code === 'ENOENT' && !(await exists(path))) return undefined;
		throw fileErrors.fileUnwritable(path, error);
	}
	if (!present.isFile()) throw fileErrors.outputNotFile(path);
	if (!overwrite) {
		const source = await statBig(input).catch(() => undefined);
		const same = source?.ino === present.ino && source.dev === present.dev;
		throw same ? fileErrors.outputIsInput(path) : fileErrors.outputExists(path);
	}
	return Number(present.mode & 0o7777n);
}

/** Numbers of files on Windows do not fit in a double. */
function statBig(path: string) {
	return stat(path, { bigint: true });
}

async function exists(path: string): Promise<boolean> {
	return lstat(path).then(
		() => true,
		() => false,
	);
}

/** So that the new name survives a power cut. Not every system can: Windows opens no folders, some file systems refuse. */
async function syncFolder(path: string): Promise<void> {
	const folder = await open(path, 'r').catch(() => undefined);
	await folder?.sync().catch(() => undefined);
	await folder?.close();
}
