import type { Stats } from 'node:fs';
import { chmod, link, lstat, mkdir, open, realpath, rename, unlink, utimes } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { hashFile, hashHandle } from './contentHash.ts';
import { withSuffix } from './layout.ts';
import { systemCode } from './organizerErrors.ts';

/** What is to be placed, as it was when it was planned. */
export interface Placement {
	readonly source: string;
	readonly size: number;
	readonly modifiedMs: number;
	/** Below the target, with `/`. */
	readonly target: string;
	/** Names what is half copied, the same when the run is continued. */
	readonly id: string;
}

export interface PlaceContext {
	/** The target, without links in its path. */
	readonly root: string;
	/** Where copies grow before they get their names; on the target's device. */
	readonly parts: string;
	readonly mode: 'copy' | 'move';
	readonly verify: boolean;
	/** The run was begun by another process: it may have got as far as this file. */
	readonly resumed: boolean;
	readonly buffer: Buffer;
	readonly signal: AbortSignal | undefined;
}

export interface PlacedFile {
	/** `present`: its content stood under that name already. */
	readonly outcome: 'placed' | 'present';
	/** Below the target. */
	readonly target: string;
	/** SHA-256 of what was copied. */
	readonly hash?: string;
}

/** A file is not what it was, or not where it was: it is left as it is. */
export class PlaceRefused extends Error {}

/** A name, and as many with a number behind it, are tried. */
const MOST_SUFFIXES = 10_000;
/** File systems keep times no finer than that (FAT). */
const TIME_SLACK_MS = 2_000;
/** The file system has no hard links, or allows none of this file. */
const NO_LINK = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL']);

/**
 * Gives a file its place below the target. At every moment the file is whole under its old name or under its new one, and nothing is replaced:
 * new names are made by `link`, which refuses one that is taken, and a copy gets its name when it is complete, on the disk and compared.
 * On file systems without hard links a name is looked up before it is given: another program could take it between the two.
 */
export async function placeFile(file: Placement, context: PlaceContext): Promise<PlacedFile> {
	const stats = await statsOf(file.source);
	if (!stats) {
		const moved = context.resumed && context.mode === 'move' ? await findMoved(file, context) : undefined;
		if (moved !== undefined) return { outcome: 'placed', target: moved };
		throw new PlaceRefused('It is not there any more.');
	}
	if (!isAsPlanned(stats, file)) throw new PlaceRefused('It was changed since it was planned.');
	await makeFolder(dirname(join(context.root, file.target)), context.root);
	if (context.mode === 'move') {
		const moved = await moveWithin(file, context);
		if (moved !== undefined) return { outcome: 'placed', target: moved };
	}
	return copyInto(file, context, stats);
}

const isAsPlanned = (stats: Stats, { size, modifiedMs }: Placement): boolean =>
	stats.isFile() && stats.size === size && Math.floor(stats.mtimeMs) === modifiedMs;

/** The new name on the same device; `undefined` where that is another one. */
async function moveWithin(file: Placement, { root }: PlaceContext): Promise<string | undefined> {
	for (const target of namesFor(file.target)) {
		const path = join(root, target);
		try {
			await link(file.source, path);
		} catch (error) {
			const code = systemCode(error) ?? '';
			if (code === 'EEXIST') {
				if (!(await isSecondName(file.source, path))) continue;
			} else if (code === 'EXDEV') return undefined;
			else if (NO_LINK.has(code)) {
				if (await statsOf(path)) continue;
				await rename(file.source, path);
				return target;
			} else throw error;
		}
		await removeSource(file.source, path);
		return target;
	}
	throw new PlaceRefused('All names for it are taken.');
}

/** One file under two names: a run was killed between giving the new one and taking the old one. Not one name seen in two ways. */
async function isSecondName(source: string, path: string): Promise<boolean> {
	const [one, other] = await Promise.all([statsOf(source), statsOf(path)]);
	if (!one || !other || one.ino !== other.ino || one.dev !== other.dev || one.nlink < 2) return false;
	return (await realpath(source)) !== (await realpath(path));
}

/** Where the old name cannot go, neither does the new one stay. */
async function removeSource(source: string, path: string): Promise<void> {
	try {
		await unlink(source);
	} catch (error) {
		await unlink(path);
		throw error;
	}
}

async function copyInto(file: Placement, context: PlaceContext, stats: Stats): Promise<PlacedFile> {
	const part = join(context.parts, `${file.id}.part`);
	try {
		const hash = await writePart(file, part, context, stats);
		const placed = await namePart(part, file, hash, context);
		if (context.mode === 'move') {
			const path = join(context.root, placed.target);
			await syncFolder(dirname(path));
			const now = await statsOf(file.source);
			if (!now || !isAsPlanned(now, file))
				throw new PlaceRefused('It was changed while it was copied; both are there.');
			await unlink(file.source);
		}
		return placed;
	} finally {
		await unlink(part).catch(() => undefined);
	}
}

/** A copy that is compared and on the disk. Gives the SHA-256. */
async function writePart(file: Placement, part: string, context: PlaceContext, stats: Stats): Promise<string> {
	const { buffer, signal, verify } = context;
	// Of a run that was killed.
	await unlink(part).catch(() => undefined);
	const source = await open(file.source, 'r');
	let hash: string;
	try {
		const into = await open(part, 'wx', 0o600);
		try {
			const copied = await hashHandle(source, { buffer, signal, into });
			if (copied.bytes !== file.size || !isAsPlanned(await source.stat(), file)) {
				throw new PlaceRefused('It was changed while it was copied.');
			}
			hash = copied.hash;
			await into.sync();
		} finally {
			await into.close();
		}
	} finally {
		await source.close();
	}
	if (verify && (await hashFile(part, { buffer, signal })).hash !== hash) {
		throw new PlaceRefused('What was read back from the disk is not what was written.');
	}
	await utimes(part, stats.atime, stats.mtime);
	await chmod(part, stats.mode & 0o777);
	return hash;
}

async function namePart(part: string, file: Placement, hash: string, context: PlaceContext): Promise<PlacedFile> {
	for (const target of namesFor(file.target)) {
		const path = join(context.root, target);
		try {
			await link(part, path);
			return { outcome: 'placed', target, hash };
		} catch (error) {
			const code = systemCode(error) ?? '';
			if (!NO_LINK.has(code) && code !== 'EEXIST') throw error;
			const taken = await statsOf(path);
			if (!taken) {
				if (code === 'EEXIST') continue;
				await rename(part, path);
				return { outcome: 'placed', target, hash };
			}
			const { buffer, signal } = context;
			const alike = taken.isFile() && taken.size === file.size;
			if (alike && (await hashFile(path, { buffer, signal })).hash === hash)
				return { outcome: 'present', target, hash };
		}
	}
	throw new PlaceRefused('All names for it are taken.');
}

function* namesFor(target: string): Generator<string> {
	for (let number = 1; number <= MOST_SUFFIXES; number++) yield withSuffix(target, number);
}

/** Under which name a killed run has put the file, which is not where it was. */
async function findMoved(file: Placement, { root }: PlaceContext): Promise<string | undefined> {
	for (const target of namesFor(file.target)) {
		const stats = await statsOf(join(root, target));
		if (!stats) return undefined;
		const sameTime = Math.abs(stats.mtimeMs - file.modifiedMs) < TIME_SLACK_MS;
		if (stats.isFile() && stats.size === file.size && sameTime) return target;
	}
	return undefined;
}

/** Below the target for sure: a link in the way could lead anywhere. */
async function makeFolder(path: string, root: string): Promise<void> {
	await mkdir(path, { recursive: true });
	const real = await realpath(path);
	if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) {
		throw new PlaceRefused(`The folder for it leads out of the target, to ${real}.`);
	}
}

async function statsOf(path: string): Promise<Stats | undefined> {
	try {
		return await lstat(path);
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return undefined;
		throw error;
	}
}

/** So that the new name survives a power cut before the old one goes. Not every system can: Windows opens no folders. */
async function syncFolder(path: string): Promise<void> {
	const folder = await open(path, 'r').catch(() => undefined);
	await folder?.sync().catch(() => undefined);
	await folder?.close();
}
