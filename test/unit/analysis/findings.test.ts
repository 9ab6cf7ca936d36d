import assert from 'node:assert/strict';
import { diagnosisState, rankedFindings } from '../../../src/analysis/findings.ts';
import type { DiagnosisEntry, FindingEntry } from '../../../src/protocol/runtimeEntries.ts';

const finding = (title: string, severity: FindingEntry['severity'], bytes?: number, diagnosis = 1): FindingEntry => ({
	...{ type: 'finding', t: 1, diagnosis, kind: 'siteGrowth', severity, title, evidence: [], advice: '' },
	...(bytes !== undefined && { bytes }),
});
const ended = (diagnosis: number): DiagnosisEntry => ({
	...{ type: 'diagnosis', t: 2, diagnosis, findings: 0, ms: 1, collections: 1, notLookedAt: [] },
});

describe('rankedFindings', () => {
	it('puts the worst first, then the largest, and what has no size last', () => {
		const findings = [
			finding('remark', 'info', 900),
			finding('unknown size', 'warning'),
			finding('small', 'warning', 1),
			finding('large', 'warning', 2),
			finding('problem', 'error'),
		];
		const titles = rankedFindings(findings).map(({ title }) => title);
		assert.deepEqual(titles, ['problem', 'large', 'small', 'unknown size', 'remark']);
		assert.equal(findings[0]?.title, 'remark', 'the list itself stays as it was');
	});
});

describe('diagnosisState', () => {
	it('tells whether nobody asked, nothing was found, or an end is missing', () => {
		assert.equal(diagnosisState({ findings: [], diagnosis: undefined }), 'none');
		assert.equal(diagnosisState({ findings: [], diagnosis: ended(1) }), 'clean');
		assert.equal(diagnosisState({ findings: [finding('a', 'info')], diagnosis: undefined }), 'running');
		assert.equal(diagnosisState({ findings: [finding('a', 'info')], diagnosis: ended(1) }), 'found');
		assert.equal(diagnosisState({ findings: [finding('a', 'info', 1, 2)], diagnosis: ended(1) }), 'running');
	});
});
