import type * as vscode from 'vscode';
import type { LineAnnotations } from '../annotations/lineAnnotations.ts';
import { showLine } from '../annotations/showLine.ts';
import type { Configuration } from '../configuration.ts';
import { commands } from '../ids.ts';
import { checkTab } from '../panel/messageChecks.ts';
import type { PanelManager } from '../panel/panelManager.ts';
import type { RecordingCommands } from '../recordings/recordingCommands.ts';
import type { SessionStore } from '../sessions/sessionStore.ts';
import type { SnapshotCommands } from '../snapshots/snapshotCommands.ts';
import { addRuntime } from './addRuntime.ts';
import type { ProfileCommands } from './profileCommands.ts';
import type { registerCommands } from './registerCommands.ts';
import type { SessionCommands } from './sessionCommands.ts';

export interface CommandOwners {
	store: SessionStore;
	configuration: Configuration;
	profile: ProfileCommands;
	sessions: SessionCommands;
	recordings: RecordingCommands;
	snapshots: SnapshotCommands;
	annotations: LineAnnotations;
	panel: PanelManager;
	log: vscode.LogOutputChannel;
	runtimeDir: string;
}

/** Which object carries out which command. */
export function commandTable(owners: CommandOwners): Parameters<typeof registerCommands>[0] {
	const { store, configuration, profile, sessions, recordings, snapshots, annotations, panel, log, runtimeDir } =
		owners;
	return {
		[commands.profile]: uri => profile.profile(uri),
		[commands.profileWithOptions]: uri => profile.withOptions(uri),
		[commands.profilePackageScript]: uri => profile.packageScript(uri),
		[commands.profileCommand]: () => profile.command(),
		[commands.attach]: () => profile.attach(),
		[commands.attachToDebugSession]: () => profile.attachToDebugSession(),
		[commands.stop]: () => sessions.stop(),
		[commands.restart]: () => sessions.restart(),
		[commands.takeHeapSnapshot]: () => sessions.takeHeapSnapshot(),
		[commands.forceGc]: () => sessions.collectGarbage(),
		[commands.refreshAllocations]: () => sessions.refreshAllocations(),
		[commands.clearCaches]: () => sessions.clear({ kind: 'clearCache' }),
		[commands.comprehensiveCleanup]: () => sessions.comprehensiveCleanup(),
		[commands.setGcStrategy]: strategy => sessions.chooseGcStrategy(strategy),
		[commands.openPanel]: tab => panel.show(checkTab(tab)),
		[commands.openRecording]: uri => recordings.open(uri),
		[commands.openHeapSnapshot]: uri => snapshots.open(uri),
		[commands.compareHeapSnapshots]: uri => snapshots.compare(uri),
		[commands.toggleCodeLens]: () => configuration.toggleCodeLens(),
		[commands.toggleLineAnnotations]: () => configuration.toggleLineAnnotations(),
		[commands.showLine]: place => showLine(place, { store, annotations, panel }),
		[commands.showLog]: () => log.show(),
		[commands.addRuntime]: () => addRuntime(runtimeDir),
	};
}
