import type { JSX } from 'preact';
import type { SessionModel } from '../../src/analysis/sessionModel.ts';
import { formatMs } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import type { ProfileChoice } from '../state.ts';
import { finalProfile } from './chosenProfile.ts';

/** Which of the session's profiles to show. */
export function ProfileSelect({ model }: { model: SessionModel }): JSX.Element {
	const { view } = usePanel();
	const choices: { id: ProfileChoice; label: string; t: number | undefined }[] = [
		{ id: 'peak', label: 'At peak', t: model.peakProfile?.t },
		{ id: 'latest', label: 'Latest', t: model.latestProfile?.t },
		{ id: 'final', label: 'Final', t: finalProfile(model)?.t },
	];
	return (
		<fieldset class="segments" aria-label="Profile">
			{choices.map(({ id, label, t }) => (
				<label key={id} title={t === undefined ? 'Not read yet' : `Read at ${formatMs(t)}`}>
					<input
						type="radio"
						name="profile"
						checked={view.profile.value === id}
						disabled={t === undefined}
						onChange={() => {
							view.profile.value = id;
						}}
					/>
					<span>{label}</span>
				</label>
			))}
		</fieldset>
	);
}
