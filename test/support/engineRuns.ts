import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { allNodes, type NodeMajor, nodeBinary, outerNodes } from '../../scripts/nodes.ts';
import { projectRoot } from '../../scripts/paths.ts';
import { withDeadline } from '../../src/base/deadlines.ts';
import { launchSession } from '../../src/engine/launchSession.ts';
import { type OpenedRecording, readRecording } from '../../src/engine/recordingFile.ts';
import type { LaunchOptions, LaunchTarget, ProfileSession } from '../../src/engine/sessionTypes.ts';
import type { EndReason, Entry, EntryType } from '../../src/protocol/entries.ts';

export const runtimeDir = join(projectRoot, 'dist', 'runtime');
export const fixture = (name: string): string => join(projectRoot, 'test', 'fixtures', 'engine', name);
/** Longest any run of these tests may take before it counts as hanging. */
const DEADLINE_MS = 45_000;

/** One `describe` for each Node that scripts may run on. */
export function onEveryNode(title: string, body: (major: NodeMajor, node: () => string) => void): void {
	for (const major of allNodes) onNode(major, title, body);
}

/** See `outerNodes`. */
export function onOuterNodes(title: string, body: (major: NodeMajor, node: () => string) => void): void {
	for (const major of outerNodes) onNode(major, title, body);
}

export function onNode(major: NodeMajor, title: string, body: (major: NodeMajor, node: () => string) => void): void {
	describe(`${title} on Node ${major}`, () => {
		let path = '';
		before(async () => {
			path = await nodeBinary(major);
		});
		body(major, () => path);
	});
}

/** What the tests of this project put into the environment is none of the scripts' business. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
	const env = { ...process.env };
	for (const name of Object.keys(env)) if (/^(NODE_|npm_|MOCHA|MEMORY_MANAGER)/.test(name)) delete env[name];
	return env;
}

export interface Output {
	readonly stdout: Buffer;
	readonly stderr: Buffer;
}
export interface PlainEnd extends Output {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
}

/** The same script without us. */
export async function plainRun(
	node: string,
	args: readonly string[],
	{ cwd = tmpdir(), env = cleanEnvironment(), input }: { cwd?: string; env?: NodeJS.ProcessEnv; input?: Buffer } = {},
): Promise<PlainEnd> {
	const child = spawn(node, args, { cwd, env, stdio: 'pipe' });
	child.stdin.on('error', () => {
		// A script that does not read its input may close it.
	});
	child.stdin.end(input);
	const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
		child.once('exit', (code, signal) => resolve([code, signal]));
		child.once('error', reject);
	});
	const [[code, signal], stdout, stderr] = await Promise.all([ended, buffer(child.stdout), buffer(child.stderr)]);
	return { code, signal, stdout, stderr };
}

export type RunOptions = Partial<Omit<LaunchOptions, 'target'>> & {
	target?: LaunchTarget;
	/** Shorthand for a script of the fixtures. */
	script?: string;
	args?: readonly string[];
	nodeArgs?: readonly string[];
	input?: Buffer;
};

export interface FinishedRun extends Output {
	readonly reason: EndReason;
	/** From the recording, in order. */
	readonly entries: readonly Entry[];
	readonly opened: OpenedRecording;
}

/** A session that a test looks into while it runs. */
export class ProfiledRun implements AsyncDisposable {
	readonly session: ProfileSession;
	readonly recordingPath: string;
	readonly #output: Promise<Buffer>[];
	#text = '';
	#seen: Entry[] = [];
	readonly #waiting = new Set<() => void>();

	private constructor(session: ProfileSession, recordingPath: string) {
		this.session = session;
		this.recordingPath = recordingPath;
		session.onDidAddEntries(entries => {
			this.#seen.push(...entries);
			this.#look();
		});
		session.stdout?.on('data', (chunk: Buffer) => {
			if (this.#text.length < 1_000_000) this.#text += chunk.toString('latin1');
			this.#look();
		});
		this.#output = [session.stdout, session.stderr].map(stream => buffer(stream as Readable));
	}

	static async start({ script, args = [], nodeArgs = [], input, ...options }: RunOptions): Promise<ProfiledRun> {
		if (!existsSync(join(runtimeDir, 'preload.cjs')))
			throw new Error('dist/runtime is not built: run "npm run compile" before these tests');
		const recordingPath = options.recordingPath ?? recordingFile();
		const target = options.target ?? { kind: 'script', path: fixture(script ?? ''), args, nodeArgs };
		const session = await launchSession({
			cwd: tmpdir(),
			env: cleanEnvironment(),
			...options,
			target,
			recordingPath,
			runtimeDir,
		});
		if (input !== undefined) session.stdin?.end(input);
		return new ProfiledRun(session, recordingPath);
	}

	/** Settles when the script printed this. */
	printed(text: string): Promise<void> {
		return this.#until(() => this.#text.includes(text), `the script to print ${JSON.stringify(text)}`);
	}

	/** The first entry of a type that passes; it may have come before. */
	async entry<T extends EntryType>(
		type: T,
		test: (entry: Extract<Entry, { type: T }>) => boolean = () => true,
	): Promise<Extract<Entry, { type: T }>> {
		let found: Extract<Entry, { type: T }> | undefined;
		await this.#until(() => {
			found = this.#seen.find((entry): entry is Extract<Entry, { type: T }> => {
				return entry.type === type && test(entry as Extract<Entry, { type: T }>);
			});
			return found !== undefined;
		}, `an entry "${type}"`);
		return found as Extract<Entry, { type: T }>;
	}

	async finished(): Promise<FinishedRun> {
		const reason = await withDeadline(this.session.ended, DEADLINE_MS, 'The session did not end.');
		const outputs = withDeadline(Promise.all(this.#output), DEADLINE_MS, 'The output did not end.');
		const [stdout = Buffer.alloc(0), stderr = Buffer.alloc(0)] = await outputs;
		const opened = await readRecording(this.recordingPath);
		return { reason, stdout, stderr, opened, entries: entriesOf(this.recordingPath) };
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.session.stop();
		if (existsSync(this.recordingPath)) rmSync(this.recordingPath);
	}

	async #until(condition: () => boolean, what: string): Promise<void> {
		let look = () => {};
		const reached = new Promise<void>((resolve, reject) => {
			look = () => condition() && resolve();
			this.session.ended.then(({ kind }) => reject(new Error(`The session ended (${kind}) before ${what}.`)), reject);
		});
		this.#waiting.add(look);
		look();
		try {
			await withDeadline(reached, DEADLINE_MS, `Waited too long for ${what}.`);
		} finally {
			this.#waiting.delete(look);
		}
	}

	#look(): void {
		for (const look of [...this.#waiting]) look();
	}
}

/** From start to end. */
export async function profiledRun(options: RunOptions): Promise<FinishedRun> {
	await using run = await ProfiledRun.start({ input: Buffer.alloc(0), ...options });
	return await run.finished();
}

let recordings = 0;
export const recordingFile = (): string => join(tmpdir(), `memory-manager-test-${process.pid}-${recordings++}.memrec`);

function entriesOf(path: string): Entry[] {
	const lines = readFileSync(path, 'utf8').split('\n').slice(1);
	return lines.filter(line => line !== '').map(line => JSON.parse(line) as Entry);
}

export function entriesOfType<T extends EntryType>(entries: readonly Entry[], type: T): Extract<Entry, { type: T }>[] {
	return entries.filter((entry): entry is Extract<Entry, { type: T }> => entry.type === type);
}

export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
