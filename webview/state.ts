import { type Signal, signal } from '@preact/signals';
import type { FlamePath } from '../src/analysis/flameLayout.ts';
import { SERIES_COLUMNS, type SeriesColumn } from '../src/analysis/seriesStore.ts';
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
	view.follow.value = false;
	view.paused.value = false;
	view.flamePath.value = [];
	view.search.value = '';
}
