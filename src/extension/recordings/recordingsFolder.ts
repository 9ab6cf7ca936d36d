import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from '../../base/logger.ts';
import { messageOf } from '../../engine/errors.ts';
import type { RecordingItem } from '../../protocol/panel.ts';
import { RECORDING_EXTENSION } from '../../protocol/recording.ts';
import { extensionErrors } from '../extensionErrors.ts';
import { isOwnName, recordingName, renamed } from './recordingNames.ts';

/** The folder that recordings go to. It may change between two calls, with the setting. */
export class RecordingsFolder {
	readonly #path: () => string;
	readonly #logger: Logger;
	/** Given out and not yet written: two runs in the same second get two files. */
	readonly #taken = new Set<string>();

	constructor(path: () => string, logger: Logger) {
		this.#path = path;
		this.#logger = logger;
	}

	get path(): string {
		return this.#path();
	}

	/** A path for a new recording; the folder is there. Rejects with `cannotRecord`. */
	async next(title: string, when: Date): Promise<string> {
		try {
			await mkdir(this.path, { recursive: true });
		} catch (error) {
			throw extensionErrors.cannotRecord(this.path, error);
		}
		const name = recordingName(title, when).slice(0, -RECORDING_EXTENSION.length);
		for (let count = 1; ; count++) {
			const path = join(this.path, `${name}${count === 1 ? '' : `-${count}`}${RECORDING_EXTENSION}`);
			if (existsSync(path) || this.#taken.has(path)) continue;
			this.#taken.add(path);
			return path;
		}
	}

	/** Newest first. A folder that is not there has none. */
	async list(): Promise<RecordingItem[]> {
		let names: string[];
		try {
			names = await readdir(this.path);
		} catch (error) {
			this.#logger.trace(`No recordings are listed: ${messageOf(error)}`);
			return [];
		}
		const found = names.filter(name => name.endsWith(RECORDING_EXTENSION)).map(name => this.#item(name));
		const items = (await Promise.all(found)).filter(item => item !== undefined);
		return items.sort((a, b) => b.modifiedEpochMs - a.modifiedEpochMs);
	}

	async #item(name: string): Promise<RecordingItem | undefined> {
		const path = join(this.path, name);
		try {
			const found = await stat(path);
			if (!found.isFile()) return undefined;
			const shown = name.slice(0, -RECORDING_EXTENSION.length);
			return { path, name: shown, bytes: found.size, modifiedEpochMs: found.mtimeMs };
		} catch (error) {
			// It went between the two looks.
			this.#logger.trace(`"${path}" is not listed: ${messageOf(error)}`);
			return undefined;
		}
	}

	/** Deletes the oldest beyond `keep`, of those that still have the name we gave them. */
	async prune(keep: number, inUse: ReadonlySet<string>): Promise<void> {
		const own = (await this.list()).filter(({ name }) => isOwnName(name + RECORDING_EXTENSION));
		for (const { path } of own.slice(keep)) {
			if (inUse.has(path)) continue;
			try {
				await unlink(path);
				this.#logger.info(`Deleted the old recording "${path}".`);
			} catch (error) {
				this.#logger.warn(`The old recording "${path}" could not be deleted: ${messageOf(error)}`);
			}
		}
	}

	/** Rejects with `badName` or `nameTaken`. Returns the new path. */
	async rename(path: string, typed: string): Promise<string> {
		const name = renamed(typed);
		if (name === undefined) throw extensionErrors.badName();
		const to = join(dirname(path), name);
		if (to === path) return path;
		// `rename` would replace it without a word.
		if (existsSync(to)) throw extensionErrors.nameTaken(name);
		await rename(path, to);
		return to;
	}
}
