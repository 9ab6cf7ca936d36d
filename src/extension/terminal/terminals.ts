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
		this.#store.add(vscode.window.onDidCloseTerminal(terminal => this.#open.delete(terminal)));
	}

	/** An attached process writes somewhere else: it has no terminal here. */
	add(session: ProfileSession): void {
		if (!session.stdout) return;
		for (const [terminal, { isOver }] of this.#open) if (isOver) terminal.dispose();
		const pty = new SessionTerminal(session);
		const terminal = vscode.window.createTerminal({
			name: visibleText(session.header.title, 40),
			pty,
			iconPath: new vscode.ThemeIcon('pulse'),
			isTransient: true,
		});
		this.#open.set(terminal, pty);
		terminal.show(true);
	}

	dispose(): void {
		this.#store.dispose();
		for (const terminal of this.#open.keys()) terminal.dispose();
		this.#open.clear();
	}
}
