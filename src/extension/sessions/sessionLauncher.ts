import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposables.ts';
import { Emitter } from '../../base/emitter.ts';
import type { Logger } from '../../base/logger.ts';
import { attachSession } from '../../engine/attachSession.ts';
import { launchSession } from '../../engine/launchSession.ts';
import type { ProfileSession, SessionOptions } from '../../engine/sessionTypes.ts';
import type { Configuration } from '../configuration.ts';
import { extensionErrors } from '../extensionErrors.ts';
import type { RecordingsFolder } from '../recordings/recordingsFolder.ts';
import { scriptEnvironment } from '../scriptEnvironment.ts';
import type { Settings } from '../settings.ts';
import type { Terminals } from '../terminal/terminals.ts';
import { debugSessionAddress } from './debugSessionAddress.ts';
import { type RunRequest, titleOf } from './runRequest.ts';
import type { SessionStore, ShownSession } from './sessionStore.ts';

export interface SessionLauncherOptions {
	store: SessionStore;
	configuration: Configuration;
	recordings: RecordingsFolder;
	terminals: Terminals;
	runtimeDir: string;
	logger: Logger;
	/** Whether the person trusts the code of this workspace. */
	isTrusted: () => boolean;
}

/** Starts sessions as the settings say and stops those that it started. Refuses in an untrusted workspace. */
export class SessionLauncher implements Disposable {
	readonly #options: SessionLauncherOptions;
	readonly #abort = new AbortController();
	readonly #pruned: Emitter<void>;
	/** Begun and not yet in the store. */
	readonly #starting = new Set<Promise<unknown>>();

	constructor(options: SessionLauncherOptions) {
		this.#options = options;
		this.#pruned = new Emitter(error => options.logger.error('A listener of the launcher failed.', error));
	}

	/** A run has ended and the old recordings are deleted: the list of recordings is another one. */
	get onDidPrune() {
		return this.#pruned.event;
	}

	/** Rejects with an error of a catalogue when the run cannot be started. */
	start(request: RunRequest): Promise<ShownSession & { session: ProfileSession }> {
		const starting = this.#start(request);
		this.#starting.add(starting);
		const done = () => this.#starting.delete(starting);
		starting.then(done, done);
		return starting;
	}

	async #start(request: RunRequest): Promise<ShownSession & { session: ProfileSession }> {
		if (!this.#options.isTrusted()) throw extensionErrors.untrusted();
		const { store, configuration, recordings, terminals, logger } = this.#options;
		const settings = configuration.read(scopeOf(request));
		const recordingPath = await recordings.next(titleOf(request), new Date());
		const common: SessionOptions = {
			recordingPath,
			logger,
			signal: this.#abort.signal,
			sampling: {
				samplesPerSecond: settings.samplesPerSecond,
				intervalBytes: settings.samplingIntervalBytes,
				allocations: settings.allocations,
				offHeap: settings.offHeap,
				children: settings.childProcesses,
				overheadBudget: settings.overheadBudget / 100,
			},
		};
		const session = await this.#open(request, settings, common);
		terminals.add(session);
		const shown = store.add(session, request);
		logger.info(
			`Profiling ${titleOf(request)} (process ${session.pid ?? 'not known yet'}), recorded in "${recordingPath}".`,
		);
		void session.ended.then(async () => {
			const inUse = new Set([...store.running, store.shown].map(one => one?.recordingPath ?? ''));
			await recordings.prune(settings.keepRecordings, inUse);
			this.#pruned.fire();
		});
		return shown;
	}

	async #open(request: RunRequest, settings: Settings, common: SessionOptions): Promise<ProfileSession> {
		if (request.kind === 'launch') {
			const { runtimeDir } = this.#options;
			return launchSession({
				...common,
				target: request.target,
				cwd: request.cwd,
				env: scriptEnvironment(process.env, settings.env),
				...(settings.nodePath !== undefined && { nodePath: settings.nodePath }),
				runtimeDir,
			});
		}
		const { address, title } =
			request.kind === 'attach' ? request : await debugSessionAddress(vscode.debug.activeDebugSession);
		return attachSession({ ...common, address, title, cwd: request.cwd });
	}

	/** Stops everything that was started here; settles when the recordings are closed. */
	async stopAll(): Promise<void> {
		this.#abort.abort();
		await Promise.allSettled(this.#starting);
		await Promise.allSettled(this.#options.store.running.map(({ session }) => session.stop()));
	}

	dispose(): void {
		void this.stopAll();
	}
}

function scopeOf(request: RunRequest): vscode.Uri {
	if (request.kind !== 'launch') return vscode.Uri.file(request.cwd);
	const { target } = request;
	if (target.kind === 'script') return vscode.Uri.file(target.path);
	return vscode.Uri.file(target.kind === 'packageScript' ? target.packageJson : request.cwd);
}
