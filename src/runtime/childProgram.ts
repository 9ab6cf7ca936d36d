import { type ChildProcess, spawn } from 'node:child_process';
import { basename } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { CHILD_RSS_MS, childMemory } from './childRss.ts';
import { sharedHub } from './reporter.ts';
import { MemoryManagerError, messageOf, runtimeErrors } from './runtimeError.ts';

/** What a program said last: enough for the reason, whatever it says before. */
const STDERR_BYTES = 8 * 1024;
/** How long a program may take to end when asked to. */
const ASKED_MS = 1_000;
/** Of what it said, what an error's sentence repeats. */
const REASON_LENGTH = 300;

export interface ChildProgramOptions {
	/** Ends the program, with its reason. */
	signal?: AbortSignal | undefined;
	/** Something is written to its stdin; otherwise that is empty. */
	writes?: boolean;
	/** `false`: what it writes to stdout goes nowhere. Otherwise it has to be read, by `output`. */
	reads?: boolean;
	/** Also its descriptor 3 is read: `side`. */
	side?: boolean;
}

export interface ProgramExit {
	/** Of the program, as far as the system told it while it ran, bytes. */
	readonly peakRssBytes: number | undefined;
}

/** A program that ended otherwise than well. `code` is `programFailed`. */
export class ProgramError extends MemoryManagerError {
	/** Its name without folders. */
	readonly program: string;
	/** What it returned; `null` when a signal ended it or it never began. */
	readonly exitCode: number | null;
	/** What ended it. */
	readonly endedBy: NodeJS.Signals | null;
	/** The last 8 KiB that it wrote to stderr. */
	readonly stderr: string;

	constructor(program: string, end: { code: number | null; signal: NodeJS.Signals | null }, stderr: string) {
		const how = end.signal === null ? `ended with code ${end.code}` : `was ended by ${end.signal}`;
		super('programFailed', `${program} ${how}${reasonIn(stderr)}`);
		this.name = 'ProgramError';
		this.program = program;
		this.exitCode = end.code;
		this.endedBy = end.signal;
		this.stderr = stderr;
	}
}

/** Its last line that says something. */
function reasonIn(stderr: string): string {
	const line = stderr
		.split(/[\r\n]+/)
		.map(text => text.trim())
		.findLast(text => text !== '');
	return line === undefined ? '.' : `: ${line.slice(0, REASON_LENGTH)}`;
}

/**
 * A program that we run: without a shell, its output taken only as fast as it is asked for. Its memory is followed while it runs, and in a
 * profiled process it appears on the time line as a child.
 *
 * It ends with us: when this process exits it is killed, and where this process is killed its pipes break.
 *
 * @example
 * await using program = ChildProgram.start(findProgram('ffprobe'), ['-version']);
 * for await (const chunk of program.output()) process.stdout.write(chunk);
 * const { peakRssBytes } = await program.done;
 */
export class ChildProgram implements AsyncDisposable {
	/** Its name without folders. */
	readonly name: string;
	readonly pid: number | undefined;
	/** Settles when it has ended well; rejects with `programFailed` or the signal's reason. Whatever is unread of its output holds it up. */
	readonly done: Promise<ProgramExit>;
	readonly #child: ChildProcess;
	readonly #signal: AbortSignal | undefined;
	readonly #closed: Promise<void>;
	#stderr = Buffer.alloc(0);
	#hasEnded = false;
	#isStopped = false;
	#rssBytes: number | undefined;
	#peakRssBytes: number | undefined;
	#timer: NodeJS.Timeout | undefined;
	#kill: NodeJS.Timeout | undefined;

	private constructor(path: string, args: readonly string[], { signal, writes, reads, side }: ChildProgramOptions) {
		signal?.throwIfAborted();
		this.name = basename(path).replace(/\.(exe|com)$/i, '');
		this.#signal = signal;
		this.#child = spawn(path, args, {
			stdio: [
				writes ? 'pipe' : 'ignore',
				reads === false ? 'ignore' : 'pipe',
				'pipe',
				...(side ? ['pipe' as const] : []),
			],
			windowsHide: true,
		});
		this.pid = this.#child.pid;
		const { promise, closed } = this.#watch();
		this.done = promise;
		this.#closed = closed;
		// Whoever reads its output hears of a failure there.
		promise.catch(() => undefined);
	}

	/** Rejections come by `done`, `output` and `write`. Throws only the signal's reason, where it has come already. */
	static start(path: string, args: readonly string[], options: ChildProgramOptions = {}): ChildProgram {
		return new ChildProgram(path, args, options);
	}

	/** Bytes now; `undefined` where the system does not tell. */
	get rssBytes(): number | undefined {
		return this.#rssBytes;
	}

	/** Bytes at most so far; what came and went between two looks (100 ms, on macOS 1 s) is missing on systems that keep no peak. */
	get peakRssBytes(): number | undefined {
		return this.#peakRssBytes;
	}

	get hasEnded(): boolean {
		return this.#hasEnded;
	}

	/** The last 8 KiB that it wrote to stderr so far. */
	get stderr(): string {
		return this.#stderr.toString('utf8');
	}

	/** Descriptor 3, where `side` was asked for. */
	get side(): Readable | undefined {
		return (this.#child.stdio[3] ?? undefined) as Readable | undefined;
	}

	/**
	 * What it writes to stdout, in chunks of up to 64 KiB, once. At the end it is waited for: throws `programFailed` when it did not end well,
	 * and the signal's reason. Leaving the loop early stops it.
	 */
	async *output(): AsyncGenerator<Buffer, void, undefined> {
		const { stdout } = this.#child;
		try {
			if (stdout) for await (const chunk of stdout) yield chunk as Buffer;
			await this.done;
		} catch (error) {
			// What broke the pipe tells less than how the program went.
			await this.done;
			throw error;
		} finally {
			if (!this.#hasEnded) await this.stop();
		}
	}

	/**
	 * Settles when the bytes may be changed again, which is when the program has taken them: that is the back-pressure. Several at once are
	 * written in order. Throws `programFailed` when it ends before.
	 */
	async write(bytes: Uint8Array): Promise<void> {
		const { stdin } = this.#child;
		if (!stdin || this.#hasEnded) return this.#noMoreInput();
		const taken = await new Promise<boolean>(resolve => {
			stdin.write(bytes, error => resolve(!error));
		});
		if (!taken) await this.#noMoreInput();
	}

	/** No more comes. */
	endInput(): void {
		this.#child.stdin?.end();
	}

	/** Ends it: asks, and after a second does not ask any more. Settles when it is gone; `done` rejects. May be called again. */
	async stop(): Promise<void> {
		this.#stop();
		await this.#closed;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.stop();
	}

	#stop(): void {
		if (this.#hasEnded || this.#isStopped) return;
		this.#isStopped = true;
		const child = this.#child;
		child.kill('SIGTERM');
		this.#kill = setTimeout(() => child.kill('SIGKILL'), ASKED_MS);
		// Nobody takes the rest: a pipe that is full would hold up its end.
		for (const stream of child.stdio) stream?.destroy();
	}

	async #noMoreInput(): Promise<never> {
		await this.done;
		throw runtimeErrors.disposed(`The input of ${this.name}`);
	}

	#watch(): { promise: Promise<ProgramExit>; closed: Promise<void> } {
		const child = this.#child;
		const signal = this.#signal;
		if (child.pid !== undefined) {
			sharedHub().programStarted?.({ pid: child.pid, title: this.name });
			living.add(child);
			this.#follow(child.pid);
		}
		child.stderr?.on('data', (chunk: Buffer) => {
			this.#stderr = Buffer.concat([this.#stderr, chunk]).subarray(-STDERR_BYTES);
		});
		// Broken pipes: how the program went is what counts.
		for (const stream of child.stdio) (stream as Readable | Writable | null)?.on('error', () => undefined);
		const abort = () => this.#stop();
		signal?.addEventListener('abort', abort, { once: true });
		const promise = new Promise<ProgramExit>((resolve, reject) => {
			let failed: Error | undefined;
			child.on('error', error => {
				failed ??= error;
				// It never began: nothing else will be told.
				if (child.pid === undefined) this.#ended(abort, () => reject(this.#notStarted(error)));
			});
			child.on('exit', () => void living.remove(child));
			child.on('close', (code, endedBy) => {
				this.#ended(abort, () => {
					if (signal?.aborted) reject(signal.reason);
					else if (code === 0 && !failed) resolve({ peakRssBytes: this.#peakRssBytes });
					else reject(new ProgramError(this.name, { code, signal: endedBy }, this.stderr));
				});
			});
		});
		const closed = promise.then(
			() => undefined,
			() => undefined,
		);
		return { promise, closed };
	}

	#ended(abort: () => void, settle: () => void): void {
		if (this.#hasEnded) return;
		this.#hasEnded = true;
		clearInterval(this.#timer);
		clearTimeout(this.#kill);
		this.#signal?.removeEventListener('abort', abort);
		this.#rssBytes = undefined;
		settle();
	}

	#notStarted(error: Error): MemoryManagerError {
		return new MemoryManagerError('programFailed', `${this.name} could not be started: ${messageOf(error)}`, {
			cause: error,
		});
	}

	#follow(pid: number): void {
		let asking = false;
		const look = async () => {
			if (asking) return;
			asking = true;
			const memory = await childMemory(pid);
			asking = false;
			if (!memory || this.#hasEnded) return;
			this.#rssBytes = memory.rssBytes;
			this.#peakRssBytes = Math.max(this.#peakRssBytes ?? 0, memory.peakRssBytes ?? memory.rssBytes);
		};
		void look();
		this.#timer = setInterval(look, CHILD_RSS_MS).unref();
	}
}

/** The programs that run now. They are killed when this process exits; while there are none, nothing of ours listens. */
class Living {
	readonly #children = new Set<ChildProcess>();
	readonly #killAll = () => {
		for (const child of this.#children) child.kill('SIGKILL');
	};

	add(child: ChildProcess): void {
		if (this.#children.size === 0) process.on('exit', this.#killAll);
		this.#children.add(child);
	}

	remove(child: ChildProcess): void {
		this.#children.delete(child);
		if (this.#children.size === 0) process.off('exit', this.#killAll);
	}
}

const living = new Living();
