import { Worker } from 'node:worker_threads';
import { Messenger } from '../../protocol/messenger.ts';
import type { Comparison, SnapshotPhase, SnapshotQueries, SnapshotSummary } from '../../protocol/snapshotView.ts';
import { UserError, type UserErrorCode } from '../errors.ts';
import type { FromSnapshotThread, ToSnapshotThread } from './snapshotThread.ts';

export interface OpenSnapshotOptions {
	/** The built thread (`dist/snapshotWorker.cjs`), or its source under a Node that runs TypeScript. */
	workerPath: string;
	onProgress?: (phase: SnapshotPhase, share: number) => void;
	signal?: AbortSignal;
}

/**
 * An opened heap snapshot: a thread of its own holds it and answers, so that whoever asks never waits for a long reading. Closing ends the
 * thread and gives all its memory back.
 */
export class SnapshotFile {
	readonly summary: SnapshotSummary;
	readonly #thread: SnapshotThread;

	private constructor(summary: SnapshotSummary, thread: SnapshotThread) {
		this.summary = summary;
		this.#thread = thread;
	}

	/** Rejects with a UserError that names what is wrong and where, or with the signal's reason. */
	static async open(path: string, { workerPath, onProgress, signal }: OpenSnapshotOptions): Promise<SnapshotFile> {
		signal?.throwIfAborted();
		const thread = new SnapshotThread(workerPath);
		thread.onProgress = onProgress;
		const abort = () => thread.end();
		signal?.addEventListener('abort', abort, { once: true });
		try {
			const summary = await thread.ask('open', { path });
			return new SnapshotFile(summary, thread);
		} catch (error) {
			await thread.end();
			signal?.throwIfAborted();
			throw error;
		} finally {
			signal?.removeEventListener('abort', abort);
			thread.onProgress = undefined;
		}
	}

	ask<K extends keyof SnapshotQueries>(name: K, query: SnapshotQueries[K][0]): Promise<SnapshotQueries[K][1]> {
		return this.#thread.ask(name, query);
	}

	/** What has changed from the other snapshot to this one; `ask('changes')` lists it then. */
	async compare(path: string, onProgress?: (share: number) => void, signal?: AbortSignal): Promise<Comparison> {
		signal?.throwIfAborted();
		const thread = this.#thread;
		const abort = () => thread.stopReading(true);
		thread.stopReading(false);
		thread.onProgress = (_, share) => onProgress?.(share);
		signal?.addEventListener('abort', abort, { once: true });
		try {
			return await thread.ask('compare', { path });
		} catch (error) {
			signal?.throwIfAborted();
			throw error;
		} finally {
			signal?.removeEventListener('abort', abort);
			thread.onProgress = undefined;
		}
	}

	close(): Promise<void> {
		return this.#thread.end();
	}
}

class SnapshotThread {
	onProgress: ((phase: SnapshotPhase, share: number) => void) | undefined;
	readonly #worker: Worker;
	readonly #messenger: Messenger<ToSnapshotThread, FromSnapshotThread>;
	/** Not 0: stop reading. The thread cannot hear messages while it reads. */
	readonly #stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
	#failure: UserError | undefined;

	constructor(workerPath: string) {
		const worker = new Worker(workerPath, { stdout: false, stderr: false, workerData: this.#stop.buffer });
		this.#worker = worker;
		this.#messenger = new Messenger<ToSnapshotThread, FromSnapshotThread>(
			{
				post: message => worker.postMessage(message),
				listen: onMessage => {
					worker.on('message', onMessage);
					return () => worker.off('message', onMessage);
				},
			},
			{
				progress: ({ phase, share }) => this.onProgress?.(phase, share),
				failed: ({ code, message }) => {
					this.#failure = new UserError(code as UserErrorCode, message);
				},
			},
		);
		worker.on('error', error => {
			this.#failure = new UserError('snapshotTooLarge', `The heap snapshot could not be read: ${error.message}.`);
			this.#messenger.close();
		});
		worker.on('exit', () => this.#messenger.close());
	}

	async ask<K extends keyof ToSnapshotThread & string>(
		name: K,
		argument: ToSnapshotThread[K][0],
	): Promise<ToSnapshotThread[K][1]> {
		this.#failure = undefined;
		try {
			return await this.#messenger.call(name, argument);
		} catch (error) {
			// Assigned meanwhile by what the thread said.
			throw (this.#failure as UserError | undefined) ?? error;
		}
	}

	stopReading(stop: boolean): void {
		Atomics.store(this.#stop, 0, stop ? 1 : 0);
	}

	async end(): Promise<void> {
		this.#messenger.close();
		await this.#worker.terminate();
	}
}
