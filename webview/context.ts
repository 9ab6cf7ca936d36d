import type { Signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { PanelAction } from '../src/protocol/panel.ts';
import type { SessionStore } from './sessionStore.ts';
import type { ViewSignals } from './state.ts';
import type { Theme } from './theme.ts';
import type { Tip } from './tooltip.tsx';

export interface SourcePlace {
	file: string;
	line: number;
	column: number;
}

/** What the panel's components share. */
export interface Panel {
	readonly store: SessionStore;
	readonly view: ViewSignals;
	readonly theme: Signal<Theme>;
	readonly tip: Signal<Tip | undefined>;
	/** Index into the series under the pointer. */
	readonly cursor: Signal<number | undefined>;
	/** The region that was picked in its lane. */
	readonly pickedRegion: Signal<number | undefined>;
	/** The batch processor whose sizes are shown. */
	readonly pickedBatch: Signal<number | undefined>;
	/** Sentences about what was asked and failed. */
	readonly failures: Signal<readonly string[]>;
	act(action: PanelAction): void;
	openSource(place: SourcePlace): void;
	/** Settles when the other side has done it; rejects with its reason. */
	clearCache(id: number): Promise<void>;
	clearPool(id: number): Promise<void>;
	openSnapshot(path: string): void;
	/** The source line that the editor asked for; views bring it to the eye. */
	readonly focusedLine: Signal<{ file: string; line: number } | undefined>;
}

export const PanelContext = createContext<Panel | undefined>(undefined);

export function usePanel(): Panel {
	const panel = useContext(PanelContext);
	if (!panel) throw new Error('This component needs a panel around it.');
	return panel;
}
