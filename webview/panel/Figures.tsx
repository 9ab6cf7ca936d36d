import type { JSX } from 'preact';
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
	const model = store.model;
	if (!model) return null;
	return (
		<dl class="figures">
			{figures(model).map(({ label, value, note, meaning }) => (
				<div key={label} class="figure" title={meaning}>
					<dt>{label}</dt>
					<dd class="figure-value">{value}</dd>
					<dd class="figure-note">{note}</dd>
				</div>
			))}
		</dl>
	);
}

function figures(model: SessionModel): Figure[] {
	const { latest, gcTotals, peakRss, peakHeapUsed, snapshots } = model;
	const limit = latest?.heapLimitBytes;
	const ofLimit =
		limit && latest.heapUsedBytes !== undefined ? ` (${formatPercent(latest.heapUsedBytes / limit)})` : '';
	const ended = model.state?.state === 'ended';
	return [
		{
			label: ended ? 'RSS, last' : 'RSS now',
			value: formatBytes(latest?.rssBytes),
			note: share(latest?.rssBytes, model.system?.totalBytes, `${formatBytes(model.system?.totalBytes)} RAM`),
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
			value: model.now > 0 ? formatPercent(gcTotals.pauseMs / model.now) : formatPercent(undefined),
			note: `${formatCount(gcTotals.count)} ${gcTotals.count === 1 ? 'pause' : 'pauses'}, ${formatMs(gcTotals.pauseMs)}`,
			meaning: `Share of the time that garbage collection stopped the script; ${formatMs(gcTotals.forcedMs)} of it was caused by profiling or asked for.`,
		},
	];
}

const share = (part: number | undefined, whole: number | undefined, name: string): string =>
	part !== undefined && whole ? `${formatPercent(part / whole)} of ${name}` : '';
