import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { RECORDING_EXTENSION } from '../../protocol/recording.ts';
import { visibleText } from '../../protocol/text.ts';
import { formatBytes } from '../../protocol/units.ts';
import { extensionErrors } from '../extensionErrors.ts';
import { views } from '../ids.ts';
import type { SessionStore, ShownSession } from '../sessions/sessionStore.ts';
import { renamed } from './recordingNames.ts';
import type { RecordingsFolder } from './recordingsFolder.ts';

export interface RecordingCommandsOptions {
	folder: RecordingsFolder;
	store: SessionStore;
	openPanel: () => void;
	log: vscode.LogOutputChannel;
}

/** What a person does with recordings. */
export class RecordingCommands {
	readonly #folder: RecordingsFolder;
	readonly #store: SessionStore;
	readonly #openPanel: () => void;
	readonly #log: vscode.LogOutputChannel;

	constructor({ folder, store, openPanel, log }: RecordingCommandsOptions) {
		this.#folder = folder;
		this.#store = store;
		this.#openPanel = openPanel;
		this.#log = log;
	}

	/** The given file, else one picked from the list or from the disk. */
	async open(argument?: unknown): Promise<void> {
		const given = typeof argument === 'string' ? vscode.Uri.file(argument) : argument;
		const uri = given instanceof vscode.Uri ? given : await this.#choose();
		if (!uri) return;
		const running = this.#running(uri.fsPath);
		if (running) {
			// The file ends somewhere in the middle; the run itself goes on.
			this.#store.show(running);
			return this.#openPanel();
		}
		if (uri.scheme === 'file' && !existsSync(uri.fsPath)) throw extensionErrors.recordingMissing(uri.fsPath);
		await vscode.commands.executeCommand('vscode.openWith', uri, views.recording);
	}

	async rename(path: string): Promise<void> {
		if (this.#running(path)) throw extensionErrors.recordingInUse(path);
		const typed = await vscode.window.showInputBox({
			title: 'Rename recording',
			prompt: 'A renamed recording is kept when old ones are deleted',
			value: basename(path, RECORDING_EXTENSION),
			validateInput: text => (renamed(text) === undefined ? extensionErrors.badName().message : undefined),
		});
		if (typed === undefined) return;
		if (!existsSync(path)) throw extensionErrors.recordingMissing(path);
		this.#store.moved(path, await this.#folder.rename(path, typed));
	}

	async delete(path: string): Promise<void> {
		if (this.#running(path)) throw extensionErrors.recordingInUse(path);
		const name = visibleText(basename(path), 80);
		const confirm = 'Move to trash';
		const question = `Move the recording "${name}" to the trash?`;
		if ((await vscode.window.showWarningMessage(question, { modal: true }, confirm)) !== confirm) return;
		const uri = vscode.Uri.file(path);
		try {
			await vscode.workspace.fs.delete(uri, { useTrash: true });
		} catch (error) {
			// Servers and containers have no trash.
			this.#log.info(`The trash did not take "${path}": ${String(error)}`);
			const forGood = 'Delete for good';
			const again = `There is no trash here. Delete the recording "${name}" for good?`;
			if ((await vscode.window.showWarningMessage(again, { modal: true }, forGood)) !== forGood) return;
			try {
				await vscode.workspace.fs.delete(uri);
			} catch (cause) {
				throw extensionErrors.cannotDelete(path, cause);
			}
		}
	}

	/** In the file manager, where there is one; a served window shows the path instead. */
	async reveal(path: string): Promise<void> {
		if (!existsSync(path)) throw extensionErrors.recordingMissing(path);
		const uri = vscode.Uri.file(path);
		if (vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop) {
			await vscode.commands.executeCommand('revealFileInOS', uri);
			return;
		}
		const copy = 'Copy path';
		if ((await vscode.window.showInformationMessage(visibleText(path, 400), copy)) === copy) {
			await vscode.env.clipboard.writeText(path);
		}
	}

	#running(path: string): ShownSession | undefined {
		return this.#store.running.find(({ recordingPath }) => recordingPath === path);
	}

	async #choose(): Promise<vscode.Uri | undefined> {
		const browse = { label: '$(folder-opened) Another file…', description: '', path: undefined };
		const items = (await this.#folder.list()).map(({ name, path, bytes, modifiedEpochMs }) => ({
			label: visibleText(name),
			description: `${formatBytes(bytes)} · ${new Date(modifiedEpochMs).toLocaleString()}`,
			path,
		}));
		const chosen = await vscode.window.showQuickPick([...items, browse], { title: 'Open recording' });
		if (!chosen) return undefined;
		if (chosen.path !== undefined) return vscode.Uri.file(chosen.path);
		const filters = { Recording: [RECORDING_EXTENSION.slice(1)] };
		return (await vscode.window.showOpenDialog({ title: 'Open recording', filters }))?.[0];
	}
}
