import * as vscode from 'vscode';
import { messageOf, UserError } from '../engine/errors.ts';
import { ExtensionError } from './extensionErrors.ts';
import { commands, SETTINGS_SECTION, settingKeys } from './ids.ts';

/** A button of an error message: what it says and the command behind it. */
export interface Remedy {
	title: string;
	command: string;
	args: readonly unknown[];
}

const OPEN_LOG: Remedy = { title: 'Open log', command: commands.showLog, args: [] };
const CHOOSE_NODE: Remedy = {
	title: 'Open settings',
	command: 'workbench.action.openSettings',
	args: [`${SETTINGS_SECTION}.${settingKeys.nodePath}`],
};
const MANAGE_TRUST: Remedy = { title: 'Manage trust', command: 'workbench.trust.manage', args: [] };

export function remediesOf(error: unknown): Remedy[] {
	const code = error instanceof UserError || error instanceof ExtensionError ? error.code : undefined;
	if (code === 'nodeNotFound' || code === 'notNode' || code === 'nodeTooOld') return [CHOOSE_NODE, OPEN_LOG];
	if (code === 'untrusted') return [MANAGE_TRUST];
	return [OPEN_LOG];
}

/** The sentence for a person. What is not in a catalogue is a fault of ours and says so. */
export function sentenceOf(error: unknown): string {
	if (error instanceof UserError || error instanceof ExtensionError) return error.message;
	return `Memory Manager failed: ${messageOf(error)}`;
}

/** A person or a signal has stopped it: nothing to report. */
export function isCancellation(error: unknown): boolean {
	return error instanceof vscode.CancellationError || (error instanceof Error && error.name === 'AbortError');
}

/** Logs the error with its causes and shows one sentence. Does not wait until the message is closed. */
export function reportError(error: unknown, log: vscode.LogOutputChannel): void {
	if (isCancellation(error)) return;
	log.error(sentenceOf(error), ...causesOf(error));
	const remedies = remediesOf(error);
	vscode.window.showErrorMessage(sentenceOf(error), ...remedies.map(({ title }) => title)).then(chosen => {
		const remedy = remedies.find(({ title }) => title === chosen);
		if (remedy) return vscode.commands.executeCommand(remedy.command, ...remedy.args);
		return undefined;
	});
}

function causesOf(error: unknown): unknown[] {
	const causes: unknown[] = error instanceof UserError || error instanceof ExtensionError ? [] : [error];
	// A chain of causes can be a circle.
	for (let at = error; at instanceof Error && at.cause !== undefined && causes.length < 5; at = at.cause) {
		causes.push(at.cause);
	}
	return causes;
}
