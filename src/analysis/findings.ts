import type { FindingEntry } from '../protocol/runtimeEntries.ts';
import type { RuntimeState } from './runtimeState.ts';

const RANK: Record<FindingEntry['severity'], number> = { error: 0, warning: 1, info: 2 };

/** Worst first; of one severity the one with most bytes first, those of unknown size last. */
export function rankedFindings(findings: readonly FindingEntry[]): FindingEntry[] {
	return [...findings].sort(
		(a, b) => RANK[a.severity] - RANK[b.severity] || (b.bytes ?? -1) - (a.bytes ?? -1) || a.t - b.t,
	);
}

/** `none`: nobody asked. `running`: findings of a diagnosis whose end was not seen. `clean`: it ended and found nothing. */
export type DiagnosisState = 'none' | 'running' | 'clean' | 'found';

export function diagnosisState({ findings, diagnosis }: Pick<RuntimeState, 'findings' | 'diagnosis'>): DiagnosisState {
	const newest = findings.at(-1)?.diagnosis;
	if (newest !== undefined) return diagnosis && diagnosis.diagnosis >= newest ? 'found' : 'running';
	return diagnosis ? 'clean' : 'none';
}
