import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { ProfileSession } from '../../engine/sessionTypes.ts';
import type { CommandResult, RuntimeCommand } from '../../protocol/runtimeLink.ts';
import { visibleText } from '../../protocol/text.ts';
import { formatBytes } from '../../protocol/units.ts';
import { extensionErrors } from '../extensionErrors.ts';
import type { RunRequest } from '../sessions/runRequest.ts';
import { isRunning, type SessionStore, type ShownSession } from '../sessions/sessionStore.ts';

const SNAPSHOT_EXTENSION = '.heapsnapshot';

export interface SessionCommandsOptions {
	store: SessionStore;
	run: (request: RunRequest) => Promise<void>;
}

/** What can be done with a session. Each acts on the given one, else on the active one; rejects with `noSession`. */
export class SessionCommands {
	readonly #options: SessionCommandsOptions;

	constructor(options: SessionCommandsOptions) {
		this.#options = options;
	}

	async stop(shown?: ShownSession): Promise<void> {
		await this.#session(shown).stop();
	}

	/** The same run again; one that still runs is stopped first. */
	async restart(shown = this.#options.store.shown): Promise<void> {
		if (!shown) throw extensionErrors.noSession();
		if (!shown.request) throw extensionErrors.cannotRestart();
		if (!vscode.workspace.isTrusted) throw extensionErrors.untrusted();
		if (isRunning(shown)) await shown.session.stop();
		await this.#options.run(shown.request);
	}

	async collectGarbage(shown?: ShownSession): Promise<void> {
		say(await this.#session(shown).collectGarbage());
	}

	async refreshAllocations(shown?: ShownSession): Promise<void> {
		await this.#session(shown).refreshAllocations();
	}

	async clear(command: Exclude<RuntimeCommand, { kind: 'collectGarbage' }>, shown?: ShownSession): Promise<void> {
		say(await this.#session(shown).command(command));
	}

	async takeHeapSnapshot(shown?: ShownSession): Promise<void> {
		const session = this.#session(shown);
		const uri = await vscode.window.showSaveDialog({
			title: 'Save heap snapshot',
			defaultUri: snapshotUri(session),
			filters: { 'V8 heap snapshot': [SNAPSHOT_EXTENSION.slice(1)] },
		});
		if (!uri) return;
		await vscode.window.withProgress(
			{ location: vscode.ProgressLocation.Notification, title: 'Heap snapshot', cancellable: true },
			async (progress, token) => {
				const abort = new AbortController();
				token.onCancellationRequested(() => abort.abort());
				progress.report({ message: 'the script stands still while it is written' });
				const onProgress = (bytes: number) => progress.report({ message: `${formatBytes(bytes)} written` });
				await session.takeHeapSnapshot(uri.fsPath, onProgress, abort.signal);
			},
		);
		const open = 'Open';
		vscode.window.showInformationMessage(`Saved ${basename(uri.fsPath)}.`, open).then(chosen => {
			if (chosen === open) return vscode.commands.executeCommand('vscode.open', uri);
			return undefined;
		});
	}

	#session(shown: ShownSession | undefined): ProfileSession {
		const session = shown ? (isRunning(shown) ? shown.session : undefined) : this.#options.store.active?.session;
		if (!session) throw extensionErrors.noSession();
		return session;
	}
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
