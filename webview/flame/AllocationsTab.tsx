import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { allocationRows, flameTree } from '../../src/analysis/allocations.ts';
import { liveBytes, type SessionModel } from '../../src/analysis/sessionModel.ts';
import { indexAt } from '../../src/analysis/timeWindow.ts';
import { onlyUserFrames } from '../../src/analysis/userFrames.ts';
import type { AllocationsEntry } from '../../src/protocol/entries.ts';
import { formatBytes, formatCount, formatMs } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { Checkbox, SearchField } from '../controls.ts';
import { EmptyState } from '../panel/EmptyState.tsx';
import type { ProfileChoice } from '../state.ts';
import { AllocationTable } from './AllocationTable.tsx';
import { chosenProfile } from './chosenProfile.ts';
import { FlameGraph } from './FlameGraph.tsx';
import { ProfileSelect } from './ProfileSelect.tsx';

export function AllocationsTab(): JSX.Element | null {
	const { store, view } = usePanel();
	store.revision.value;
	const model = store.model;
	const onlyMine = view.onlyMine.value;
	const choice = view.profile.value;
	const version = store.version('allocations', 'callTree');
	// The version stands for the profiles and the tree of the model.
	const shown = useMemo(() => {
		const profile = model && chosenProfile(model, choice);
		if (!model || !profile) return undefined;
		const nodes = onlyMine ? onlyUserFrames(model.nodes) : model.nodes;
		return { profile, tree: flameTree(nodes, profile), rows: allocationRows(nodes, profile) };
	}, [model, version, choice, onlyMine]);
	if (!model) return null;
	if (!shown) return <NoAllocations model={model} />;
	const search = view.search.value.trim().toLowerCase();
	return (
		<>
			<div class="tab-bar">
				<ProfileSelect model={model} />
				<Checkbox
					checked={onlyMine}
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
			<p class="sentence">{sentence(model, shown.profile, choice)}</p>
			<div class="allocations">
				<FlameGraph tree={shown.tree} search={search} onlyMine={onlyMine} />
				<AllocationTable rows={shown.rows} total={shown.tree.totalBytes} search={search} onlyMine={onlyMine} />
			</div>
		</>
	);
}

function sentence(model: SessionModel, profile: AllocationsEntry, choice: ProfileChoice): string {
	const { t, arrayBuffersBytes } = model.series.data;
	const outside = arrayBuffersBytes[indexAt(t, profile.t)];
	const buffers =
		outside === null || outside === undefined ? '' : `: ${formatBytes(outside)} of array buffers at that moment`;
	const count = model.profiles.length;
	const which = choice === 'peak' && count > 1 ? `, the largest of ${formatCount(count)} profiles` : '';
	return (
		`Live heap by function at ${formatMs(profile.t)}${which}: ${formatBytes(liveBytes(profile))}, estimated from one sample per ` +
		`${formatBytes(profile.intervalBytes)}. Contents of Buffers and typed arrays lie outside the heap and are not in this view${buffers}.`
	);
}

function NoAllocations({ model }: { model: SessionModel }): JSX.Element {
	const over = model.state?.state === 'ended';
	return (
		<EmptyState title={over ? 'No allocation profile in this session' : 'No allocation profile yet'}>
			<p>
				{over
					? 'The script ended before one could be read, or allocation sampling was off.'
					: 'Reading a profile forces a full collection, so profiles are read seldom enough to cost at most 2 % of the time: the first comes within seconds, one more when the heap reaches a new peak, and one at the end. None comes where the setting memoryManager.allocations is off.'}
			</p>
		</EmptyState>
	);
}
