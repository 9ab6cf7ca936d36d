import * as vscode from 'vscode';
import type { Disposable } from '../base/disposables.ts';
import { contextKeys } from './ids.ts';
import type { SessionStore } from './sessions/sessionStore.ts';

/** Keeps the keys that menus look at in step with the sessions. */
export function followContextKeys(store: SessionStore): Disposable {
	const set = (key: string, value: boolean) => void vscode.commands.executeCommand('setContext', key, value);
	const update = () => {
		set(contextKeys.running, store.active !== undefined);
		set(contextKeys.shown, store.shown !== undefined);
		set(contextKeys.restartable, store.shown?.request !== undefined);
	};
	update();
	return store.onDidChange(update);
}
