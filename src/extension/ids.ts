/** Every name that package.json shares with the code; a test compares the two. */
export const commands = {
	profile: 'memoryManager.profile',
	profileWithOptions: 'memoryManager.profileWithOptions',
	profilePackageScript: 'memoryManager.profilePackageScript',
	profileCommand: 'memoryManager.profileCommand',
	attach: 'memoryManager.attach',
	attachToDebugSession: 'memoryManager.attachToDebugSession',
	stop: 'memoryManager.stop',
	restart: 'memoryManager.restart',
	takeHeapSnapshot: 'memoryManager.takeHeapSnapshot',
	forceGc: 'memoryManager.forceGc',
	refreshAllocations: 'memoryManager.refreshAllocations',
	clearCaches: 'memoryManager.clearCaches',
	comprehensiveCleanup: 'memoryManager.comprehensiveCleanup',
	setGcStrategy: 'memoryManager.setGcStrategy',
	openPanel: 'memoryManager.openPanel',
	openRecording: 'memoryManager.openRecording',
	openHeapSnapshot: 'memoryManager.openHeapSnapshot',
	compareHeapSnapshots: 'memoryManager.compareHeapSnapshots',
	toggleCodeLens: 'memoryManager.toggleCodeLens',
	toggleLineAnnotations: 'memoryManager.toggleLineAnnotations',
	showLine: 'memoryManager.showLine',
	showLog: 'memoryManager.showLog',
	addRuntime: 'memoryManager.addRuntime',
} as const;
export type CommandId = (typeof commands)[keyof typeof commands];

/** The section that all settings live in. */
export const SETTINGS_SECTION = 'memoryManager';
export const settingKeys = {
	nodePath: 'nodePath',
	args: 'args',
	cwd: 'cwd',
	env: 'env',
	samplesPerSecond: 'samplesPerSecond',
	samplingInterval: 'samplingInterval',
	allocations: 'allocations',
	offHeap: 'offHeap',
	childProcesses: 'childProcesses',
	overheadBudget: 'overheadBudget',
	lineAnnotations: 'lineAnnotations',
	recordingsFolder: 'recordingsFolder',
	keepRecordings: 'keepRecordings',
	codeLensEnabled: 'codeLens.enabled',
	notifyAtCritical: 'notifyAtCritical',
	openPanelOnStart: 'openPanelOnStart',
} as const;
export type SettingKey = (typeof settingKeys)[keyof typeof settingKeys];

export const views = {
	/** View type of the panel. */
	panel: 'memoryManager.panel',
	/** View type of the custom editor for `*.memrec`. */
	recording: 'memoryManager.recording',
	/** View type of the custom editor for `*.heapsnapshot`. */
	heapSnapshot: 'memoryManager.heapSnapshot',
	sidebar: 'memoryManager.sidebar',
	container: 'memoryManager',
	walkthrough: 'memoryManager.start',
} as const;

export const contextKeys = {
	/** A session runs that can be stopped, collected and the like. */
	running: 'memoryManager.running',
	/** A session or a recording is shown. */
	shown: 'memoryManager.shown',
	/** The shown session can be started again. */
	restartable: 'memoryManager.restartable',
} as const;

/** Set by `npm start -- script`: what to profile once the extension under development is there. */
export const PROFILE_ON_START_VARIABLE = 'MEMORY_MANAGER_PROFILE_ON_START';
