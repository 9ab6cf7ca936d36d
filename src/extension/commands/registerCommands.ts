import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposables.ts';
import type { CommandId } from '../ids.ts';

/** Arguments come from menus, key bindings and other extensions: handlers check them. */
export type CommandHandler = (argument?: unknown) => unknown;

/** Registers every command; the type makes one that is missing an error. What a handler throws is reported, not thrown on. */
export function registerCommands(
	handlers: Record<CommandId, CommandHandler>,
	onError: (error: unknown) => void,
): Disposable {
	const registered = Object.entries(handlers).map(([id, handler]) =>
		vscode.commands.registerCommand(id, async (argument?: unknown) => {
			try {
				return await handler(argument);
			} catch (error) {
				onError(error);
				return undefined;
			}
		}),
	);
	return vscode.Disposable.from(...registered);
}
