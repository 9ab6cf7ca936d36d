import assert from 'node:assert/strict';
import { reportOf } from '../../../src/analysis/report.ts';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import type { Entry } from '../../../src/protocol/entries.ts';
import { sampleEntries, sampleHeader } from '../../support/sampleSession.ts';

function runtimeOf(entries: readonly Entry[]) {
	const model = new SessionModel(sampleHeader);
	for (const entry of entries) model.apply(entry);
	return reportOf(model).runtime;
}

describe('the runtime in the report', () => {
	const runtime = runtimeOf(sampleEntries(28_500, 'exit'));

	it('has the findings worst first, with the diagnosis they come from', () => {
		assert.deepEqual(
			runtime.findings.map(({ severity }) => severity),
			['error', 'warning', 'warning', 'info', 'info'],
		);
		assert.equal(runtime.findings[0]?.site?.line, 41);
		assert.deepEqual([runtime.diagnosis?.ms, runtime.diagnosis?.collections], [1_310, 3]);
	});

	it('has each batch processor with its own decisions', () => {
		const [resize, write] = runtime.batches;
		assert.equal(resize?.name, 'resize tiles');
		assert.equal(resize?.decisions.length, 11);
		assert.equal(resize?.decisions[0]?.cause, 'start');
		assert.deepEqual(write?.decisions, []);
	});

	it('adds up what cleanups freed as far as it is known', () => {
		const MB = 1024 * 1024;
		assert.deepEqual(
			runtime.cleanups.map(({ freedBytes }) => freedBytes && Math.round(freedBytes / MB)),
			[9, 139, 164, 8, undefined],
		);
	});

	it('tells the time under pressure and whether it was simulated', () => {
		assert.deepEqual(runtime.pressure, {
			changes: 7,
			simulated: true,
			above: [
				{ level: 'critical', ms: 900 },
				{ level: 'high', ms: 4_600 },
				{ level: 'elevated', ms: 8_600 },
			],
		});
	});

	it('gives a time only to an operation that ended', () => {
		const times = new Map(runtime.operations.map(({ name, ms }) => [name, ms]));
		assert.equal(times.get('group by airport'), 7_800);
		assert.equal(times.get('render report'), undefined);
	});

	it('is empty, not zero, for a script without the library', () => {
		const nothing = runtimeOf([{ type: 'sample', t: 1, rssBytes: 1 }]);
		assert.deepEqual(nothing, {
			...{ findings: [], batches: [], spills: [], weakCaches: [], tensorDicts: [], files: [] },
			...{ cleanups: [], operations: [] },
		});
	});

	it('is plain data', () => assert.deepEqual(JSON.parse(JSON.stringify(runtime)), runtime));
});
