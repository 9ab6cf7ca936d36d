import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { ownPauseMs } from '../../src/analysis/ownPauses.ts';
import { processTree, rssNow, totalRss } from '../../src/analysis/processTree.ts';
import type { SessionModel } from '../../src/analysis/sessionModel.ts';
import { formatBytes, formatCount, formatMs, formatPercent } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';

interface Figure {
	label: string;
	value: string;
	note: string;
	meaning: string;
}

export function Figures(): JSX.Element | null {
	const { store } = usePanel();
	store.revision.value;
	const { model, root } = store;
	const version = store.versionOfAll('process', 'state');
	// Twice a second is as often as a figure can be read; adding up all processes takes its time.
	const all = useMemo(() => root && totalFigure(root), [root, version, Math.floor(store.now / 500)]);
	if (!model || !root) return null;
	const [now, peak, ...rest] = figures(model, root, store.info.value?.live === true);
	return (
		<dl class="figures">
			{[now, peak, all, ...rest]
				.filter(figure => figure !== undefined)
				.map(({ label, value, note, meaning }) => (
					<div key={label} class="figure" title={meaning}>
						<dt>{label}</dt>
						<dd class="figure-value">{value}</dd>
						<dd class="figure-note">{note}</dd>
					</div>
				))}
		</dl>
	);
}

/** What all processes of the session have together; absent where there is one resident set only. */
function totalFigure(root: SessionModel): Figure | undefined {
	if (root.branches.size === 0) return undefined;
	const { peak, processes } = totalRss(processTree(root));
	if (!peak || processes < 2) return undefined;
	const now = rssNow(root);
	const over = now.bytes === undefined;
	return {
		label: over ? `RSS of all ${formatCount(processes)}, peak` : `RSS of all ${formatCount(now.processes)} processes`,
		value: formatBytes(over ? peak.bytes : now.bytes),
		note: over ? `at ${formatMs(peak.t)}` : `peak ${formatBytes(peak.bytes)} at ${formatMs(peak.t)}`,
		meaning: `Sum of the resident sets of the processes that live at the same moment; ${formatCount(processes)} were read in all. Pages that they share count for each of them.`,
	};
}

function figures(model: SessionModel, root: SessionModel, live: boolean): Figure[] {
	const { latest, gcTotals, peakRss, peakHeapUsed, snapshots } = model;
	const { system } = root;
	const pausedMs = ownPauseMs(gcTotals);
	const livedMs =
		(model.state?.state === 'ended' ? model.state.t : root.now) - (model === root ? 0 : (model.process?.t ?? 0));
	const limit = latest?.heapLimitBytes;
	const ofLimit =
		limit && latest.heapUsedBytes !== undefined ? ` (${formatPercent(latest.heapUsedBytes / limit)})` : '';
	const ended = !live || model.state?.state === 'ended';
	return [
		{
			label: ended ? 'RSS, last' : 'RSS now',
			value: formatBytes(latest?.rssBytes),
			note: share(latest?.rssBytes, system?.totalBytes, `${formatBytes(system?.totalBytes)} RAM`),
			meaning: 'Resident set size: all memory of the process that is in RAM.',
		},
		{
			label: 'RSS peak',
			value: formatBytes(peakRss?.bytes),
			note: peakRss ? `at ${formatMs(peakRss.t)}` : '',
			meaning: `Highest RSS that was measured.${snapshots.length > 0 ? ' Writing a heap snapshot raises it, too.' : ''}`,
		},
		{
			label: 'Heap used',
			value: formatBytes(latest?.heapUsedBytes),
			note: limit
				? `of ${formatBytes(limit)}${ofLimit}`
				: peakHeapUsed
					? `peak ${formatBytes(peakHeapUsed.bytes)}`
					: '',
			meaning: `JavaScript objects, garbage not yet collected included; peak ${formatBytes(peakHeapUsed?.bytes)}. At the limit V8 ends the process.`,
		},
		{
			label: 'External',
			value: formatBytes(latest?.externalBytes),
			note: share(latest?.externalBytes, latest?.rssBytes, 'RSS'),
			meaning: 'Memory outside the heap that objects hold on to; array buffers are part of it.',
		},
		{
			label: 'Array buffers',
			value: formatBytes(latest?.arrayBuffersBytes),
			note: 'part of external',
			meaning: 'Contents of Buffers, ArrayBuffers and typed arrays. Part of external.',
		},
		{
			label: 'GC share',
			value: livedMs > 0 ? formatPercent(pausedMs / livedMs) : formatPercent(undefined),
			note: `${formatCount(gcTotals.count)} ${gcTotals.count === 1 ? 'pause' : 'pauses'}, ${formatMs(pausedMs)}`,
			meaning: `Share of the time that garbage collection stopped the script, without the ${formatMs(gcTotals.forcedMs)} that profiling caused or somebody asked for.`,
		},
	];
}

const share = (part: number | undefined, whole: number | undefined, name: string): string =>
	part !== undefined && whole ? `${formatPercent(part / whole)} of ${name}` : '';
