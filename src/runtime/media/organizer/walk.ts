import type { BigIntStats, Dirent } from 'node:fs';
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../internals.ts';
import { organizerErrors, systemCode } from './organizerErrors.ts';

/** Names of one folder that are put in order together; of a folder with more, one such part after the other. */
const ORDERED_NAMES = 16_384;
/** Links to folders that one walk follows. */
const MOST_LINKS = 100_000;
const MOST_DEPTH = 1_000;

export type WalkSkip = 'link' | 'loop' | 'unreadable' | 'notAFile' | 'vanished' | 'tooDeep';

export interface FoundFile {
	readonly path: string;
	readonly size: number;
	/** Last modification, ms since 1970. */
	readonly modifiedMs: number;
}

export interface NotTaken {
	readonly path: string;
	readonly skipped: WalkSkip;
	/** What the system says. */
	readonly detail?: string;
}

export interface WalkOptions {
	/** Links to files and folders are followed; otherwise they are told. Each linked folder is visited once. */
	readonly followLinks: boolean;
	/** Folders and files that are left out without a word, by {@link identityOf}. */
	readonly without: ReadonlySet<string>;
	readonly signal: AbortSignal | undefined;
}

/** Tells a file or folder from all others of the machine. */
export const identityOf = ({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string => `${dev}:${ino}`;

/**
 * The files below a folder, or the file itself, in the order of their names. Holds the names of the folders that lead to where it is, and of each
 * at most 16 384. What cannot be read is told and passed over. Throws `fileUnreadable` where `root` itself is not there.
 */
export async function* walk(root: string, options: WalkOptions): AsyncGenerator<FoundFile | NotTaken, void, undefined> {
	let stats: BigIntStats;
	try {
		stats = await stat(root, { bigint: true });
	} catch (error) {
		throw organizerErrors.noSource(root, error);
	}
	if (stats.isFile()) yield foundFile(root, stats);
	else if (!stats.isDirectory()) yield { path: root, skipped: 'notAFile' };
	else yield* new Walk(options).folder(root, [identityOf(stats)]);
}

class Walk {
	readonly #options: WalkOptions;
	readonly #linked = new Set<string>();

	constructor(options: WalkOptions) {
		this.#options = options;
	}

	async *folder(path: string, above: readonly string[]): AsyncGenerator<FoundFile | NotTaken, void, undefined> {
		if (above.length > MOST_DEPTH) {
			yield { path, skipped: 'tooDeep' };
			return;
		}
		let names: string[] = [];
		try {
			// Small reads: a folder at a time is open, and each of those above it.
			for await (const { name } of (await opendir(path, { bufferSize: 256 })) as AsyncIterable<Dirent>) {
				names.push(name);
				if (names.length < ORDERED_NAMES) continue;
				yield* this.#entries(path, names.sort(), above);
				names = [];
			}
		} catch (error) {
			if (this.#options.signal?.aborted || typeof systemCode(error) !== 'string') throw error;
			yield { path, skipped: 'unreadable', detail: messageOf(error) };
		}
		yield* this.#entries(path, names.sort(), above);
	}

	async *#entries(folder: string, names: readonly string[], above: readonly string[]) {
		const { signal } = this.#options;
		for (const name of names) {
			signal?.throwIfAborted();
			yield* this.#entry(join(folder, name), above);
		}
	}

	async *#entry(path: string, above: readonly string[]): AsyncGenerator<FoundFile | NotTaken, void, undefined> {
		let stats: BigIntStats;
		let linked = false;
		try {
			stats = await lstat(path, { bigint: true });
			linked = stats.isSymbolicLink();
			if (linked && !this.#options.followLinks) {
				yield { path, skipped: 'link' };
				return;
			}
			if (linked) stats = await stat(path, { bigint: true });
		} catch (error) {
			const gone = systemCode(error) === 'ENOENT';
			yield { path, skipped: gone ? 'vanished' : 'unreadable', detail: messageOf(error) };
			return;
		}
		if (this.#options.without.has(identityOf(stats))) return;
		// What is moved is the file itself, and not the link.
		if (stats.isFile()) yield foundFile(linked ? await realpath(path) : path, stats);
		else if (!stats.isDirectory()) yield { path, skipped: 'notAFile' };
		else {
			const identity = identityOf(stats);
			if (above.includes(identity) || (linked && !this.#mayFollow(identity))) {
				yield { path, skipped: 'loop' };
				return;
			}
			yield* this.folder(path, [...above, identity]);
		}
	}

	#mayFollow(identity: string): boolean {
		if (this.#linked.has(identity) || this.#linked.size >= MOST_LINKS) return false;
		this.#linked.add(identity);
		return true;
	}
}

const foundFile = (path: string, { size, mtimeMs }: BigIntStats): FoundFile => ({
	path,
	size: Number(size),
	modifiedMs: Number(mtimeMs),
});
