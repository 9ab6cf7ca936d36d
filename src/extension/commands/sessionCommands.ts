import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { SnapshotCost } from '../../analysis/snapshotCost.ts';
import type { ProfileSession } from '../../engine/sessionTypes.ts';
import type { GcChoice } from '../../protocol/panel.ts';
import type { CommandResult, RuntimeCommand } from '../../protocol/runtimeLink.ts';
import { visibleText } from '../../protocol/text.ts';
import { formatBytes, formatMs } from '../../protocol/units.ts';
import { extensionErrors } from '../extensionErrors.ts';
import type { RunRequest } from '../sessions/runRequest.ts';
import { isRunning, type SessionStore, type ShownSession } from '../sessions/sessionStore.ts';
import { savedFile } from './chooseFile.ts';
import { chooseGcStrategy } from './chooseGcStrategy.ts';

const SNAPSHOT_EXTENSION = '.heapsnapshot';

export interface SessionCommandsOptions {
	store: SessionStore;
	run: (request: RunRequest) => Promise<void>;
	openSnapshot: (path: string) => Promise<void>;
}

/** What can be done with a session. Each acts on the given one, else on the active one; rejects with `noSession`. */
export class SessionCommands {
	readonly #options: SessionCommandsOptions;
	readonly #restarting = new Map<string, Promise<void>>();

	constructor(options: SessionCommandsOptions) {
		this.#options = options;
	}

	async stop(shown?: ShownSession): Promise<void> {
		await this.#session(shown).stop();
	}

	/** The same run again; one that still runs is stopped first. Asked twice before the new one is there, it starts one. */
	restart(shown = this.#options.store.shown): Promise<void> {
		if (!shown) return Promise.reject(extensionErrors.noSession());
		const begun = this.#restarting.get(shown.id);
		if (begun) return begun;
		const restarting = this.#restart(shown).finally(() => this.#restarting.delete(shown.id));
		this.#restarting.set(shown.id, restarting);
		return restarting;
	}

	async #restart(shown: ShownSession): Promise<void> {
		const { request } = shown;
		if (!request) throw extensionErrors.cannotRestart();
		if (!vscode.workspace.isTrusted) throw extensionErrors.untrusted();
		if (request.kind === 'launch' && request.target.kind === 'script') {
			await savedFile(vscode.Uri.file(request.target.path));
		}
		if (isRunning(shown)) await shown.session.stop();
		await this.#options.run(request);
	}

	async collectGarbage(shown?: ShownSession, process?: number): Promise<void> {
		say(await this.#session(shown).collectGarbage(process));
	}

	async refreshAllocations(shown?: ShownSession, process?: number): Promise<void> {
		await this.#session(shown).refreshAllocations(process);
	}

	async clear(
		command: Extract<RuntimeCommand, { kind: 'clearCache' | 'clearPool' }>,
		shown?: ShownSession,
		process?: number,
	): Promise<void> {
		say(await this.#session(shown).command(command, process));
	}

	/** Empties what the script can make again (caches, idle pool objects, registered objects), then collects. */
	async comprehensiveCleanup(shown?: ShownSession, process?: number): Promise<void> {
		say(await this.#session(shown).command({ kind: 'comprehensiveCleanup' }, process));
	}

	async setGcStrategy(strategy: GcChoice, shown?: ShownSession): Promise<void> {
		say(await this.#session(shown).command({ kind: 'setGcStrategy', strategy }));
	}

	/** As a command names it, else as a person chooses it from a list. */
	async chooseGcStrategy(named: unknown): Promise<void> {
		const session = this.#session(undefined);
		const strategy = await chooseGcStrategy(named, session.model);
		if (strategy) say(await session.command({ kind: 'setGcStrategy', strategy }));
	}

	async takeHeapSnapshot(shown?: ShownSession, process?: number): Promise<void> {
		const session = this.#session(shown);
		const cost = await session.checkHeapSnapshot(process);
		if (cost && cost.ms >= LONG_MS && !(await confirmed(cost))) return;
		const uri = await vscode.window.showSaveDialog({
			title: 'Save heap snapshot',
			defaultUri: snapshotUri(session),
			filters: { 'V8 heap snapshot': [SNAPSHOT_EXTENSION.slice(1)] },
		});
		if (!uri) return;
		// Replacing a file of that name was agreed to in the dialog.
		await rm(uri.fsPath, { force: true });
		await vscode.window.withProgress(
			{ location: vscode.ProgressLocation.Notification, title: 'Heap snapshot', cancellable: true },
			async (progress, token) => {
				const abort = new AbortController();
				token.onCancellationRequested(() => {
					abort.abort();
					vscode.window.setStatusBarMessage(
						'Heap snapshot cancelled: V8 finishes it first, then the script goes on without it.',
						10_000,
					);
				});
				const long = cost ? ` (about ${formatMs(cost.ms)})` : '';
				const message = `the script stands still while it is written${long}`;
				progress.report({ message });
				const onProgress = (bytes: number) => {
					// V8 collects for a while before it writes the first byte.
					if (bytes > 0) progress.report({ message: `${message}, ${formatBytes(bytes)} so far` });
				};
				await session.takeHeapSnapshot(uri.fsPath, onProgress, abort.signal, process);
			},
		);
		const open = 'Open';
		vscode.window.showInformationMessage(`Saved ${basename(uri.fsPath)}.`, open).then(chosen => {
			return chosen === open ? this.#options.openSnapshot(uri.fsPath) : undefined;
		});
	}

	#session(shown: ShownSession | undefined): ProfileSession {
		const session = shown ? (isRunning(shown) ? shown.session : undefined) : this.#options.store.active?.session;
		if (!session) throw extensionErrors.noSession();
		return session;
	}
}

/** Longer than this and a person is asked first. */
const LONG_MS = 5_000;

async function confirmed({ heapUsedBytes, neededBytes, ms }: SnapshotCost): Promise<boolean> {
	const take = 'Take snapshot';
	const detail = `V8 writes down ${formatBytes(heapUsedBytes)} of heap, may need ${formatBytes(neededBytes)} of memory meanwhile, and cannot be interrupted.`;
	const question = `The script would stand still for about ${formatMs(ms)}.`;
	return (await vscode.window.showWarningMessage(question, { modal: true, detail }, take)) === take;
}

function snapshotUri(session: ProfileSession): vscode.Uri {
	const stamp = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
	const name = session.header.title.replace(/[^\w.-]+/g, '_').slice(0, 80);
	const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(session.header.cwd);
	return vscode.Uri.joinPath(folder, `${name}-${stamp}${SNAPSHOT_EXTENSION}`);
}

function say({ message, freedBytes }: CommandResult): void {
	const freed = freedBytes === undefined || freedBytes <= 0 ? '' : ` ${formatBytes(freedBytes)} freed.`;
	vscode.window.setStatusBarMessage(`$(trash) ${visibleText(message, 200)}${freed}`, 6_000);
}
