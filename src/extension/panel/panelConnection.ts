import type * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposables.ts';
import type { Event } from '../../base/emitter.ts';
import { Messenger } from '../../protocol/messenger.ts';
import type { FromPanel, PanelAction, PanelSession, PanelTab, Selection, ToPanel } from '../../protocol/panel.ts';
import { SessionFeed } from '../sessions/sessionFeed.ts';
import { isRunning, type ShownSession } from '../sessions/sessionStore.ts';
import { checkPanelAction, checkPlace, checkSelection, checkSnapshotPath, checkStore } from './messageChecks.ts';
import { webviewChannel } from './webviewHost.ts';

/** What a panel can ask for. Each rejects with what to tell the person. */
export interface PanelHandlers {
	action(action: PanelAction, shown: ShownSession | undefined, process?: number): Promise<void>;
	clearCache(id: number, shown: ShownSession | undefined, process?: number): Promise<void>;
	clearPool(id: number, shown: ShownSession | undefined, process?: number): Promise<void>;
	openSource(place: FromPanel['openSource'][0]): Promise<void>;
	/** What the panel's figures are taken from now. */
	select(selection: Selection, shown: ShownSession | undefined): void;
	openSnapshot(path: string, shown: ShownSession | undefined): Promise<void>;
}

export interface PanelSource {
	readonly shown: ShownSession | undefined;
	readonly onDidChange: Event<void>;
}

export function panelSession(shown: ShownSession): PanelSession {
	return {
		id: shown.id,
		live: shown.session !== undefined,
		controllable: isRunning(shown),
		restartable: shown.request !== undefined,
		snapshot: shown.model.snapshot(),
	};
}

/**
 * One panel page and the session it shows. The page speaks first and is given the full state; then it follows the entries. A
 * hidden page is gone: it says `ready` again when it comes back, and gets the full state again.
 */
export class PanelConnection implements Disposable {
	readonly #store = new DisposableStore();
	readonly #source: PanelSource;
	readonly #messenger: Messenger<ToPanel, FromPanel>;
	readonly #feed: SessionFeed;
	#ready = false;
	#visible = true;
	#sent: ShownSession | undefined;
	#sentRunning = false;
	#tab: PanelTab | undefined;
	#place: ToPanel['focusLine'][0] | undefined;

	constructor(webview: vscode.Webview, source: PanelSource, handlers: PanelHandlers) {
		this.#source = source;
		this.#messenger = new Messenger<ToPanel, FromPanel>(webviewChannel(webview), {
			ready: () => {
				this.#ready = true;
				this.#sendAll();
			},
			openSource: place => handlers.openSource(checkPlace(place)),
			action: argument => {
				const { action, process } = checkPanelAction(argument);
				return handlers.action(action, source.shown, process);
			},
			clearCache: argument => {
				const { id, process } = checkStore(argument);
				return handlers.clearCache(id, source.shown, process);
			},
			clearPool: argument => {
				const { id, process } = checkStore(argument);
				return handlers.clearPool(id, source.shown, process);
			},
			select: selection => handlers.select(checkSelection(selection), source.shown),
			openSnapshot: argument => handlers.openSnapshot(checkSnapshotPath(argument), source.shown),
		});
		this.#store.add({ dispose: () => this.#messenger.close() });
		this.#feed = this.#store.add(new SessionFeed(entries => this.#messenger.notify('entries', entries)));
		this.#store.add(
			source.onDidChange(() => {
				if (source.shown !== this.#sent || isRunning(source.shown) !== this.#sentRunning) this.#sendAll();
			}),
		);
	}

	setVisible(visible: boolean): void {
		if (visible === this.#visible) return;
		this.#visible = visible;
		if (visible) this.#sendAll();
		else this.#feed.pause();
	}

	/** Finds a source line in the flame graph and the table, at once or when the page is there. */
	focusLine(place: ToPanel['focusLine'][0]): void {
		this.#place = place;
		this.#sendPlace();
	}

	/** Brings a tab to the front, at once or when the page is there. */
	showTab(tab: PanelTab): void {
		this.#tab = tab;
		this.#sendTab();
	}

	dispose(): void {
		this.#store.dispose();
	}

	#sendAll(): void {
		if (!this.#ready || !this.#visible) return;
		const { shown } = this.#source;
		this.#sent = shown;
		this.#sentRunning = isRunning(shown);
		this.#messenger.notify('session', shown && panelSession(shown));
		this.#feed.follow(shown);
		this.#sendTab();
		this.#sendPlace();
	}

	#sendPlace(): void {
		if (!this.#place || !this.#ready || !this.#visible) return;
		this.#messenger.notify('focusLine', this.#place);
		this.#place = undefined;
	}

	#sendTab(): void {
		if (!this.#tab || !this.#ready || !this.#visible) return;
		this.#messenger.notify('showTab', this.#tab);
		this.#tab = undefined;
	}
}
