import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposables.ts';
import type { ProfileSession } from '../../engine/sessionTypes.ts';
import { visibleText } from '../../protocol/text.ts';
import { SessionTerminal } from './sessionTerminal.ts';

/** One terminal for each launched session. Those of ended sessions make room for the next one. */
export class Terminals implements Disposable {
	readonly #open = new Map<vscode.Terminal, SessionTerminal>();
	readonly #store = new DisposableStore();

	constructor() {
		this.#store.add(
			vscode.window.onDidCloseTerminal(terminal => {
				// A terminal that is closed before it was ever drawn does not tell its pseudoterminal.
				this.#open.get(terminal)?.close();
				this.#open.delete(terminal);
			}),
		);
	}

	/** An attached process writes somewhere else: it has no terminal here. */
	add(session: ProfileSession): void {
		if (!session.stdout) return;
		const over = [...this.#open].filter(([, { isOver }]) => isOver);
		const pty = new SessionTerminal(session);
		const terminal = vscode.window.createTerminal({
			name: visibleText(session.header.title, 40),
			pty,
			iconPath: new vscode.ThemeIcon('pulse'),
			isTransient: true,
		});
		this.#open.set(terminal, pty);
		terminal.show(true);
		// Only now: without any terminal the panel of VS Code closes, and the new one would not be drawn.
		for (const [old] of over) old.dispose();
	}

	dispose(): void {
		this.#store.dispose();
		for (const terminal of this.#open.keys()) terminal.dispose();
		this.#open.clear();
	}
}
