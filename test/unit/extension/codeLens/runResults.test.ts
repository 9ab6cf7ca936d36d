import assert from 'node:assert/strict';
import { SessionModel } from '../../../../src/analysis/sessionModel.ts';
import type { TrackedFunction } from '../../../../src/extension/codeLens/findTrackedFunctions.ts';
import {
	matchResults,
	type RegionResult,
	RunResults,
	resultText,
} from '../../../../src/extension/codeLens/runResults.ts';
import type { MemoryReading } from '../../../../src/protocol/entries.ts';

const fn = (name: string | undefined, line: number, column = 1): TrackedFunction => ({
	kind: 'region',
	name,
	line,
	column,
});
const result = (name: string, line: number, column = 1): RegionResult => ({
	name,
	site: { file: '/a.js', line, column },
	calls: 1,
});

function matched(functions: TrackedFunction[], results: RegionResult[]): Record<string, string[]> {
	const pairs = [...matchResults(functions, results)];
	return Object.fromEntries(
		pairs.map(([f, rs]) => [`${f.name ?? '?'}@${f.line}`, rs.map(({ name, site }) => `${name}@${site.line}`)]),
	);
}

describe('matchResults', () => {
	it('matches by name and line', () => {
		assert.deepEqual(matched([fn('a', 3), fn('b', 3, 20)], [result('b', 3, 20), result('a', 3)]), {
			'a@3': ['a@3'],
			'b@3': ['b@3'],
		});
	});

	it('finds a place that has moved', () => {
		assert.deepEqual(matched([fn('a', 300)], [result('a', 3)]), { 'a@300': ['a@3'] });
	});

	it('gives each result to the nearest place of its name, once', () => {
		assert.deepEqual(matched([fn('a', 3), fn('a', 50)], [result('a', 49)]), { 'a@50': ['a@49'] });
		assert.deepEqual(matched([fn('a', 4), fn('a', 51)], [result('a', 3), result('a', 50)]), {
			'a@4': ['a@3'],
			'a@51': ['a@50'],
		});
	});

	it('never gives figures to another name', () => {
		assert.deepEqual(matched([fn('a', 3)], [result('b', 3)]), {});
	});

	it('gathers what a computed name made near its place', () => {
		const results = [result('load 1', 5), result('load 2', 5), result('fixed', 6), result('far', 40)];
		assert.deepEqual(matched([fn(undefined, 5), fn('fixed', 6)], results), {
			'?@5': ['load 1@5', 'load 2@5'],
			'fixed@6': ['fixed@6'],
		});
	});
});

describe('resultText', () => {
	it('says what was measured and leaves out what was not', () => {
		const mb = 1024 * 1024;
		const full = { ...result('a', 1), calls: 3, peakRssBytes: 1200 * mb, retainedBytes: 4 * mb };
		assert.equal(resultText([full]), '3 calls · peak 1.17 GB RSS · retained +4.00 MB');
		assert.equal(resultText([result('a', 1)]), '1 call');
	});

	it('adds calls, takes the highest peak, and does not add up what is retained', () => {
		const both = [
			{ ...result('a', 1), peakRssBytes: 1024, retainedBytes: 1 },
			{ ...result('b', 1), peakRssBytes: 2048, retainedBytes: 1 },
		];
		assert.equal(resultText(both), '2 calls · peak 2.00 KB RSS');
	});
});

describe('RunResults', () => {
	const peak: MemoryReading = { rssBytes: 7, heapUsedBytes: 1, externalBytes: 1, arrayBuffersBytes: 1 };

	function modelOf(file: string, calls: number): SessionModel {
		const model = new SessionModel({
			type: 'header',
			format: 1,
			version: '0',
			engineNode: '24.0.0',
			title: 'x',
			command: [],
			cwd: '/',
			originEpochMs: 0,
			samplingIntervalBytes: 1,
		});
		const site = { file, line: 1, column: 1 };
		model.apply({ type: 'region', t: 0, id: 1, name: 'a', kind: 'region', site });
		model.apply({
			type: 'regionStats',
			t: 1,
			region: 1,
			calls,
			measuredCalls: calls,
			open: 0,
			errors: 0,
			totalMs: 1,
			maxMs: 1,
			peak,
		});
		return model;
	}

	it('finds a Windows file whichever way its drive is written', () => {
		const results = new RunResults();
		results.update(modelOf('C:\\data\\a.js', 2));
		assert.equal(results.get('c:\\data\\a.js')[0]?.calls, 2);
	});

	it('keeps the last run of each file', () => {
		const results = new RunResults();
		results.update(modelOf('/a.js', 1));
		results.update(modelOf('/b.js', 2));
		results.update(modelOf('/a.js', 3));
		assert.deepEqual(
			results.get('/a.js').map(({ calls, peakRssBytes }) => [calls, peakRssBytes]),
			[[3, 7]],
		);
		assert.equal(results.get('/b.js')[0]?.calls, 2);
		assert.deepEqual(results.get('/c.js'), []);
	});

	it('says nothing of a region that was never called', () => {
		const results = new RunResults();
		results.update(modelOf('/a.js', 0));
		assert.deepEqual(results.get('/a.js'), []);
	});

	it('is bounded', () => {
		const results = new RunResults();
		for (let i = 0; i < 600; i++) results.update(modelOf(`/${i}.js`, 1));
		assert.deepEqual(results.get('/0.js'), []);
		assert.equal(results.get('/599.js').length, 1);
	});
});
