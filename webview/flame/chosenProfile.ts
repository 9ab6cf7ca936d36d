import type { SessionModel } from '../../src/analysis/sessionModel.ts';
import type { AllocationsEntry } from '../../src/protocol/entries.ts';
import type { ProfileChoice } from '../state.ts';

export function chosenProfile(model: SessionModel, choice: ProfileChoice): AllocationsEntry | undefined {
	if (choice === 'latest') return model.latestProfile;
	if (choice === 'final') return finalProfile(model) ?? model.latestProfile;
	return model.peakProfile;
}

export const finalProfile = (model: SessionModel): AllocationsEntry | undefined =>
	model.profiles.findLast(({ cause }) => cause === 'final' || cause === 'outOfMemory');
