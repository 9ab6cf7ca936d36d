import type { ComponentChildren, JSX } from 'preact';
import { leftOutWords } from '../../src/analysis/modelLimits.ts';
import { ownPauseMs } from '../../src/analysis/ownPauses.ts';
import { isProgram } from '../../src/analysis/programProcess.ts';
import { GC_STRATEGY_WORDS } from '../../src/analysis/runtimeWords.ts';
import type { SessionModel } from '../../src/analysis/sessionModel.ts';
import type { SystemEntry } from '../../src/protocol/entries.ts';
import type { CollectorEntry, ConfigEntry } from '../../src/protocol/runtimeEntries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatMs, formatPercent, NOT_MEASURED } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { costRows } from './costRows.ts';
import { SnapshotFacts } from './SnapshotFacts.tsx';

type Row = [label: string, value: string, meaning?: string];

export function ProcessTab(): JSX.Element | null {
	const { store } = usePanel();
	store.revision.value;
	const model = store.model;
	if (!model) return null;
	return (
		<div class="facts">
			<Facts title="Process" rows={processRows(model)} />
			<Facts title="Cost of profiling" rows={costRows(model)} />
			<Facts title="Garbage collection" rows={gcRows(model)} />
			<RuntimeFacts model={model} />
			<Facts title="Recording" rows={recordingRows(model)} />
			<Facts title="Heap snapshots" rows={[]}>
				<SnapshotFacts snapshots={model.snapshots} />
				<p>
					{model.snapshots.length === 0
						? 'None were taken in this session.'
						: 'Writing one takes many times the heap in memory: RSS rises meanwhile and may stay high after it.'}
				</p>
			</Facts>
		</div>
	);
}

/** What the runtime inside the script keeps to and has done, where it has said so. */
function RuntimeFacts({ model }: { model: SessionModel }): JSX.Element {
	const { collector, config } = model.runtime;
	return (
		<>
			{collector && <Facts title="Collections by the script" rows={collectorRows(collector)} />}
			{config && <Facts title="Limits in the script" rows={configRows(config)} />}
		</>
	);
}

function collectorRows(collector: CollectorEntry): Row[] {
	const { strategy, settings, collections, freedBytes, pauseMs, deferred } = collector;
	return [
		['Strategy', GC_STRATEGY_WORDS[strategy ?? 'default'].label, GC_STRATEGY_WORDS[strategy ?? 'default'].meaning],
		['In force', settings.map(setting => visibleText(setting, 200)).join('; ') || 'nothing was changed'],
		['Forced collections', formatCount(collections), 'By the runtime inside the script.'],
		['Freed by them', formatBytes(freedBytes)],
		['Paused for them', formatMs(pauseMs)],
		['Put off or left out', formatCount(deferred), 'Asked for too often, or while collections were withheld.'],
	];
}

const configRows = ({ profile, limits }: ConfigEntry): Row[] => [
	['Profile', visibleText(profile, 100)],
	...limits.map(([name, value]): Row => [visibleText(name, 100), visibleText(value, 200)]),
];

function containerRows(system: SystemEntry | undefined): Row[] {
	if (system?.containerLimitBytes === undefined) return [];
	return [
		[
			'Limit of the container',
			formatBytes(system.containerLimitBytes),
			'The system ends the script when it needs more.',
		],
		['Left in the container', formatBytes(system.containerAvailableBytes)],
	];
}

function Facts({ title, rows, children }: { title: string; rows: Row[]; children?: ComponentChildren }): JSX.Element {
	return (
		<section class="fact-group">
			<h2>{title}</h2>
			{rows.length > 0 && (
				<dl>
					{rows.map(([label, value, meaning]) => (
						<div key={label} class="fact" title={meaning}>
							<dt>{label}</dt>
							<dd>{value}</dd>
						</div>
					))}
				</dl>
			)}
			{children}
		</section>
	);
}

function processRows({ process, header, latest, system }: SessionModel): Row[] {
	const program = isProgram(process);
	return [
		['Process id', process ? String(process.pid) : NOT_MEASURED],
		...(program
			? [['Kind', 'a program, no Node', 'Started by the runtime library: of it only the RSS is known.'] satisfies Row]
			: ([
					['Node', process?.nodeVersion ?? NOT_MEASURED],
					['V8', process?.v8Version ?? NOT_MEASURED],
				] satisfies Row[])),
		['Platform', process ? `${process.platform} ${process.arch}` : NOT_MEASURED],
		[
			program ? 'Command of the run' : 'Command',
			header.command.length > 0 ? visibleText(header.command.join(' '), 1_000) : 'attached to a running process',
		],
		['Working directory', visibleText(process?.cwd ?? header.cwd, 1_000)],
		...(program
			? []
			: [['Heap limit', formatBytes(latest?.heapLimitBytes), 'Set with --max-old-space-size.'] satisfies Row]),
		...containerRows(system),
		['Memory of the machine', formatBytes(system?.totalBytes)],
		['Available on the machine', formatBytes(system?.availableBytes)],
		...(program ? [] : [runtimeRow(process)]),
	];
}

function runtimeRow(process: SessionModel['process']): Row {
	const words = process?.runtime ? 'connected' : 'not there: no regions, caches or pools';
	return ['Runtime in the script', process ? words : NOT_MEASURED];
}

function gcRows({ gcTotals, now }: SessionModel): Row[] {
	return [
		['Collections', formatCount(gcTotals.count)],
		['Of the whole heap', formatCount(gcTotals.majorCount)],
		['Paused in all', formatMs(gcTotals.pauseMs)],
		['Of it not forced', formatMs(ownPauseMs(gcTotals)), 'Without those that profiling caused or somebody asked for.'],
		['Share of the time', formatPercent(now > 0 ? ownPauseMs(gcTotals) / now : undefined), 'Of those not forced.'],
	];
}

function recordingRows({ header, cost, profiles, leftOut }: SessionModel): Row[] {
	// The interval is written down also where sampling is off.
	const interval = profiles.at(-1)?.intervalBytes;
	return [
		['Started', new Date(header.originEpochMs).toLocaleString()],
		['Written', formatBytes(cost?.recordedBytes)],
		['Format', String(header.format)],
		['Written by', `Memory Manager ${visibleText(header.version, 40)}, Node ${visibleText(header.engineNode, 40)}`],
		[
			'Allocation sampling',
			interval === undefined ? NOT_MEASURED : `one sample per ${formatBytes(interval)} on average`,
		],
		...leftOutRow(leftOutWords(leftOut, formatCount)),
	];
}

const leftOutRow = (words: readonly string[]): Row[] =>
	words.length === 0
		? []
		: [
				[
					'Too many to show',
					words.join(', '),
					'They are in the recording and in the totals; what is shown of a run is bounded.',
				],
			];
