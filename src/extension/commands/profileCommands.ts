import { homedir } from 'node:os';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../engine/errors.ts';
import { nodeCommand, splitCommandLine } from '../../engine/launch/commandLine.ts';
import { packageScripts } from '../../engine/launch/resolveTarget.ts';
import type { LaunchTarget } from '../../engine/sessionTypes.ts';
import type { Configuration } from '../configuration.ts';
import { extensionErrors } from '../extensionErrors.ts';
import { workingDirectory } from '../folders.ts';
import type { RunRequest } from '../sessions/runRequest.ts';
import { choosePackageJson, isPackageJson, isScript, savedFile } from './chooseFile.ts';
import type { RunChoices } from './runChoices.ts';

export interface ProfileCommandsOptions {
	configuration: Configuration;
	choices: RunChoices;
	/** Starts the run and shows the panel. */
	run: (request: RunRequest) => Promise<void>;
}

/** The ways to say what is to be profiled. */
export class ProfileCommands {
	readonly #options: ProfileCommandsOptions;

	constructor(options: ProfileCommandsOptions) {
		this.#options = options;
	}

	/** The given or active script, with what was chosen for it last. */
	async profile(argument?: unknown): Promise<void> {
		refuseUntrusted();
		const uri = await savedFile(argument);
		if (uri && isPackageJson(uri)) return this.packageScript(uri);
		if (!uri || !isScript(uri)) throw extensionErrors.noScript();
		const { configuration, choices, run } = this.#options;
		const settings = configuration.read(uri);
		const choice = choices.get(uri.fsPath);
		await run({
			kind: 'launch',
			target: { kind: 'script', path: uri.fsPath, args: choice ? splitCommandLine(choice.args) : settings.args },
			cwd: choice?.cwd ?? workingDirectory(uri, settings.cwd),
		});
	}

	async withOptions(argument?: unknown): Promise<void> {
		refuseUntrusted();
		const uri = await savedFile(argument);
		if (!uri || !isScript(uri)) throw extensionErrors.noScript();
		const { configuration, choices } = this.#options;
		const settings = configuration.read(uri);
		const title = `Profile ${basename(uri.fsPath)}`;
		const last = choices.get(uri.fsPath);
		const args = await vscode.window.showInputBox({
			title: `${title} (1/2)`,
			prompt: 'Arguments of the script; quotes group words',
			value: last?.args ?? settings.args.map(quoted).join(' '),
			ignoreFocusOut: true,
		});
		if (args === undefined) return;
		const cwd = await vscode.window.showInputBox({
			title: `${title} (2/2)`,
			prompt: 'Working directory',
			value: last?.cwd ?? workingDirectory(uri, settings.cwd),
			ignoreFocusOut: true,
			validateInput: async path => ((await isFolder(path)) ? undefined : 'There is no such folder.'),
		});
		if (cwd === undefined) return;
		await choices.set(uri.fsPath, { args, cwd });
		await this.profile(uri);
	}

	async packageScript(argument?: unknown): Promise<void> {
		refuseUntrusted();
		const uri = argument instanceof vscode.Uri && isPackageJson(argument) ? argument : await choosePackageJson();
		if (!uri) return;
		const scripts = Object.entries(packageScripts(uri.fsPath));
		if (scripts.length === 0) throw extensionErrors.noPackageScripts(uri.fsPath);
		const chosen = await vscode.window.showQuickPick(
			scripts.map(([label, description]) => ({ label, description })),
			{ title: 'Profile package script', placeHolder: 'The first Node process of the script is profiled' },
		);
		if (!chosen) return;
		const target: LaunchTarget = { kind: 'packageScript', packageJson: uri.fsPath, name: chosen.label, args: [] };
		await this.#options.run({ kind: 'launch', target, cwd: dirname(uri.fsPath) });
	}

	async command(): Promise<void> {
		refuseUntrusted();
		const { choices, configuration, run } = this.#options;
		const command = await vscode.window.showInputBox({
			title: 'Profile node command',
			prompt: 'A command line that begins with node; no shell is involved',
			value: choices.command,
			ignoreFocusOut: true,
			validateInput: problemWith,
		});
		if (command === undefined) return;
		await choices.setCommand(command);
		const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
		const cwd = folder ? workingDirectory(vscode.Uri.joinPath(folder, '-'), configuration.read(folder).cwd) : homedir();
		await run({ kind: 'launch', target: { kind: 'command', command }, cwd });
	}

	async attach(): Promise<void> {
		refuseUntrusted();
		const { choices, run } = this.#options;
		const typed = await vscode.window.showInputBox({
			title: 'Attach to a running Node',
			prompt: 'host:port of its inspector (node --inspect)',
			value: choices.address,
			ignoreFocusOut: true,
			validateInput: text =>
				/^\s*(\S+:)?\d{1,5}\s*$/.test(text) ? undefined : 'Give it as host:port, for example 127.0.0.1:9229.',
		});
		if (typed === undefined) return;
		const address = typed.trim();
		await choices.setAddress(address);
		await run({ kind: 'attach', address, title: address, cwd: workspaceFolder() });
	}

	async attachToDebugSession(): Promise<void> {
		refuseUntrusted();
		await this.#options.run({ kind: 'debugSession', cwd: workspaceFolder() });
	}
}

/** Before anything is asked: a refusal after three questions is rude. The launcher refuses again. */
function refuseUntrusted(): void {
	if (!vscode.workspace.isTrusted) throw extensionErrors.untrusted();
}

/** Without a folder it is the home: the editor's own working directory is an accident. */
const workspaceFolder = () => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();

const quoted = (word: string) => (/^[^\s"'\\]+$/.test(word) ? word : `"${word.replace(/["\\]/g, '\\$&')}"`);

function problemWith(command: string): string | undefined {
	try {
		nodeCommand(command);
		return undefined;
	} catch (error) {
		return messageOf(error);
	}
}

async function isFolder(path: string): Promise<boolean> {
	try {
		const { type } = await vscode.workspace.fs.stat(vscode.Uri.file(path));
		return (type & vscode.FileType.Directory) !== 0;
	} catch {
		return false;
	}
}
