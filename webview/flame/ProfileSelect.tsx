import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { SessionModel } from '../../src/analysis/sessionModel.ts';
import { formatMs } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { Segments } from '../segments.tsx';
import type { ProfileChoice } from '../state.ts';
import { chosenMoment } from './chosenMoment.ts';

const LABELS: readonly { id: ProfileChoice; label: string }[] = [
	{ id: 'peak', label: 'At peak' },
	{ id: 'latest', label: 'Latest' },
	{ id: 'final', label: 'Final' },
];

/** Of which moment live bytes are shown. */
export function ProfileSelect({ model }: { model: SessionModel }): JSX.Element {
	const { store, view } = usePanel();
	const memory = view.memory.value;
	const version = store.version('allocations', 'offHeap');
	// The version stands for what the model's readings are.
	const moments = useMemo(
		() => LABELS.map(choice => ({ ...choice, moment: chosenMoment(model, choice.id, memory) })),
		[model, version, memory],
	);
	return (
		<Segments
			label="Moment"
			choices={moments.map(({ id, label, moment }) => ({
				id,
				label,
				meaning: moment ? `At ${formatMs(moment.t)}` : 'Not read yet',
				disabled: !moment,
			}))}
			chosen={view.profile.value}
			onChoose={id => {
				view.profile.value = id;
			}}
		/>
	);
}
