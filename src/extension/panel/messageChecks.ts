import { isCount, isNumber, isRecord, isString, oneOf } from '../../protocol/guards.ts';
import {
	type FromPanel,
	type FromSidebar,
	GC_CHOICES,
	type GcChoice,
	PANEL_TABS,
	type PanelAction,
	type PanelTab,
	type Selection,
} from '../../protocol/panel.ts';

/** A webview is outside: what it sends is checked here before anything is done with it. */
const ACTIONS: readonly PanelAction[] = [
	'stop',
	'restart',
	'collectGarbage',
	'comprehensiveCleanup',
	'takeHeapSnapshot',
	'refreshAllocations',
	'revealRecording',
	'profile',
];

function refused(name: string): never {
	throw new Error(`The message "${name}" is not understood.`);
}

export function checkAction(value: unknown): PanelAction {
	return ACTIONS.find(action => action === value) ?? refused('action');
}

export function checkPanelAction(value: unknown): { action: PanelAction; process?: number } {
	if (!isRecord(value)) return { action: checkAction(value) };
	return { action: checkAction(value.action), ...processOf(value, 'action') };
}

export function checkSidebarAction(value: unknown): FromSidebar['action'][0] {
	return value === 'openPanel' ? value : checkAction(value);
}

/** A tab that a command names; anything else means the one that is open. */
export function checkTab(value: unknown): PanelTab | undefined {
	return PANEL_TABS.find(tab => tab === value);
}

export function checkId(value: unknown): number {
	return isRecord(value) && isCount(value.id) ? value.id : refused('id');
}

export function checkStore(value: unknown): { id: number; process?: number } {
	return { id: checkId(value), ...(isRecord(value) && processOf(value, 'id')) };
}

function processOf({ process }: Record<string, unknown>, name: string): { process?: number } {
	if (process === undefined) return {};
	return isCount(process) ? { process } : refused(name);
}

export function checkPlace(value: unknown): FromPanel['openSource'][0] {
	if (!isRecord(value) || !isString(value.file) || !isCount(value.line) || !isCount(value.column)) {
		return refused('openSource');
	}
	return { file: value.file, line: Math.floor(value.line), column: Math.floor(value.column) };
}

export function checkSelection(value: unknown): Selection {
	if (!isRecord(value) || !isCount(value.process)) return refused('select');
	const { window, process } = value;
	if (window === undefined) return { process };
	if (!isRecord(window) || !isNumber(window.min) || !isNumber(window.max)) return refused('select');
	return { process, window: { min: window.min, max: window.max } };
}

export function checkSnapshotPath(value: unknown): string {
	return isRecord(value) && isString(value.path) ? value.path : refused('openSnapshot');
}

export function checkGcStrategy(value: unknown): GcChoice {
	const strategy = isRecord(value) ? GC_CHOICES.find(choice => choice === value.strategy) : undefined;
	return strategy ?? refused('setGcStrategy');
}

const isRecordingAction = oneOf('open', 'rename', 'delete', 'reveal');

export function checkRecording(value: unknown): FromSidebar['recording'][0] {
	if (!isRecord(value) || !isRecordingAction(value.action) || !isString(value.path)) return refused('recording');
	return value as FromSidebar['recording'][0];
}
