import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { FOLLOW_MS } from '../../src/analysis/timeWindow.ts';
import { formatMs } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { IconButton } from '../controls.ts';
import { Icon } from '../icons.tsx';
import { PartsHint } from '../parts/PartsHint.tsx';
import { ChartSelect } from './ChartSelect.tsx';
import { GcLane } from './GcLane.tsx';
import { Legend } from './Legend.tsx';
import { MemoryChart } from './MemoryChart.tsx';
import { PressureLane } from './PressureLane.tsx';
import { panZoom } from './panZoom.ts';
import { RegionLane } from './RegionLane.tsx';
import { Selection } from './Selection.tsx';
import { select, zoomToSelection } from './selectTime.ts';

export function TimeLine(): JSX.Element {
	const panel = usePanel();
	const { store, view } = panel;
	const plots = useRef<HTMLDivElement>(null);
	useEffect(() => (plots.current ? panZoom(plots.current, panel) : undefined), [panel]);
	store.revision.value;
	const running = store.info.value?.live === true && store.liveModel?.state?.state !== 'ended';
	const zoom = view.zoom.value;
	const follow = view.follow.value;
	const paused = view.paused.value;
	const width = zoom ? zoom.max - zoom.min : FOLLOW_MS;
	return (
		<section class="timeline" aria-label="Memory over time">
			<div class="timeline-bar">
				{view.chart.value === 'parts' ? <PartsHint /> : <Legend />}
				<ChartSelect />
				<div class="timeline-actions">
					{view.brush.value && (
						<>
							<IconButton label="Zoom to the selected time" onPress={() => zoomToSelection(panel)}>
								<Icon name="zoomIn" />
							</IconButton>
							<IconButton label="Clear the selection" onPress={() => select(panel, undefined)}>
								<Icon name="close" />
							</IconButton>
						</>
					)}
					<IconButton
						label="Show the whole run (Ctrl and wheel zooms, Shift and wheel moves, Shift and drag zooms in)"
						disabled={!zoom && !follow}
						onPress={() => {
							view.zoom.value = undefined;
							view.follow.value = false;
						}}
					>
						<Icon name="wholeRun" />
					</IconButton>
					{running && (
						<>
							<IconButton
								label={`Follow the last ${formatMs(width)}`}
								pressed={follow}
								onPress={() => {
									view.follow.value = !follow;
								}}
							>
								<Icon name="follow" />
							</IconButton>
							<IconButton
								label={paused ? 'Go on drawing' : 'Pause drawing (the script runs on)'}
								pressed={paused}
								onPress={() => {
									view.paused.value = !paused;
								}}
							>
								<Icon name={paused ? 'play' : 'pause'} />
							</IconButton>
						</>
					)}
				</div>
			</div>
			<div class="timeline-plots" ref={plots}>
				<MemoryChart />
				<GcLane />
				<PressureLane />
				<RegionLane />
				<Selection />
			</div>
		</section>
	);
}
