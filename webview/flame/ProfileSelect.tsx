import type { JSX } from 'preact';
import type { LiveMoment } from '../../src/analysis/attribution.ts';
import { formatMs } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { Segments } from '../segments.tsx';
import type { ProfileChoice } from '../state.ts';

const LABELS: readonly { id: ProfileChoice; label: string }[] = [
	{ id: 'peak', label: 'At peak' },
	{ id: 'latest', label: 'Latest' },
	{ id: 'final', label: 'Final' },
];

/** Of which moment live bytes are shown. */
export function ProfileSelect({ momentOf }: { momentOf(choice: ProfileChoice): LiveMoment | undefined }): JSX.Element {
	const { view } = usePanel();
	return (
		<Segments
			label="Moment"
			choices={LABELS.map(({ id, label }) => {
				const moment = momentOf(id);
				return { id, label, meaning: moment ? `At ${formatMs(moment.t)}` : 'Not read yet', disabled: !moment };
			})}
			chosen={view.profile.value}
			onChoose={id => {
				view.profile.value = id;
			}}
		/>
	);
}
