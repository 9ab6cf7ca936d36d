import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { SnapshotState, SnapshotSummary } from '../../src/protocol/snapshotView.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatPercent } from '../../src/protocol/units.ts';
import { Button, IconButton, SearchField } from '../controls.ts';
import { Icon } from '../icons.tsx';
import { tabAfterKey } from '../tabKeys.ts';
import { BuffersTab } from './BuffersTab.tsx';
import { ChangesTab } from './ChangesTab.tsx';
import { ClassesTab } from './ClassesTab.tsx';
import { SNAPSHOT_TABS, type SnapshotTab, useSnapshot } from './context.ts';
import { Holders } from './Holders.tsx';

export function SnapshotApp(): JSX.Element {
	const { state } = useSnapshot();
	const shown = state.value;
	return (
		<main class="snapshot">
			{shown === undefined ? null : shown.phase === 'ready' ? <Opened {...shown} /> : <NotYet state={shown} />}
		</main>
	);
}

const PHASES = {
	reading: 'Reading the heap snapshot',
	analysing: 'Working out what keeps what alive',
	comparing: 'Reading the other snapshot',
} as const;

function NotYet({ state }: { state: Exclude<SnapshotState, { phase: 'ready' }> }): JSX.Element {
	const { act } = useSnapshot();
	if (state.phase === 'failed') {
		return (
			<div class="empty">
				<h1>No snapshot to show</h1>
				<p role="alert">{visibleText(state.sentence, 500)}</p>
				<Button onPress={() => act('retry')}>Try again</Button>
			</div>
		);
	}
	return (
		<div class="empty">
			<h1>{PHASES[state.phase]}</h1>
			<p class="progress-line">
				<progress value={state.share} max={1} aria-label={PHASES[state.phase]} /> {formatPercent(state.share)}
			</p>
			<Button onPress={() => act('cancel')}>Cancel</Button>
		</div>
	);
}

type Ready = Extract<SnapshotState, { phase: 'ready' }>;

function Opened({ summary, comparison, comparing }: Ready): JSX.Element {
	const { choices, failure } = useSnapshot();
	const tab = choices.tab.value;
	return (
		<>
			<Head summary={summary} />
			{failure.value !== '' && (
				<p class="failure" role="alert">
					{visibleText(failure.value, 400)}
					<IconButton
						label="Dismiss"
						onPress={() => {
							failure.value = '';
						}}
					>
						<Icon name="close" />
					</IconButton>
				</p>
			)}
			<Tabs />
			<div class="tab-content" role="tabpanel" id="tab-content" aria-labelledby={`tab-${tab}`} tabIndex={-1}>
				{tab === 'classes' && <ClassesTab summary={summary} />}
				{tab === 'buffers' && <BuffersTab summary={summary} />}
				{tab === 'changes' && <ChangesTab comparison={comparison} comparing={comparing?.share} />}
			</div>
			<Holders />
		</>
	);
}

function Head({ summary }: { summary: SnapshotSummary }): JSX.Element {
	const { act } = useSnapshot();
	const { path, fileBytes, totalBytes, bufferBytes, stringBytes, objects, references, classes } = summary;
	const figures: [label: string, value: string, note: string, meaning: string][] = [
		[
			'All objects',
			formatBytes(totalBytes),
			`${formatCount(objects)} in ${formatCount(classes)} classes`,
			'Everything that V8 lists, contents of array buffers and tables of its own included.',
		],
		[
			'On the heap',
			formatBytes(totalBytes - bufferBytes),
			`${formatCount(references)} references`,
			'All objects without the contents of array buffers.',
		],
		[
			'Array buffers',
			formatBytes(bufferBytes),
			share(bufferBytes, totalBytes),
			'Contents, which lie outside the heap.',
		],
		[
			'Strings',
			formatBytes(stringBytes),
			share(stringBytes, totalBytes),
			'Texts, with names of functions and sources.',
		],
	];
	return (
		<header class="header">
			<div class="title-row">
				<h1 title={visibleText(path, 1_000)}>{visibleText(path.split(/[\\/]/).at(-1) ?? path)}</h1>
				<span class="dim">heap snapshot, {formatBytes(fileBytes)} on disk</span>
				<div class="actions">
					<Button onPress={() => act('compare')}>Compare with…</Button>
				</div>
			</div>
			<dl class="figures">
				{figures.map(([label, value, note, meaning]) => (
					<div key={label} class="figure" title={meaning}>
						<dt>{label}</dt>
						<dd class="figure-value">{value}</dd>
						<dd class="figure-note">{note}</dd>
					</div>
				))}
			</dl>
		</header>
	);
}

const share = (part: number, whole: number): string => (whole > 0 ? `${formatPercent(part / whole)} of all` : '');

const TITLES: Record<SnapshotTab, string> = { classes: 'Classes', buffers: 'Array buffers', changes: 'Changes' };

function Tabs(): JSX.Element {
	const { choices } = useSnapshot();
	const list = useRef<HTMLDivElement>(null);
	const chosen = choices.tab.value;
	const onKeyDown = (event: KeyboardEvent) => {
		const next = tabAfterKey(SNAPSHOT_TABS, chosen, event.key);
		if (!next) return;
		event.preventDefault();
		choices.tab.value = next;
		list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
	};
	return (
		<div class="tab-head">
			<div class="tablist" role="tablist" aria-label="Snapshot" ref={list} onKeyDown={onKeyDown}>
				{SNAPSHOT_TABS.map(tab => (
					<button
						key={tab}
						type="button"
						role="tab"
						id={`tab-${tab}`}
						aria-selected={tab === chosen}
						aria-controls="tab-content"
						tabIndex={tab === chosen ? 0 : -1}
						onClick={() => {
							choices.tab.value = tab;
						}}
					>
						{TITLES[tab]}
					</button>
				))}
			</div>
			{chosen !== 'buffers' && (
				<SearchField
					value={choices.search.value}
					label="Find a class"
					onInput={value => {
						choices.search.value = value;
					}}
				/>
			)}
		</div>
	);
}
