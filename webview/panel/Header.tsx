import type { JSX } from 'preact';
import { describeState } from '../../src/analysis/describe.ts';
import type { PanelAction } from '../../src/protocol/panel.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatMs } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { IconButton } from '../controls.ts';
import { Icon, type IconName } from '../icons.tsx';
import { Figures } from './Figures.tsx';
import { ForecastBadge } from './ForecastBadge.tsx';
import { LevelBadge } from './LevelBadge.tsx';

const CONTROLS: readonly { action: PanelAction; icon: IconName; label: string }[] = [
	{ action: 'stop', icon: 'stop', label: 'Stop the script' },
	{ action: 'collectGarbage', icon: 'collect', label: 'Collect garbage' },
	{ action: 'takeHeapSnapshot', icon: 'snapshot', label: 'Take a heap snapshot' },
	{ action: 'refreshAllocations', icon: 'refresh', label: 'Read the allocation profile now' },
];

export function Header(): JSX.Element | null {
	const { store, act } = usePanel();
	store.revision.value;
	const info = store.info.value;
	const model = store.liveModel;
	if (!info || !model) return null;
	const state = describeState(model.state, info.live);
	const command = model.header.command.join(' ');
	const running = info.live && model.state?.state !== 'ended';
	return (
		<header class="header">
			<div class="title-row">
				<h1 title={visibleText(model.header.script ?? command, 500)}>{visibleText(model.header.title)}</h1>
				<span class={`state tone-${state.tone}`}>
					<span class="state-dot" aria-hidden="true" />
					{state.text}
				</span>
				<span class="elapsed" title={running ? 'Time since the start' : 'How long it ran'}>
					{formatMs(model.now)}
				</span>
				<LevelBadge system={model.system} />
				{running && <ForecastBadge />}
				{!info.live && <span class="tag">recording</span>}
				<fieldset class="actions" aria-label="Session">
					{running &&
						CONTROLS.map(({ action, icon, label }) => (
							<IconButton key={action} label={label} disabled={!info.controllable} onPress={() => act(action)}>
								<Icon name={icon} />
							</IconButton>
						))}
					{info.restartable && (
						<IconButton label="Run it again" onPress={() => act('restart')}>
							<Icon name="restart" />
						</IconButton>
					)}
					<IconButton label="Show the recording's file" onPress={() => act('revealRecording')}>
						<Icon name="reveal" />
					</IconButton>
				</fieldset>
			</div>
			<Figures />
		</header>
	);
}
