import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { errors } from '../errors.ts';
import { ChatterFilter } from './chatterFilter.ts';
import type { LaunchPlan } from './launchPlan.ts';
import { MarkFilter } from './markFilter.ts';
import { startWatchdog } from './watchdog.ts';

export interface ProcessEnd {
	code: number | null;
	signal: NodeJS.Signals | null;
}

/** Enough for what V8 writes between its last words and its end. */
const TAIL_BYTES = 16_384;

/** SIGTERM, this long, then SIGKILL. */
const TERM_MS = 1_000;

/** The script's process: started by a plan, stopped in two steps, gone when we are gone. */
export class TargetProcess {
	readonly pid: number;
	readonly stdin: Writable | undefined;
	readonly stdout: Readable | undefined;
	readonly stderr: Readable | undefined;
	readonly ended: Promise<ProcessEnd>;
	readonly #child: ChildProcess;
	readonly #filter: ChatterFilter | undefined;
	readonly #closed: Promise<void>;
	#tail: Buffer | undefined;
	#end: ProcessEnd | undefined;
	/** The Node process inside a shell, once it is known. */
	#inner: number | undefined;

	private constructor(child: ChildProcess, pid: number, filter: ChatterFilter | undefined, rendezvous: string) {
		this.#child = child;
		this.pid = pid;
		this.#filter = filter;
		this.stdin = child.stdin ?? undefined;
		// Merged, both streams come out of the one pipe that is there.
		this.stdout = child.stderr ? child.stdout?.pipe(new MarkFilter()) : undefined;
		const chatty = child.stderr ?? child.stdout;
		this.stderr = filter && chatty ? chatty.pipe(filter).pipe(new MarkFilter()) : undefined;
		if (chatty) this.#tail = Buffer.alloc(0);
		chatty?.on('data', (chunk: Buffer) => {
			this.#tail = Buffer.concat([this.#tail ?? chunk, chunk]).subarray(-TAIL_BYTES);
		});
		this.#closed = new Promise(done => {
			if (chatty) chatty.once('close', done);
			else done();
		});
		// A script that closes its stdin makes writes fail; that is its business, not an error of ours.
		child.stdin?.on('error', () => {});
		const stopWatchdog = startWatchdog(pid, rendezvous);
		this.ended = new Promise(resolve => {
			child.once('exit', (code, signal) => {
				stopWatchdog();
				this.#end = { code, signal };
				resolve(this.#end);
			});
		});
	}

	/**
	 * Rejects with `spawnFailed`. `connections` is how many times Node will say that a debugger attached; `rendezvous` is the
	 * directory where the Node process tells its address.
	 */
	static async start(
		plan: LaunchPlan,
		stdio: TargetStdio,
		connections: number,
		rendezvous: string,
	): Promise<TargetProcess> {
		const { command, args } = stdio === 'inheritMerged' ? merged(plan) : plan;
		const child = spawn(command, args, {
			cwd: plan.cwd,
			env: plan.env,
			shell: plan.shell && stdio !== 'inheritMerged',
			stdio: STREAMS[stdio],
			windowsHide: true,
		});
		await new Promise<void>((resolve, reject) => {
			child.once('spawn', resolve);
			child.once('error', error => reject(errors.spawnFailed(plan.command, error)));
		});
		// Later errors are failed kills: the process is gone, `exit` says so.
		child.on('error', () => {});
		const filter = stdio === 'inheritAll' ? undefined : new ChatterFilter(connections);
		return new TargetProcess(child, child.pid ?? 0, filter, rendezvous);
	}

	/** The last of stderr, where it goes through us; waits a moment for what is still in the pipe, which others may hold open. */
	async stderrTail(patienceMs: number): Promise<string | undefined> {
		let timer: ReturnType<typeof setTimeout> | undefined;
		await Promise.race([
			this.#closed,
			new Promise(done => {
				timer = setTimeout(done, patienceMs);
			}),
		]);
		clearTimeout(timer);
		return this.#tail?.toString('latin1');
	}

	get hasEnded(): boolean {
		return this.#end !== undefined;
	}

	/** From here on stderr is passed on untouched. */
	chatterIsOver(): void {
		this.#filter?.finish();
	}

	/** The Node process that answered: signals go to it, too, when a shell stands in between. */
	setInner(pid: number): void {
		if (pid !== this.pid) this.#inner = pid;
	}

	kill(signal: NodeJS.Signals): void {
		if (this.#end) return;
		if (this.#inner !== undefined) killQuietly(this.#inner, signal);
		this.#child.kill(signal);
	}

	async stop(): Promise<void> {
		this.kill('SIGTERM');
		const timer = setTimeout(() => this.kill('SIGKILL'), TERM_MS);
		await this.ended;
		clearTimeout(timer);
	}
}

/**
 * `inheritAll`: all three streams are ours; `inheritPipedStderr`: stderr is piped through the filter to ours; `inheritMerged`:
 * stdout and stderr are one pipe, which `stderr` gives.
 */
export type TargetStdio = 'pipe' | 'inheritAll' | 'inheritPipedStderr' | 'inheritMerged';

const STREAMS: Record<TargetStdio, StdioOptions> = {
	pipe: 'pipe',
	inheritAll: 'inherit',
	inheritPipedStderr: ['inherit', 'inherit', 'pipe'],
	inheritMerged: ['inherit', 'pipe', 'ignore'],
};

/** Only a shell can give one pipe two numbers; it then becomes the script's own process. */
function merged({ command, args, shell }: LaunchPlan): { command: string; args: string[] } {
	const line = shell ? `{ ${command}\n} 2>&1` : 'exec "$@" 2>&1';
	return { command: '/bin/sh', args: ['-c', line, 'sh', ...(shell ? [] : [command, ...args])] };
}

function killQuietly(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(pid, signal);
	} catch {
		// It has ended by itself.
	}
}
