import { existsSync, type FSWatcher, mkdtempSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Emitter } from '../../base/emitter.ts';
import type { EndReason } from '../../protocol/entries.ts';
import {
	type ChildArrival,
	parseChildArrival,
	parseProcessEnd,
	parseRendezvous,
	type Rendezvous,
} from '../../protocol/runtimeLink.ts';

/** How often the directory is looked at besides watching it: file events are not certain everywhere. */
const LOOK_MS = 100;

/** The private directory where the target tells its inspector's address, that it is about to end, and is told that it may go. */
export class RendezvousDirectory {
	readonly path = mkdtempSync(join(tmpdir(), 'memory-manager-'));
	readonly #changed = new Emitter<void>();
	#watcher: FSWatcher | undefined;
	#timer: ReturnType<typeof setInterval> | undefined;
	#childTimer: ReturnType<typeof setInterval> | undefined;
	#giveUp: () => void = () => {};

	constructor() {
		try {
			this.#watcher = watch(this.path, () => this.#changed.fire());
			this.#watcher.on('error', () => this.#watcher?.close());
		} catch {
			// No file events here (some network file systems): the timer looks, and the inspector tells of the end.
		}
	}

	/** Settles with the first process that reports; `undefined` after `close()`. */
	async arrival(): Promise<Rendezvous | undefined> {
		return new Promise(resolve => {
			this.#giveUp = () => resolve(undefined);
			const look = async () => {
				const found = await this.#read();
				if (!found) return;
				clearInterval(this.#timer);
				listening.dispose();
				resolve(found);
			};
			const listening = this.#changed.event(() => void look());
			this.#timer = setInterval(look, LOOK_MS);
			void look();
		});
	}

	/** Calls back once when the process says that it is about to end: sooner than the inspector, whose events may be held up. */
	onEnding(pid: number, callback: () => void): void {
		const listening = this.#changed.event(() => {
			if (!existsSync(join(this.path, `${pid}.ending`))) return;
			listening.dispose();
			callback();
		});
	}

	/** Calls back once for each child process that arrives. */
	onChild(callback: (arrival: ChildArrival) => void): void {
		const seen = new Set<string>();
		const look = () => {
			for (const name of this.#names()) {
				if (!/^\d+\.child$/.test(name) || seen.has(name)) continue;
				seen.add(name);
				const arrival = parseChildArrival(this.#text(name) ?? '');
				if (arrival) callback(arrival);
			}
		};
		this.#changed.event(look);
		this.#childTimer = setInterval(look, LOOK_MS);
		look();
	}

	/** How a process went, by its own word (`ending`) or its parent's (`exit`); `undefined` while nobody said. */
	endOf(pid: number, by: 'ending' | 'exit'): EndReason | undefined {
		const end = parseProcessEnd(this.#text(`${pid}.${by}`) ?? '');
		if (!end) return undefined;
		return 'code' in end ? { kind: 'exit', code: end.code } : { kind: 'signal', signal: end.signal };
	}

	/** Lets the waiting process end. */
	release(pid: number): void {
		try {
			writeFileSync(join(this.path, `${pid}.release`), '');
		} catch {
			// The directory is gone: the target sees that our process or the directory went and ends by itself.
		}
	}

	async close(): Promise<void> {
		clearInterval(this.#timer);
		clearInterval(this.#childTimer);
		this.#watcher?.close();
		this.#changed.dispose();
		this.#giveUp();
		await rm(this.path, { recursive: true, force: true });
	}

	#names(): string[] {
		try {
			return readdirSync(this.path);
		} catch {
			return [];
		}
	}

	#text(name: string): string | undefined {
		try {
			return readFileSync(join(this.path, name), 'utf8');
		} catch {
			return undefined;
		}
	}

	async #read(): Promise<Rendezvous | undefined> {
		const names = await readdir(this.path).catch(() => []);
		const name = names.find(entry => /^\d+\.json$/.test(entry));
		if (name === undefined) return undefined;
		try {
			return parseRendezvous(readFileSync(join(this.path, name), 'utf8'));
		} catch {
			return undefined;
		}
	}
}
