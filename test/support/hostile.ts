import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MemoryManagerError } from '../../src/runtime/runtimeError.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** How a format is read to the end, and small sound files of it. */
export interface HostileCase {
	readonly format: string;
	readonly files: readonly string[];
	/** Reads everything that a user could ask of the file; gives a text that changes with what was read. */
	read(path: string, signal: AbortSignal): Promise<string>;
	/** Whether the file cut off after `bytes` is a sound file as well, or cannot be told from one. Absent: never. */
	maySucceedAt?(path: string, bytes: number): boolean;
	/** Frees what `files` took. */
	dispose?(): Promise<void>;
}

export interface HostileOptions {
	/** Cuts of each file, evenly spread. */
	readonly truncations: number;
	/** Changed bytes over all files, one to eight at a time. */
	readonly flips: number;
	readonly seed?: number;
}

export interface HostileOutcome {
	cases: number;
	/** Read in spite of the change. */
	read: number;
	/** Refused with one of our errors. */
	refused: number;
	/** What must not be: other errors, hangs, silent shortening, memory without bound. */
	readonly problems: string[];
	/** Rise of the process's highest RSS over the whole run, bytes. */
	rssRiseBytes: number;
	slowestMs: number;
}

/** One case takes no longer; a hang is a problem, not a time measured. */
const DEADLINE_MS = 30_000;
const MOST_RSS_RISE_BYTES = 256 * 1024 * 1024;

/** Cuts and changes sound files and reads what is left of them. */
export async function hostileRun(hostile: HostileCase, options: HostileOptions): Promise<HostileOutcome> {
	const folder = temporaryFolder('hostile');
	const outcome: HostileOutcome = { cases: 0, read: 0, refused: 0, problems: [], rssRiseBytes: 0, slowestMs: 0 };
	const random = generator(options.seed ?? 1);
	const before = process.resourceUsage().maxRSS;
	try {
		for (const [number, file] of hostile.files.entries()) {
			const sound = await readFile(file);
			const copy = join(folder.path, `${number}-${basename(file)}`);
			for (let i = 0; i < options.truncations; i++) {
				const bytes = Math.floor((sound.length * i) / options.truncations);
				await writeFile(copy, sound.subarray(0, bytes));
				const mayRead = hostile.maySucceedAt?.(file, bytes) ?? false;
				await tryOne(
					hostile,
					copy,
					`${basename(file)} cut off after ${bytes} of ${sound.length} bytes`,
					mayRead,
					outcome,
				);
			}
			for (let i = 0; i < options.flips / hostile.files.length; i++) {
				const changed = Buffer.from(sound);
				const places = Array.from({ length: 1 + (random() % 8) }, () => random() % sound.length);
				for (const place of places) changed[place] = random() & 0xff;
				await writeFile(copy, changed);
				await tryOne(
					hostile,
					copy,
					`${basename(file)} changed at ${places.join(', ')} (seed ${options.seed ?? 1})`,
					true,
					outcome,
				);
			}
		}
		outcome.rssRiseBytes = (process.resourceUsage().maxRSS - before) * 1024;
		if (outcome.rssRiseBytes > MOST_RSS_RISE_BYTES) {
			outcome.problems.push(`RSS rose by ${Math.round(outcome.rssRiseBytes / 1024 / 1024)} MB`);
		}
		return outcome;
	} finally {
		await folder.remove();
	}
}

async function tryOne(
	hostile: HostileCase,
	path: string,
	what: string,
	mayRead: boolean,
	outcome: HostileOutcome,
): Promise<void> {
	outcome.cases++;
	const started = performance.now();
	const deadline = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			deadline.abort();
			reject(new Error('it hangs'));
		}, DEADLINE_MS);
	});
	try {
		await Promise.race([hostile.read(path, deadline.signal), late]);
		outcome.read++;
		if (!mayRead) outcome.problems.push(`${what}: read as if it were whole`);
	} catch (error) {
		if (error instanceof MemoryManagerError) outcome.refused++;
		else outcome.problems.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
	} finally {
		clearTimeout(timer);
		outcome.slowestMs = Math.max(outcome.slowestMs, performance.now() - started);
	}
}

/** Numbers from 0 to 2³²-1 that are the same for the same seed (mulberry32). */
export function generator(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return (mixed ^ (mixed >>> 14)) >>> 0;
	};
}
