import type { Signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type {
	ChangeColumn,
	ClassColumn,
	ObjectRow,
	SnapshotQueries,
	SnapshotState,
} from '../../src/protocol/snapshotView.ts';

export const SNAPSHOT_TABS = ['classes', 'buffers', 'changes'] as const;
export type SnapshotTab = (typeof SNAPSHOT_TABS)[number];

export interface ColumnSort<C extends string> {
	column: C;
	descending: boolean;
}

/** What a person has chosen; kept while the page is hidden. */
export interface SnapshotChoices {
	readonly tab: Signal<SnapshotTab>;
	readonly search: Signal<string>;
	readonly classSort: Signal<ColumnSort<ClassColumn>>;
	readonly changeSort: Signal<ColumnSort<ChangeColumn>>;
}

/** What the viewer's components share. */
export interface SnapshotPage {
	readonly state: Signal<SnapshotState | undefined>;
	readonly choices: SnapshotChoices;
	/** The object whose holders are shown. */
	readonly picked: Signal<ObjectRow | undefined>;
	/** A sentence about what was asked last and failed. */
	readonly failure: Signal<string>;
	ask<K extends keyof SnapshotQueries>(name: K, query: SnapshotQueries[K][0]): Promise<SnapshotQueries[K][1]>;
	act(action: 'cancel' | 'retry' | 'compare' | 'endComparison'): void;
}

export const SnapshotContext = createContext<SnapshotPage | undefined>(undefined);

export function useSnapshot(): SnapshotPage {
	const page = useContext(SnapshotContext);
	if (!page) throw new Error('This component needs a snapshot around it.');
	return page;
}
