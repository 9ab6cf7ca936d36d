import { effect, signal, untracked } from '@preact/signals';
import { render } from 'preact';
import { isEntry } from '../src/protocol/entryGuards.ts';
import { isCount, isString, oneOf, shape } from '../src/protocol/guards.ts';
import { Messenger } from '../src/protocol/messenger.ts';
import type { FromPanel, ToPanel } from '../src/protocol/panel.ts';
import { type Panel, PanelContext } from './context.ts';
import { registerControls } from './controls.ts';
import { type VscodeApi, webviewChannel } from './host.ts';
import { App } from './panel/App.tsx';
import { SessionStore } from './sessionStore.ts';
import { resetForSession, restoredView, TABS, type ViewSignals, viewSignals, viewValues } from './state.ts';
import { createThemeSignal } from './theme.ts';
import './styles/panel.css';

const isPlace = shape({ file: isString, line: isCount });

/** Longest that a change of the view may wait to be kept. */
const KEEP_MS = 100;

function start(root: HTMLElement): void {
	registerControls();
	const api = acquireVsCodeApi();
	const view = viewSignals(restoredView(api.getState()));
	const store = new SessionStore(view.process);
	const connected = signal(false);
	const focusedLine = signal<{ file: string; line: number } | undefined>(undefined);
	const failures = signal<readonly string[]>([]);
	const failed = (error: unknown) => {
		const text = error instanceof Error ? error.message : String(error);
		failures.value = [text, ...failures.value.filter(other => other !== text)].slice(0, 5);
	};
	const messenger = new Messenger<FromPanel, ToPanel>(webviewChannel(api), {
		session: session => {
			if (session && session.id !== view.sessionId.value) resetForSession(view, session.id);
			store.show(session);
			store.freeze(view.paused.value);
			connected.value = true;
		},
		entries: entries => store.apply(entries.filter(isEntry)),
		focusLine: place => {
			if (!isPlace(place)) return;
			view.tab.value = 'allocations';
			focusedLine.value = place;
		},
		showTab: tab => {
			if (oneOf(...TABS)(tab)) view.tab.value = tab;
		},
	});
	const panel: Panel = {
		store,
		view,
		theme: createThemeSignal(),
		tip: signal(undefined),
		cursor: signal(undefined),
		pickedRegion: signal(undefined),
		pickedBatch: signal(undefined),
		failures,
		act: action => void messenger.call('action', { action, ...meant(view) }).catch(failed),
		openSource: ({ file, line, column }) => void messenger.call('openSource', { file, line, column }).catch(failed),
		clearCache: id => messenger.call('clearCache', { id, ...meant(view) }),
		clearPool: id => messenger.call('clearPool', { id, ...meant(view) }),
		openSnapshot: path => void messenger.call('openSnapshot', { path }).catch(failed),
		focusedLine,
	};
	keepView(view, api);
	effect(() => store.freeze(view.paused.value));
	effect(() => {
		if (!connected.value || !store.info.value) return;
		const window = view.brush.value;
		messenger.notify('select', { process: view.process.value, ...(window && { window }) });
	});
	const Connected = () => <App connected={connected.value} />;
	render(
		<PanelContext.Provider value={panel}>
			<Connected />
		</PanelContext.Provider>,
		root,
	);
	messenger.notify('ready', undefined);
}

/** Buttons act on the process that is shown. */
const meant = ({ process }: ViewSignals): { process: number } => ({ process: process.peek() });

/** A person drags the time axis: every frame has a new view, and keeping one costs as much as drawing it. */
function keepView(view: ViewSignals, api: VscodeApi): void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const keep = () => {
		clearTimeout(timer);
		timer = undefined;
		api.setState(untracked(() => viewValues(view)));
	};
	effect(() => {
		viewValues(view);
		timer ??= setTimeout(keep, KEEP_MS);
	});
	addEventListener('pagehide', keep);
}

const root = document.getElementById('memory-manager-panel');
if (root) start(root);
