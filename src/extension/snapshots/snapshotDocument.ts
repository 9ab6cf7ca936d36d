import type * as vscode from 'vscode';
import { Emitter } from '../../base/emitter.ts';
import { messageOf } from '../../engine/errors.ts';
import { SnapshotFile } from '../../engine/snapshots/snapshotFile.ts';
import type { SnapshotQueries, SnapshotState } from '../../protocol/snapshotView.ts';
import { isCancellation, sentenceOf } from '../reportError.ts';

export interface SnapshotDocumentOptions {
	workerPath: string;
	log: vscode.LogOutputChannel;
	onDispose(document: SnapshotDocument): void;
}

/** An opened heap snapshot: one thread for all editors that show it. Reading begins when the first of them asks. */
export class SnapshotDocument implements vscode.CustomDocument {
	readonly uri: vscode.Uri;
	readonly #options: SnapshotDocumentOptions;
	readonly #changed = new Emitter<void>();
	#state: SnapshotState = { phase: 'reading', share: 0 };
	#file: SnapshotFile | undefined;
	/** Of what is being read: the snapshot or the other one. */
	#abort: AbortController | undefined;
	#opening: Promise<void> | undefined;
	#disposed = false;

	constructor(uri: vscode.Uri, options: SnapshotDocumentOptions) {
		this.uri = uri;
		this.#options = options;
	}

	readonly onDidChange = this.#changed.event;

	get state(): SnapshotState {
		return this.#state;
	}

	/** Settles when it is read or has failed; `state` says which. Read already, or being read: nothing happens anew. */
	open(): Promise<void> {
		if (this.#file || this.#disposed) return Promise.resolve();
		this.#opening ??= this.#read().finally(() => {
			this.#opening = undefined;
		});
		return this.#opening;
	}

	async #read(): Promise<void> {
		const abort = new AbortController();
		this.#abort = abort;
		this.#set({ phase: 'reading', share: 0 });
		const { workerPath, log } = this.#options;
		const path = this.uri.fsPath;
		try {
			const began = performance.now();
			const file = await SnapshotFile.open(path, {
				workerPath,
				signal: abort.signal,
				onProgress: (phase, share) => this.#set({ phase, share }),
			});
			if (this.#disposed) return void (await file.close());
			this.#file = file;
			log.info(`"${path}" was read in ${Math.round(performance.now() - began)} ms.`);
			this.#set({ phase: 'ready', summary: file.summary });
		} catch (error) {
			const cancelled = isCancellation(error);
			if (!cancelled) log.error(`"${path}": ${messageOf(error)}`);
			this.#set({ phase: 'failed', sentence: cancelled ? 'Reading was cancelled.' : sentenceOf(error) });
		} finally {
			this.#abort = undefined;
		}
	}

	cancel(): void {
		this.#abort?.abort();
	}

	ask<K extends keyof SnapshotQueries>(name: K, query: SnapshotQueries[K][0]): Promise<SnapshotQueries[K][1]> {
		if (!this.#file) return Promise.reject(new Error('The snapshot is not open.'));
		return this.#file.ask(name, query);
	}

	/** From the other snapshot to this one. Rejects with what is wrong with the other. */
	async compareWith(path: string): Promise<void> {
		await this.open();
		const file = this.#file;
		if (!file) return;
		const { summary } = file;
		// One at a time: who asks again means the new one.
		this.cancel();
		const kept = this.#state.phase === 'ready' ? this.#state.comparison : undefined;
		const abort = new AbortController();
		this.#abort = abort;
		try {
			const told = (share: number) => this.#set({ phase: 'ready', summary, comparing: { share } });
			told(0);
			const comparison = await file.compare(path, told, abort.signal);
			this.#set({ phase: 'ready', summary, comparison });
		} catch (error) {
			this.#set({ phase: 'ready', summary, ...(kept && { comparison: kept }) });
			if (!isCancellation(error)) throw error;
		} finally {
			if (this.#abort === abort) this.#abort = undefined;
		}
	}

	endComparison(): void {
		if (this.#file) this.#set({ phase: 'ready', summary: this.#file.summary });
	}

	dispose(): void {
		this.#disposed = true;
		this.cancel();
		this.#changed.dispose();
		this.#options.onDispose(this);
		this.#file?.close().catch(error => this.#options.log.error(messageOf(error)));
		this.#file = undefined;
	}

	#set(state: SnapshotState): void {
		this.#state = state;
		this.#changed.fire();
	}
}
