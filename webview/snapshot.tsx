import { effect, signal } from '@preact/signals';
import { render } from 'preact';
import { isBoolean, oneOf, shape } from '../src/protocol/guards.ts';
import { Messenger } from '../src/protocol/messenger.ts';
import {
	CHANGE_COLUMNS,
	CLASS_COLUMNS,
	type FromSnapshotView,
	isSnapshotState,
	type ObjectRow,
	type SnapshotState,
	type ToSnapshotView,
} from '../src/protocol/snapshotView.ts';
import { registerControls } from './controls.ts';
import { webviewChannel } from './host.ts';
import { SNAPSHOT_TABS, type SnapshotChoices, SnapshotContext, type SnapshotPage } from './snapshot/context.ts';
import { SnapshotApp } from './snapshot/SnapshotApp.tsx';
import './styles/snapshot.css';

interface Kept {
	tab: SnapshotChoices['tab']['value'];
	search: string;
	classSort: SnapshotChoices['classSort']['value'];
	changeSort: SnapshotChoices['changeSort']['value'];
}

const INITIAL: Kept = {
	tab: 'classes',
	search: '',
	classSort: { column: 'retainedBytes', descending: true },
	changeSort: { column: 'bytesChange', descending: true },
};

const isKept = shape({
	tab: oneOf(...SNAPSHOT_TABS),
	search: value => typeof value === 'string',
	classSort: shape({ column: oneOf(...CLASS_COLUMNS), descending: isBoolean }),
	changeSort: shape({ column: oneOf(...CHANGE_COLUMNS), descending: isBoolean }),
});

function start(root: HTMLElement): void {
	registerControls();
	const api = acquireVsCodeApi();
	const kept = api.getState();
	const { tab, search, classSort, changeSort } = isKept(kept) ? (kept as Kept) : INITIAL;
	const choices: SnapshotChoices = {
		tab: signal(tab),
		search: signal(search),
		classSort: signal(classSort),
		changeSort: signal(changeSort),
	};
	const state = signal<SnapshotState | undefined>(undefined);
	const picked = signal<ObjectRow | undefined>(undefined);
	const failure = signal('');
	const messenger = new Messenger<FromSnapshotView, ToSnapshotView>(webviewChannel(api), {
		state: next => {
			if (!isSnapshotState(next)) return;
			const before = state.value;
			state.value = next;
			const compared = next.phase === 'ready' && (next.comparing || next.comparison);
			const wasCompared = before?.phase === 'ready' && (before.comparing || before.comparison);
			if (compared && !wasCompared && before !== undefined) choices.tab.value = 'changes';
		},
	});
	const page: SnapshotPage = {
		state,
		choices,
		picked,
		failure,
		ask: (name, query) => {
			failure.value = '';
			return messenger.call(name, query);
		},
		act: action => {
			failure.value = '';
			messenger.call(action, undefined).catch((error: unknown) => {
				failure.value = error instanceof Error ? error.message : String(error);
			});
		},
	};
	effect(() => {
		const now: Kept = {
			tab: choices.tab.value,
			search: choices.search.value,
			classSort: choices.classSort.value,
			changeSort: choices.changeSort.value,
		};
		api.setState(now);
	});
	render(
		<SnapshotContext.Provider value={page}>
			<SnapshotApp />
		</SnapshotContext.Provider>,
		root,
	);
	messenger.notify('ready', undefined);
}

const root = document.getElementById('memory-manager-snapshot');
if (root) start(root);
