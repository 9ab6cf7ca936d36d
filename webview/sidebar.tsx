import { signal } from '@preact/signals';
import { render } from 'preact';
import { isEntry } from '../src/protocol/entryGuards.ts';
import { Messenger } from '../src/protocol/messenger.ts';
import type { FromSidebar, SidebarState, ToSidebar } from '../src/protocol/panel.ts';
import { registerControls } from './controls.ts';
import { webviewChannel } from './host.ts';
import { SessionStore } from './sessionStore.ts';
import { SidebarApp } from './sidebar/SidebarApp.tsx';
import { type Sidebar, SidebarContext } from './sidebar/sidebarContext.ts';
import { createThemeSignal } from './theme.ts';
import './styles/sidebar.css';

function start(root: HTMLElement): void {
	registerControls();
	const store = new SessionStore();
	const state = signal<Omit<SidebarState, 'session'> | undefined>(undefined);
	const failure = signal('');
	const failed = (error: unknown) => {
		failure.value = error instanceof Error ? error.message : String(error);
	};
	/** What is asked next makes an old failure stale. */
	const ask = (call: Promise<void>) => {
		failure.value = '';
		call.catch(failed);
	};
	const messenger = new Messenger<FromSidebar, ToSidebar>(webviewChannel(acquireVsCodeApi()), {
		state: ({ session, ...rest }) => {
			store.show(session);
			state.value = rest;
		},
		entries: entries => store.apply(entries.filter(isEntry)),
	});
	const sidebar: Sidebar = {
		store,
		state,
		failure,
		theme: createThemeSignal(),
		act: action => ask(messenger.call('action', action)),
		recording: (action, path) => ask(messenger.call('recording', { action, path })),
		setGcStrategy: strategy => ask(messenger.call('setGcStrategy', { strategy })),
		clear: (kind, id) => ask(messenger.call(kind === 'cache' ? 'clearCache' : 'clearPool', { id })),
	};
	render(
		<SidebarContext.Provider value={sidebar}>
			<SidebarApp />
		</SidebarContext.Provider>,
		root,
	);
	messenger.notify('ready', undefined);
}

const root = document.getElementById('memory-manager-sidebar');
if (root) start(root);
