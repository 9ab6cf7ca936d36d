import type { CostEntry } from '../protocol/entries.ts';
import type { SessionModel } from './sessionModel.ts';

/** Wall time of the script that profiling took, as far as it is measured or estimated, ms. */
export const costMs = ({ pollMs, profileMs, samplingMs = 0, offHeapMs = 0 }: CostEntry): number =>
	pollMs + profileMs + samplingMs + offHeapMs;

/** From when the process began to when its cost was told last: what shares of it are taken of, ms; 0 where nothing was told. */
export const costWallMs = ({ cost, process }: Pick<SessionModel, 'cost' | 'process'>): number =>
	cost ? Math.max(0, cost.t - (process?.t ?? 0)) : 0;
