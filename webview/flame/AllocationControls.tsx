import type { JSX } from 'preact';
import type { Measure, MemoryChoice } from '../../src/analysis/attribution.ts';
import type { SessionModel } from '../../src/analysis/sessionModel.ts';
import { formatMs } from '../../src/protocol/units.ts';
import { regionName } from '../chart/RegionLane.tsx';
import { usePanel } from '../context.ts';
import { Button, Checkbox, SearchField } from '../controls.ts';
import { Icon } from '../icons.tsx';
import { type Segment, Segments } from '../segments.tsx';
import { ProfileSelect } from './ProfileSelect.tsx';

const MEMORY: readonly Segment<MemoryChoice>[] = [
	{ id: 'both', label: 'Both', meaning: 'V8’s heap and what lies outside it' },
	{ id: 'heap', label: 'Heap', meaning: 'Objects on V8’s heap' },
	{ id: 'offHeap', label: 'Outside the heap', meaning: 'Contents of Buffers, array buffers and typed arrays' },
];
const MEASURE: readonly Segment<Measure>[] = [
	{ id: 'live', label: 'Live', meaning: 'What was held at one moment' },
	{ id: 'allocated', label: 'Allocated', meaning: 'What was allocated in the chosen time, also what is gone since' },
	{ id: 'freed', label: 'Freed', meaning: 'What went away in the chosen time, whenever it was allocated' },
	{ id: 'alive', label: 'Still alive', meaning: 'What was allocated in the chosen time and not freed by its end' },
];

export function AllocationControls({ model }: { model: SessionModel }): JSX.Element {
	const panel = usePanel();
	const { view } = panel;
	const memory = view.memory.value;
	const measure = view.measure.value;
	const window = view.brush.value;
	const region = view.regionFilter.value;
	return (
		<>
			<div class="tab-bar">
				<Segments
					label="Memory"
					choices={MEMORY}
					chosen={memory}
					onChoose={id => {
						view.memory.value = id;
					}}
				/>
				<Segments
					label="Measure"
					choices={MEASURE}
					chosen={measure}
					onChoose={id => {
						view.measure.value = id;
					}}
				/>
				{measure === 'live' && <ProfileSelect model={model} />}
				{model.autopsy && (
					<Button
						title={`What held the memory at ${formatMs(model.autopsy.t)}, when RSS was highest`}
						onPress={() => {
							view.peakShown.value = true;
						}}
					>
						At highest RSS
					</Button>
				)}
				<Checkbox
					checked={view.onlyMine.value}
					title="What packages and Node hold counts for your function that called them"
					onChange={checked => {
						view.onlyMine.value = checked;
						view.flamePath.value = [];
					}}
				>
					My code only
				</Checkbox>
				<SearchField
					value={view.search.value}
					label="Search function or file"
					onInput={text => {
						view.search.value = text;
					}}
				/>
			</div>
			{(region !== undefined || measure !== 'live') && (
				<div class="chips">
					{measure !== 'live' &&
						(window ? (
							<Chip
								text={`${formatMs(window.min)} – ${formatMs(window.max)}`}
								label="Take the whole run"
								onRemove={() => {
									// What is measured stays: of the whole run now.
									view.brush.value = undefined;
								}}
							/>
						) : (
							<span class="dim">The whole run. Drag over the time line to choose a part of it.</span>
						))}
					{region !== undefined && (
						<Chip
							text={`Region ${regionName(panel, region)}`}
							label="Show what was allocated outside the region too"
							onRemove={() => {
								view.regionFilter.value = undefined;
							}}
						/>
					)}
				</div>
			)}
		</>
	);
}

function Chip({ text, label, onRemove }: { text: string; label: string; onRemove(): void }): JSX.Element {
	return (
		<span class="chip">
			<span class="chip-text">{text}</span>
			<button type="button" aria-label={`${label} (${text})`} title={label} onClick={onRemove}>
				<Icon name="close" />
			</button>
		</span>
	);
}
