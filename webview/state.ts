import { type Signal, signal } from '@preact/signals';
import { MEASURES, MEMORY_CHOICES, type Measure, type MemoryChoice } from '../src/analysis/attribution.ts';
import type { FlamePath } from '../src/analysis/flameLayout.ts';
import { SERIES_COLUMNS, type SeriesColumn } from '../src/analysis/seriesStore.ts';
import { MAIN_PROCESS } from '../src/analysis/sessionModel.ts';
import type { TimeWindow } from '../src/analysis/timeWindow.ts';
import {
	arrayOf,
	isBoolean,
	isCount,
	isNumber,
	isRecord,
	isString,
	oneOf,
	optional,
	shape,
} from '../src/protocol/guards.ts';
import { PANEL_TABS, type PanelTab } from '../src/protocol/panel.ts';

export type ProfileChoice = 'peak' | 'latest' | 'final';

export interface Sort {
	column: string;
	descending: boolean;
}

/** What a person has chosen in the panel: kept through hiding, moving and reloading the window. */
export interface ViewState {
	/** The session that the time window and the flame path belong to. */
	sessionId: string | undefined;
	tab: PanelTab;
	hiddenSeries: SeriesColumn[];
	zoom: TimeWindow | undefined;
	follow: boolean;
	paused: boolean;
	profile: ProfileChoice;
	onlyMine: boolean;
	/** The process or worker that is shown; see `ProcessEntry`. */
	process: number;
	/** The part of the time line that figures are taken from; absent: the whole run. Another thing than `zoom`. */
	brush: TimeWindow | undefined;
	memory: MemoryChoice;
	measure: Measure;
	/** Only what was allocated inside this region; absent: everything. */
	regionFilter: number | undefined;
	/** The time line as lines, or RSS as stacked parts that add up. */
	chart: 'lines' | 'parts';
	/** The tab Allocations tells of the moment at which RSS was highest. */
	peakShown: boolean;
	/** The sudden end of this session has been brought to the eye: what is looked at since then is a person's choice. */
	endShown: boolean;
	flamePath: FlamePath;
	search: string;
	/** By table. */
	sorts: Record<string, Sort>;
}

export const TABS: readonly PanelTab[] = PANEL_TABS;

export const INITIAL_VIEW: ViewState = {
	sessionId: undefined,
	tab: 'allocations',
	hiddenSeries: ['mallocedBytes'],
	zoom: undefined,
	follow: false,
	paused: false,
	profile: 'peak',
	onlyMine: false,
	process: MAIN_PROCESS,
	brush: undefined,
	memory: 'both',
	measure: 'live',
	regionFilter: undefined,
	chart: 'lines',
	peakShown: false,
	endShown: false,
	flamePath: [],
	search: '',
	sorts: {},
};

const isWindow = (value: unknown): boolean =>
	isRecord(value) && isNumber(value.min) && isNumber(value.max) && value.max > value.min;

const isViewState = shape({
	sessionId: optional(isString),
	tab: oneOf(...TABS),
	hiddenSeries: arrayOf(oneOf(...SERIES_COLUMNS)),
	zoom: optional(isWindow),
	follow: isBoolean,
	paused: isBoolean,
	profile: oneOf('peak', 'latest', 'final'),
	onlyMine: isBoolean,
	process: isCount,
	brush: optional(isWindow),
	memory: oneOf(...MEMORY_CHOICES),
	measure: oneOf(...MEASURES),
	regionFilter: optional(isCount),
	chart: oneOf('lines', 'parts'),
	peakShown: isBoolean,
	endShown: isBoolean,
	flamePath: arrayOf(isCount),
	search: isString,
	sorts: value => isRecord(value) && Object.values(value).every(shape({ column: isString, descending: isBoolean })),
});

/** The kept state, or the initial one when another version of the panel wrote it. */
export const restoredView = (kept: unknown): ViewState =>
	isViewState(kept) ? { ...INITIAL_VIEW, ...(kept as ViewState) } : INITIAL_VIEW;

export type ViewSignals = { readonly [K in keyof ViewState]: Signal<ViewState[K]> };

export function viewSignals(state: ViewState): ViewSignals {
	const signals = Object.entries(state).map(([name, value]) => [name, signal(value)]);
	return Object.fromEntries(signals) as ViewSignals;
}

export function viewValues(signals: ViewSignals): ViewState {
	const values = Object.entries(signals).map(([name, { value }]) => [name, value]);
	return Object.fromEntries(values) as ViewState;
}

/** Another session: its own time and its own call tree. */
export function resetForSession(view: ViewSignals, sessionId: string): void {
	view.sessionId.value = sessionId;
	view.zoom.value = undefined;
	view.process.value = MAIN_PROCESS;
	view.brush.value = undefined;
	view.measure.value = 'live';
	view.regionFilter.value = undefined;
	view.peakShown.value = false;
	view.endShown.value = false;
	view.follow.value = false;
	view.paused.value = false;
	view.flamePath.value = [];
	view.search.value = '';
}

/** Another process: its own call tree and its own regions, on the same time axis. */
export function chooseProcess(view: ViewSignals, process: number): void {
	if (view.process.value === process) return;
	view.process.value = process;
	view.regionFilter.value = undefined;
	view.flamePath.value = [];
}
