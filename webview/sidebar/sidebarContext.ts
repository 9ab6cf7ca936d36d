import type { Signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { FromSidebar, GcChoice, SidebarState } from '../../src/protocol/panel.ts';
import type { SessionStore } from '../sessionStore.ts';
import type { Theme } from '../theme.ts';

/** What the side bar's components share. */
export interface Sidebar {
	readonly store: SessionStore;
	/** Absent until the extension has answered. */
	readonly state: Signal<Omit<SidebarState, 'session'> | undefined>;
	readonly theme: Signal<Theme>;
	/** Why the last thing that was asked did not happen. */
	readonly failure: Signal<string>;
	act(action: FromSidebar['action'][0]): void;
	recording(action: FromSidebar['recording'][0]['action'], path: string): void;
	setGcStrategy(strategy: GcChoice): void;
	clear(kind: 'cache' | 'pool', id: number): void;
}

export const SidebarContext = createContext<Sidebar | undefined>(undefined);

export function useSidebar(): Sidebar {
	const sidebar = useContext(SidebarContext);
	if (!sidebar) throw new Error('This component needs a side bar around it.');
	return sidebar;
}
