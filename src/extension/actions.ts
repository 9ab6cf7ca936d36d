import type { PanelAction, Selection } from '../protocol/panel.ts';
import type { SessionCommands } from './commands/sessionCommands.ts';
import { extensionErrors } from './extensionErrors.ts';
import { openSource } from './panel/openSource.ts';
import type { PanelHandlers } from './panel/panelConnection.ts';
import type { RecordingCommands } from './recordings/recordingCommands.ts';
import { isCancellation } from './reportError.ts';
import type { ShownSession } from './sessions/sessionStore.ts';
import type { SidebarHandlers } from './sidebar/sidebarView.ts';

export interface ActionsOptions {
	sessions: SessionCommands;
	recordings: RecordingCommands;
	profile: () => Promise<void>;
	openPanel: () => void;
	/** The panel's figures are taken from another part of the run now. */
	select: (selection: Selection, shown: ShownSession | undefined) => void;
	openSnapshot: (path: string) => Promise<void>;
	onError: (error: unknown) => void;
}

/** What the buttons of panel and sidebar do. A failure is shown as any command's, and told to the page that asked. */
export function createActions(options: ActionsOptions): PanelHandlers & SidebarHandlers {
	const { sessions, recordings } = options;
	const reported = async (work: Promise<void>): Promise<void> => {
		try {
			await work;
		} catch (error) {
			if (isCancellation(error)) return;
			options.onError(error);
			throw error;
		}
	};
	const act = async (
		action: PanelAction | 'openPanel',
		shown: ShownSession | undefined,
		process?: number,
	): Promise<void> => {
		switch (action) {
			case 'openPanel':
				return options.openPanel();
			case 'profile':
				return options.profile();
			case 'revealRecording':
				if (shown?.recordingPath === undefined) throw extensionErrors.noSession();
				return recordings.reveal(shown.recordingPath);
			default:
				if (!shown) throw extensionErrors.noSession();
				return sessions[action](shown, process);
		}
	};
	return {
		action: (action: PanelAction | 'openPanel', shown: ShownSession | undefined, process?: number) =>
			reported(act(action, shown, process)),
		clearCache: (id: number, shown: ShownSession | undefined, process?: number) =>
			reported(sessions.clear({ kind: 'clearCache', id }, shown, process)),
		clearPool: (id: number, shown: ShownSession | undefined, process?: number) =>
			reported(sessions.clear({ kind: 'clearPool', id }, shown, process)),
		setGcStrategy: (strategy, shown) => reported(sessions.setGcStrategy(strategy, shown)),
		select: options.select,
		openSnapshot: path => reported(options.openSnapshot(path)),
		openSource: place => reported(openSource(place)),
		recording: (action, path) => reported(recordings[action](path)),
	};
}
