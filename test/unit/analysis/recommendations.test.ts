import assert from 'node:assert/strict';
import { type MachineFacts, recommend } from '../../../src/analysis/recommendations.ts';
import { type Report, reportOf } from '../../../src/analysis/report.ts';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import type { Entry } from '../../../src/protocol/entries.ts';
import { recordingHeader } from '../../support/engineHeader.ts';

const MB = 1024 * 1024;
const GB = 1024 * MB;
const machine: MachineFacts = { totalBytes: 16 * GB, availableBytes: 12 * GB, cpus: 8 };

function reportFrom(entries: readonly Entry[]): Report {
	const model = new SessionModel(recordingHeader);
	for (const entry of entries) model.apply(entry);
	return reportOf(model);
}
const sample = (t: number, figures: object): Entry => ({ type: 'sample', t, ...figures }) as Entry;
const titles = (report: Report, facts = machine): string =>
	recommend(facts, report)
		.recommendations.map(({ title, change }) => `${title} ${change}`)
		.join('\n');

describe('recommendations', () => {
	it('chooses a profile by what the script may use', () => {
		assert.equal(recommend(machine).profile, 'default');
		assert.equal(recommend({ ...machine, totalBytes: 4 * GB }).profile, 'constrained');
		assert.equal(recommend({ ...machine, containerLimitBytes: GB }).profile, 'constrained', 'the container counts');
		assert.equal(
			recommend({ ...machine, totalBytes: 4 * GB }, undefined, 'largeCollection').profile,
			'largeCollection',
		);
		assert.deepEqual(recommend({ ...machine, containerLimitBytes: GB }).environment, {
			MEMORY_MANAGER_PROFILE: 'constrained',
			MEMORY_MANAGER_MAX_MEMORY: '512MB',
		});
	});

	it('raises a heap limit that was nearly reached, where the machine has the room', () => {
		const report = reportFrom([sample(1, { rssBytes: 2 * GB, heapUsedBytes: 1.9 * GB, heapLimitBytes: 2 * GB })]);
		const { nodeArgs, recommendations } = recommend(machine, report);
		assert.deepEqual(nodeArgs, ['--max-old-space-size=3072']);
		assert.equal(recommendations[0]?.severity, 'warning');
		const small = recommend({ ...machine, totalBytes: 3 * GB }, report);
		assert.deepEqual(small.nodeArgs, []);
		assert.match(small.recommendations[0]?.change ?? '', /BatchProcessor/);
	});

	it('says nothing about a run that has room to spare', () => {
		const report = reportFrom([sample(1, { rssBytes: 90 * MB, heapUsedBytes: 30 * MB, heapLimitBytes: 4 * GB })]);
		assert.deepEqual(recommend(machine, report).recommendations, []);
	});

	it('names array buffers, and native memory, as what most of the peak is', () => {
		const buffers = { rssBytes: GB, heapUsedBytes: 20 * MB, externalBytes: 800 * MB, arrayBuffersBytes: 790 * MB };
		assert.match(titles(reportFrom([sample(1, buffers)])), /array buffers.*FileReader/s);
		const native = { rssBytes: GB, heapUsedBytes: 20 * MB, externalBytes: 10 * MB, arrayBuffersBytes: MB };
		assert.match(titles(reportFrom([sample(1, native)])), /outside of what V8 knows/);
	});

	it('names a cache that is too small, one that is never hit, and a pool that loses objects', () => {
		const cache = { type: 'cache', t: 1, bytes: MB, bytesFrom: 'estimated', entries: 10, evictions: {} } as const;
		const report = reportFrom([
			{ ...cache, id: 1, name: 'tiles', maxBytes: MB, hits: 500, misses: 500, evictions: { size: 490 } },
			{ ...cache, id: 2, name: 'names', maxBytes: 9 * MB, hits: 1, misses: 5_000 },
			{ ...cache, id: 3, name: 'young', maxBytes: 9 * MB, hits: 0, misses: 3 },
			{
				type: 'pool',
				t: 1,
				id: 1,
				name: 'parsers',
				inUse: 1,
				idle: 0,
				max: 4,
				waiting: 0,
				created: 9,
				reused: 0,
				destroyed: 0,
				leaked: 8,
			},
		]);
		const text = titles(report);
		assert.match(text, /"tiles" is too small.*maxBytes: 2 \*/);
		assert.match(titles(report, { ...machine, availableBytes: 2 * MB }), /SpillCache/);
		assert.match(text, /"names" is hardly ever hit/);
		assert.match(text, /"parsers" lost objects.*pool\.use/);
		assert.doesNotMatch(text, /young/);
		assert.equal(recommend(machine, report).recommendations[0]?.severity, 'warning', 'the worst comes first');
	});

	it('passes on what a diagnosis found, and an operation that takes many times its input', () => {
		const report = reportFrom([
			{
				type: 'finding',
				t: 1,
				diagnosis: 1,
				kind: 'siteGrowth',
				severity: 'error',
				title: 'memo grows by 2 MB a round.',
				evidence: ['4 of 4 rounds.'],
				advice: 'Bound it.',
				tool: 'BoundedCache',
			},
			{
				type: 'operation',
				t: 1,
				end: 2,
				kind: 'analyzed',
				name: 'decode',
				inputBytes: MB,
				peakBytes: 9 * MB,
				ratio: 9,
			},
		]);
		assert.match(titles(report), /memo grows.*BoundedCache: Bound it\./);
		assert.match(titles(report), /"decode" takes 9\.0 times its input/);
	});
});
