import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Disposable } from '../base/disposables.ts';
import { isString } from '../protocol/guards.ts';
import { openRecordingFile } from './recordings/openRecording.ts';
import type { SessionStore } from './sessions/sessionStore.ts';

const KEY = 'memoryManager.lastRecording';

/** Remembers what the panel showed, so that it shows it again when the window was loaded anew. */
export class LastRecording implements Disposable {
	readonly #state: vscode.Memento;
	readonly #store: SessionStore;
	readonly #log: vscode.LogOutputChannel;
	readonly #subscription: Disposable;

	constructor(state: vscode.Memento, store: SessionStore, log: vscode.LogOutputChannel) {
		this.#state = state;
		this.#store = store;
		this.#log = log;
		this.#subscription = store.onDidChange(() => {
			const path = store.shown?.recordingPath;
			if (path === this.#state.get(KEY)) return;
			this.#state.update(KEY, path).then(undefined, error => log.warn(`Not remembered: ${String(error)}`));
		});
	}

	/** A recording that is gone or broken leaves the panel empty: nobody has asked for it now. */
	async restore(): Promise<void> {
		const path = this.#state.get<unknown>(KEY);
		if (!isString(path) || !existsSync(path)) return;
		try {
			const none = new vscode.CancellationTokenSource();
			const shown = await openRecordingFile(path, none.token, this.#log);
			if (!this.#store.shown) this.#store.show(shown);
		} catch (error) {
			this.#log.warn(`The last recording could not be shown again: ${String(error)}`);
		}
	}

	dispose(): void {
		this.#subscription.dispose();
	}
}
