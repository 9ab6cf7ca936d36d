import * as vscode from 'vscode';
import { commands, PROFILE_ON_START_VARIABLE } from './ids.ts';

const KEY = 'memoryManager.profiledOnStart';

/**
 * For `npm start -- script`: profiles it once. The variable is still there when the window is loaded anew, so the program that
 * set it is remembered: the parent of this process.
 */
export async function profileOnStart(state: vscode.Memento): Promise<void> {
	const script = process.env[PROFILE_ON_START_VARIABLE];
	delete process.env[PROFILE_ON_START_VARIABLE];
	const wish = `${process.ppid} ${script}`;
	if (!script || state.get<unknown>(KEY) === wish) return;
	await state.update(KEY, wish);
	const uri = vscode.Uri.file(script);
	// Its source belongs beside what it does.
	await vscode.window.showTextDocument(uri, { preview: false }).then(undefined, () => undefined);
	await vscode.commands.executeCommand(commands.profile, uri);
}
