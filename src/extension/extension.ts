import { join } from 'node:path';
import * as vscode from 'vscode';
import { createActions } from './actions.ts';
import { LineAnnotations } from './annotations/lineAnnotations.ts';
import { CodeLensProvider } from './codeLens/codeLensProvider.ts';
import { commandTable } from './commands/commandTable.ts';
import { ProfileCommands } from './commands/profileCommands.ts';
import { registerCommands } from './commands/registerCommands.ts';
import { RunChoices } from './commands/runChoices.ts';
import { SessionCommands } from './commands/sessionCommands.ts';
import { Configuration } from './configuration.ts';
import { followContextKeys } from './contextKeys.ts';
import { CriticalNotice } from './criticalNotice.ts';
import { EndNotice } from './endNotice.ts';
import { realFolder, recordingsPath } from './folders.ts';
import { views } from './ids.ts';
import { LastRecording } from './lastRecording.ts';
import { PanelManager } from './panel/panelManager.ts';
import { profileOnStart } from './profileOnStart.ts';
import { RecordingCommands } from './recordings/recordingCommands.ts';
import { RecordingEditor } from './recordings/recordingEditor.ts';
import { RecordingsFolder } from './recordings/recordingsFolder.ts';
import { reportError } from './reportError.ts';
import type { RunRequest } from './sessions/runRequest.ts';
import { SessionLauncher } from './sessions/sessionLauncher.ts';
import { SessionStore } from './sessions/sessionStore.ts';
import { SidebarView } from './sidebar/sidebarView.ts';
import { SnapshotCommands } from './snapshots/snapshotCommands.ts';
import { SnapshotEditor } from './snapshots/snapshotEditor.ts';
import { StatusBar } from './statusBar.ts';
import { Terminals } from './terminal/terminals.ts';

/** What host tests look at; other extensions get nothing. */
export interface TestApi {
	store: SessionStore;
	launcher: SessionLauncher;
	recordings: RecordingsFolder;
	configuration: Configuration;
	panel: PanelManager;
}

let stopAll: (() => Promise<void>) | undefined;

export function activate(context: vscode.ExtensionContext): TestApi | undefined {
	const { subscriptions, extensionUri, extensionMode, workspaceState } = context;
	const add = <T extends vscode.Disposable>(item: T): T => {
		subscriptions.push(item);
		return item;
	};
	const log = add(vscode.window.createOutputChannel('Memory Manager', { log: true }));
	const onError = (error: unknown) => reportError(error, log);
	const runtimeDir = realFolder(join(extensionUri.fsPath, 'dist', 'runtime'));

	const configuration = new Configuration(sentence => log.warn(sentence));
	const store = add(new SessionStore(onError));
	const recordings = new RecordingsFolder(() => recordingsPath(context, configuration), log);
	const terminals = add(new Terminals());
	const isTrusted = () => vscode.workspace.isTrusted;
	const launcher = add(
		new SessionLauncher({ store, configuration, recordings, terminals, runtimeDir, logger: log, isTrusted }),
	);
	stopAll = () => launcher.stopAll();

	const run = async (request: RunRequest) => {
		const starting = launcher.start(request);
		// The page takes as long to load as the script to start: both at once.
		if (configuration.read().openPanelOnStart) panel.show();
		await starting;
	};
	const profile = new ProfileCommands({ configuration, choices: new RunChoices(workspaceState), run });
	const sessions = new SessionCommands({ store, run, openSnapshot: path => snapshots.openPath(path) });
	const recordingCommands = new RecordingCommands({
		folder: recordings,
		store,
		openPanel: () => panel.show(),
		log,
	});
	const workerPath = join(realFolder(join(extensionUri.fsPath, 'dist')), 'snapshotWorker.cjs');
	const snapshotEditor = new SnapshotEditor({ extensionUri, workerPath, log });
	const snapshots = new SnapshotCommands(snapshotEditor);
	const annotations = add(new LineAnnotations(store, configuration));
	const handlers = createActions({
		sessions,
		recordings: recordingCommands,
		profile: () => profile.profile(),
		openPanel: () => panel.show(),
		select: (selection, shown) => {
			annotations.select(selection, shown);
			codeLens.select(selection, shown);
		},
		openSnapshot: path => snapshots.openPath(path),
		onError,
	});
	const last = add(new LastRecording(workspaceState, store, log));
	const panel = add(new PanelManager({ extensionUri, store, handlers, restore: () => last.restore() }));
	const sidebar = add(new SidebarView({ extensionUri, store, recordings, handlers, onError }));
	const codeLens = add(new CodeLensProvider(store, configuration));
	const onDidOpen = codeLens.addResults.bind(codeLens);
	const editor = new RecordingEditor({ extensionUri, handlers, log, onDidOpen });
	add(vscode.window.registerWebviewViewProvider(views.sidebar, sidebar));
	add(
		vscode.window.registerCustomEditorProvider(views.recording, editor, { supportsMultipleEditorsPerDocument: true }),
	);
	add(
		vscode.window.registerCustomEditorProvider(views.heapSnapshot, snapshotEditor, {
			supportsMultipleEditorsPerDocument: true,
		}),
	);
	add(launcher.onDidPrune(() => sidebar.refresh()));
	add(new StatusBar(store));
	add(followContextKeys(store));
	add(
		new CriticalNotice({
			store,
			isEnabled: () => configuration.read().notifyAtCritical,
			ask: (sentence, buttons) => vscode.window.showWarningMessage(sentence, ...buttons),
			actions: {
				'Open panel': async shown => {
					store.show(shown);
					panel.show();
				},
				'Collect garbage': shown => sessions.collectGarbage(shown),
				Stop: shown => sessions.stop(shown),
			},
			onError,
		}),
	);
	add(
		new EndNotice({
			store,
			isEnabled: () => configuration.read().notifyAtCritical,
			ask: (sentence, button) => vscode.window.showErrorMessage(sentence, button),
			openPanel: shown => {
				store.show(shown);
				panel.show();
			},
			onError,
		}),
	);
	add(
		registerCommands(
			commandTable({
				store,
				configuration,
				profile,
				sessions,
				recordings: recordingCommands,
				snapshots,
				annotations,
				panel,
				log,
				runtimeDir,
			}),
			onError,
		),
	);
	if (extensionMode === vscode.ExtensionMode.Development) profileOnStart(workspaceState).catch(onError);
	return extensionMode === vscode.ExtensionMode.Production
		? undefined
		: { store, launcher, recordings, configuration, panel };
}

/** Stops what was started; the recordings are closed when this settles. */
export async function deactivate(): Promise<void> {
	await stopAll?.();
}
