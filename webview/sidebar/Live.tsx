import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { describeState } from '../../src/analysis/describe.ts';
import { processTree, rssNow, totalRss } from '../../src/analysis/processTree.ts';
import type { SessionModel } from '../../src/analysis/sessionModel.ts';
import type { SystemEntry } from '../../src/protocol/entries.ts';
import type { PressureEntry } from '../../src/protocol/runtimeEntries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatMs, formatPercent } from '../../src/protocol/units.ts';
import { Button } from '../controls.ts';
import { LevelBadge, LevelName } from '../panel/LevelBadge.tsx';
import { GcStrategySelect } from './GcStrategySelect.tsx';
import { Meter } from './Meter.tsx';
import { Sparkline } from './Sparkline.tsx';
import { useSidebar } from './sidebarContext.ts';

/** Name, state, level, gauges and actions of the session. */
export function Live(): JSX.Element | null {
	const { store, act } = useSidebar();
	store.revision.value;
	const model = store.model;
	const info = store.info.value;
	if (!model || !info) return null;
	const state = describeState(model.state, info.live);
	const { latest, system } = model;
	const running = info.live && model.state?.state !== 'ended';
	const runtimeAnswers = info.controllable && model.process?.runtime !== false;
	return (
		<section class="block" aria-label="Session">
			<div class="live-title">
				<h2 title={visibleText(model.header.script ?? model.header.title, 500)}>{visibleText(model.header.title)}</h2>
				<LevelBadge system={system} />
			</div>
			<p class={`live-state tone-${state.tone}`}>
				<span class="state-dot" aria-hidden="true" />
				<span>
					{state.text}, {formatMs(model.now)}
				</span>
			</p>
			{system && <p class="dim live-reason">{system.levelReason}</p>}
			<OwnLevel pressure={model.runtime.pressures.at(-1)} />
			<Sparkline />
			<div class="gauges">
				<Gauge label="RSS" bytes={latest?.rssBytes} bound={system?.totalBytes} of="the machine’s memory" />
				<TotalGauge model={model} bound={system?.totalBytes} />
				<Gauge label="Heap used" bytes={latest?.heapUsedBytes} bound={latest?.heapLimitBytes} of="the heap limit" />
				{system?.containerLimitBytes !== undefined && (
					<Gauge
						label="Container"
						bytes={containerUsed(system)}
						bound={system.containerLimitBytes}
						of="its memory limit"
					/>
				)}
				<Gauge label="Array buffers" bytes={latest?.arrayBuffersBytes} bound={latest?.rssBytes} of="RSS" />
			</div>
			<div class="live-actions">
				<Button appearance="primary" onPress={() => act('openPanel')}>
					Open panel
				</Button>
				{running && (
					<>
						<Button disabled={!info.controllable} onPress={() => act('collectGarbage')}>
							Collect garbage
						</Button>
						<Button disabled={!runtimeAnswers} title={CLEANUP_MEANING} onPress={() => act('comprehensiveCleanup')}>
							Comprehensive cleanup
						</Button>
						<Button disabled={!info.controllable} onPress={() => act('stop')}>
							Stop
						</Button>
					</>
				)}
				{!running && info.restartable && <Button onPress={() => act('restart')}>Run again</Button>}
			</div>
			{running && <GcStrategySelect disabled={!runtimeAnswers} />}
		</section>
	);
}

const CLEANUP_MEANING =
	'Empties the script’s caches, destroys idle pool objects, cleans up what it registered, then collects garbage';

const containerUsed = ({ containerLimitBytes, containerAvailableBytes }: SystemEntry): number | undefined =>
	containerLimitBytes === undefined || containerAvailableBytes === undefined
		? undefined
		: Math.max(0, containerLimitBytes - containerAvailableBytes);

/** What the script's own monitor says, where that is more than normal: it may have limits of its own, or simulate. */
function OwnLevel({ pressure }: { pressure: PressureEntry | undefined }): JSX.Element | null {
	if (!pressure || pressure.level === 'normal') return null;
	return (
		<p class="live-reason">
			<LevelName level={pressure.level} /> in the script{pressure.simulated && ' (simulated)'}:{' '}
			<span class="dim">{visibleText(pressure.reason, 300)}</span>
		</p>
	);
}

/** What all processes that live have in RAM together, where there is more than one; of a run that has ended the highest. */
function TotalGauge({ model, bound }: { model: SessionModel; bound: number | undefined }): JSX.Element | null {
	const ended = model.state?.state === 'ended';
	const total = useMemo(() => (ended ? totalRss(processTree(model)) : undefined), [model, ended]);
	const now = rssNow(model);
	const processes = total ? total.processes : now.processes;
	if (processes < 2) return null;
	const label = `RSS of ${formatCount(processes)} processes${total ? ', peak' : ''}`;
	return <Gauge label={label} bytes={total ? total.peak?.bytes : now.bytes} bound={bound} of="the machine’s memory" />;
}

interface GaugeProps {
	label: string;
	bytes: number | undefined;
	bound: number | undefined;
	/** What the bound is. */
	of: string;
}

function Gauge({ label, bytes, bound, of }: GaugeProps): JSX.Element {
	const share = bytes !== undefined && bound ? bytes / bound : undefined;
	const text = share === undefined ? '' : `${formatPercent(share)} of ${of}`;
	return (
		<div class="gauge" title={bound === undefined ? undefined : `${formatBytes(bytes)} of ${formatBytes(bound)}`}>
			<span>{label}</span>
			<strong>{formatBytes(bytes)}</strong>
			{share !== undefined && <Meter share={share} />}
			<span class="dim gauge-note">{text}</span>
		</div>
	);
}
