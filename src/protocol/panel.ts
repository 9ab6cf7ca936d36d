/** What crosses between the panel and sidebar (webviews) and the extension. Names are calls of `messenger.ts`. */
import type { Entry } from './entries.ts';
import type { GcStrategy } from './runtimeEntries.ts';
import type { SessionSnapshot } from './snapshot.ts';

/** In the order in which they stand. */
export const PANEL_TABS = ['allocations', 'regions', 'memory', 'work', 'findings', 'process'] as const;
export type PanelTab = (typeof PANEL_TABS)[number];

/** What a person can make the script's garbage collection be; `default` is V8 as it was started. */
export const GC_CHOICES = ['default', 'aggressive', 'balanced', 'conservative'] as const satisfies readonly (
	| GcStrategy
	| 'default'
)[];
export type GcChoice = (typeof GC_CHOICES)[number];

export interface PanelSession {
	/** Identity of the session within this window, so that the panel notices a change. */
	id: string;
	/** False for an opened recording. */
	live: boolean;
	/** Whether stop, collect, snapshot and the like can be asked for. */
	controllable: boolean;
	/** Whether the same run can be started again from here. */
	restartable: boolean;
	snapshot: SessionSnapshot;
}

export type PanelAction =
	| 'stop'
	| 'restart'
	| 'collectGarbage'
	| 'comprehensiveCleanup'
	| 'takeHeapSnapshot'
	| 'refreshAllocations'
	| 'revealRecording'
	| 'profile';

/** What the figures beside source lines are taken from. */
export interface Selection {
	/** Session time, ms; absent: the whole run. */
	window?: { min: number; max: number };
	/** See `ProcessEntry`. */
	process: number;
}

/** Extension → panel. */
export type ToPanel = {
	/** The full state: after `ready`, when another session is shown, and when the panel becomes visible again. */
	session: [PanelSession | undefined, void];
	/** What came since, in order. */
	entries: [Entry[], void];
	showTab: [PanelTab, void];
	/** Find this source line in the flame graph and the table. */
	focusLine: [{ file: string; line: number }, void];
};

/** Panel → extension. */
export type FromPanel = {
	ready: [undefined, void];
	openSource: [{ file: string; line: number; column: number }, void];
	/** Where a process is named, it is the one that is meant; see `ProcessEntry`. */
	action: [PanelAction | { action: PanelAction; process: number }, void];
	clearCache: [{ id: number; process?: number }, void];
	clearPool: [{ id: number; process?: number }, void];
	/** What is selected has changed; also once after the first session. */
	select: [Selection, void];
	/** Opens a heap snapshot of this session in its viewer. */
	openSnapshot: [{ path: string }, void];
};

export interface RecordingItem {
	/** Opaque to the webview; names the file in calls back. */
	path: string;
	name: string;
	bytes: number;
	modifiedEpochMs: number;
}

export interface SidebarState {
	session?: PanelSession;
	recordings: RecordingItem[];
	trusted: boolean;
}

/** Extension → sidebar. */
export type ToSidebar = {
	state: [SidebarState, void];
	entries: [Entry[], void];
};

/** Sidebar → extension. */
export type FromSidebar = {
	ready: [undefined, void];
	action: [PanelAction | 'openPanel', void];
	clearCache: [{ id: number }, void];
	clearPool: [{ id: number }, void];
	setGcStrategy: [{ strategy: GcChoice }, void];
	recording: [{ action: 'open' | 'rename' | 'delete' | 'reveal'; path: string }, void];
};
