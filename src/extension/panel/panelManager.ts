import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposables.ts';
import type { PanelTab } from '../../protocol/panel.ts';
import { visibleText } from '../../protocol/text.ts';
import { views } from '../ids.ts';
import type { SessionStore } from '../sessions/sessionStore.ts';
import { PanelConnection, type PanelHandlers } from './panelConnection.ts';
import { loadBundle } from './webviewHost.ts';

export interface PanelManagerOptions {
	extensionUri: vscode.Uri;
	store: SessionStore;
	handlers: PanelHandlers;
	/** Called before a panel comes back after the window was reloaded, to find what it showed. */
	restore: () => Promise<void>;
}

/** The one panel of a window. It shows what the store shows, and comes back after a reload of the window. */
export class PanelManager implements Disposable, vscode.WebviewPanelSerializer {
	readonly #options: PanelManagerOptions;
	readonly #store = new DisposableStore();
	#open: { panel: vscode.WebviewPanel; connection: PanelConnection } | undefined;

	constructor(options: PanelManagerOptions) {
		this.#options = options;
		this.#store.add(vscode.window.registerWebviewPanelSerializer(views.panel, this));
		this.#store.add(options.store.onDidChange(() => this.#rename()));
	}

	get isVisible(): boolean {
		return this.#open?.panel.visible === true;
	}

	/** Opens the panel beside the source, or brings it to the front where it is. */
	show(tab?: PanelTab): void {
		if (this.#open) {
			this.#open.panel.reveal(undefined, true);
		} else {
			this.#adopt(
				vscode.window.createWebviewPanel(
					views.panel,
					this.#title,
					{ viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
					{ retainContextWhenHidden: false },
				),
			);
		}
		if (tab) this.#open?.connection.showTab(tab);
	}

	/** Opens the panel where it is not open, and finds a source line in it. */
	focusLine(place: { file: string; line: number }): void {
		this.show();
		this.#open?.connection.focusLine(place);
	}

	async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
		let closed = false;
		panel.onDidDispose(() => {
			closed = true;
		});
		if (!this.#options.store.shown) await this.#options.restore();
		// Reading a recording takes its time: meanwhile this panel may have been closed, and another one opened.
		if (closed) return;
		this.#open?.panel.dispose();
		this.#adopt(panel);
	}

	dispose(): void {
		this.#open?.panel.dispose();
		this.#store.dispose();
	}

	#adopt(panel: vscode.WebviewPanel): void {
		const { store, handlers, extensionUri } = this.#options;
		panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.svg');
		const connection = new PanelConnection(panel.webview, store, handlers);
		connection.setVisible(panel.visible);
		const visibility = panel.onDidChangeViewState(() => connection.setVisible(panel.visible));
		this.#open = { panel, connection };
		panel.onDidDispose(() => {
			visibility.dispose();
			connection.dispose();
			if (this.#open?.panel === panel) this.#open = undefined;
		});
		loadBundle(panel.webview, extensionUri, 'panel', 'Memory Manager');
		this.#rename();
	}

	get #title(): string {
		const { shown } = this.#options.store;
		return shown ? `Memory: ${visibleText(shown.model.header.title, 40)}` : 'Memory Manager';
	}

	#rename(): void {
		if (this.#open && this.#open.panel.title !== this.#title) this.#open.panel.title = this.#title;
	}
}
