import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposables.ts';
import { Messenger } from '../../protocol/messenger.ts';
import type { FromSidebar, GcChoice, PanelAction, SidebarState, ToSidebar } from '../../protocol/panel.ts';
import { extensionErrors } from '../extensionErrors.ts';
import { SETTINGS_SECTION, settingKeys } from '../ids.ts';
import { checkGcStrategy, checkId, checkRecording, checkSidebarAction } from '../panel/messageChecks.ts';
import { panelSession } from '../panel/panelConnection.ts';
import { loadBundle, webviewChannel } from '../panel/webviewHost.ts';
import type { RecordingsFolder } from '../recordings/recordingsFolder.ts';
import { SessionFeed } from '../sessions/sessionFeed.ts';
import type { SessionStore, ShownSession } from '../sessions/sessionStore.ts';

export interface SidebarHandlers {
	action(action: PanelAction | 'openPanel', shown: ShownSession | undefined): Promise<void>;
	clearCache(id: number, shown: ShownSession | undefined): Promise<void>;
	clearPool(id: number, shown: ShownSession | undefined): Promise<void>;
	setGcStrategy(strategy: GcChoice, shown: ShownSession | undefined): Promise<void>;
	recording(action: FromSidebar['recording'][0]['action'], path: string): Promise<void>;
}

export interface SidebarOptions {
	extensionUri: vscode.Uri;
	store: SessionStore;
	recordings: RecordingsFolder;
	handlers: SidebarHandlers;
	onError: (error: unknown) => void;
}

/** The sidebar's page: the level now, caches and pools, and the recordings. */
export class SidebarView implements vscode.WebviewViewProvider, Disposable {
	readonly #options: SidebarOptions;
	readonly #store = new DisposableStore();
	#open: OpenSidebar | undefined;

	constructor(options: SidebarOptions) {
		this.#options = options;
		this.#store.add(options.store.onDidChange(() => this.refresh()));
		this.#store.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.refresh()));
		this.#store.add(
			vscode.workspace.onDidChangeConfiguration(event => {
				if (event.affectsConfiguration(`${SETTINGS_SECTION}.${settingKeys.recordingsFolder}`)) this.refresh();
			}),
		);
	}

	resolveWebviewView(view: vscode.WebviewView): void {
		const open = new OpenSidebar(view, this.#options);
		this.#open = open;
		view.onDidDispose(() => {
			open.dispose();
			if (this.#open === open) this.#open = undefined;
		});
		loadBundle(view.webview, this.#options.extensionUri, 'sidebar', 'Memory Manager');
	}

	/** Sends everything anew: another session, other recordings, other trust. */
	refresh(): void {
		this.#open?.refresh();
	}

	dispose(): void {
		this.#open?.dispose();
		this.#store.dispose();
	}
}

class OpenSidebar implements Disposable {
	readonly #store = new DisposableStore();
	readonly #view: vscode.WebviewView;
	readonly #options: SidebarOptions;
	readonly #messenger: Messenger<ToSidebar, FromSidebar>;
	readonly #feed: SessionFeed;
	/** Paths that the page was given: it may name these and no others. */
	#known = new Set<string>();
	#ready = false;
	#generation = 0;

	constructor(view: vscode.WebviewView, options: SidebarOptions) {
		this.#view = view;
		this.#options = options;
		const { handlers, store } = options;
		this.#messenger = new Messenger<ToSidebar, FromSidebar>(webviewChannel(view.webview), {
			ready: () => {
				this.#ready = true;
				this.refresh();
			},
			action: action => handlers.action(checkSidebarAction(action), store.shown),
			clearCache: argument => handlers.clearCache(checkId(argument), store.shown),
			clearPool: argument => handlers.clearPool(checkId(argument), store.shown),
			setGcStrategy: argument => handlers.setGcStrategy(checkGcStrategy(argument), store.shown),
			recording: async argument => {
				const { action, path } = checkRecording(argument);
				if (!this.#known.has(path)) throw extensionErrors.recordingMissing(path);
				await handlers.recording(action, path);
				this.refresh();
			},
		});
		this.#store.add({ dispose: () => this.#messenger.close() });
		this.#feed = this.#store.add(new SessionFeed(entries => this.#messenger.notify('entries', entries)));
		this.#store.add(
			view.onDidChangeVisibility(() => {
				if (view.visible) this.refresh();
				else this.#feed.pause();
			}),
		);
	}

	refresh(): void {
		this.#send().catch(this.#options.onError);
	}

	dispose(): void {
		this.#store.dispose();
	}

	async #send(): Promise<void> {
		if (!this.#ready || !this.#view.visible) return;
		const generation = ++this.#generation;
		const { store, recordings } = this.#options;
		const items = await recordings.list();
		// A later call has a newer list; and the view may have gone meanwhile.
		if (generation !== this.#generation || !this.#view.visible) return;
		this.#known = new Set(items.map(({ path }) => path));
		const { shown } = store;
		const state: SidebarState = { recordings: items, trusted: vscode.workspace.isTrusted };
		if (shown) state.session = panelSession(shown);
		this.#messenger.notify('state', state);
		this.#feed.follow(shown);
	}
}
