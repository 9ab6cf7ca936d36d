import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { allocationRows } from '../../../src/analysis/allocations.ts';
import {
	entriesOfType,
	type FinishedRun,
	fixture,
	onEveryNode,
	onNode,
	ProfiledRun,
	profiledRun,
} from '../../support/engineRuns.ts';

/** Where `keepRows` makes its rows, 1-based. */
const KEPT_LINE =
	readFileSync(fixture('rows.mjs'), 'utf8')
		.split('\n')
		.findIndex(line => line.includes('Array.from')) + 1;
const SECONDS = 2;

onEveryNode('a script that computes without a break', (_major, node) => {
	let run: FinishedRun;
	before(async () => {
		run = await profiledRun({ script: 'rows.mjs', args: ['end', String(SECONDS * 1_000)], nodePath: node() });
	});

	it('goes through its states and ends with its exit code', () => {
		const states = entriesOfType(run.entries, 'state');
		assert.deepEqual(
			states.map(({ state }) => state),
			['starting', 'running', 'ending', 'ended'],
		);
		assert.deepEqual(run.reason, { kind: 'exit', code: 0 });
		assert.deepEqual(states.at(-1)?.reason, run.reason);
		assert.equal(run.stdout.toString(), 'kept 100\n');
		assert.equal(run.stderr.toString(), '');
	});
	it('is sampled all along', () => {
		const samples = entriesOfType(run.entries, 'sample');
		assert.ok(samples.length >= SECONDS * 20 * 0.25, `${samples.length} samples`);
		const longestGap = samples.slice(1).reduce((longest, { t }, i) => Math.max(longest, t - (samples[i]?.t ?? t)), 0);
		assert.ok(longestGap < SECONDS * 500, `a gap of ${longestGap} ms`);
		for (const [i, { t, rssBytes }] of samples.entries()) {
			// An answer that came late leaves the newer RSS, seen from outside at the same moment, as it is.
			const known = rssBytes ?? samples.find(other => other.t === t && other.rssBytes !== undefined)?.rssBytes;
			assert.ok(t >= 0 && (known ?? 0) > 1 << 20, `sample ${i} at ${t} ms has no RSS`);
		}
		const full = samples.filter(({ heapUsedBytes }) => heapUsedBytes !== undefined);
		assert.ok(full.length > samples.length / 4, `${full.length} of ${samples.length} have the heap`);
		for (const { heapUsedBytes = 0, heapTotalBytes = 0, externalBytes = 0 } of full)
			assert.ok(heapUsedBytes > 0 && heapUsedBytes <= heapTotalBytes && externalBytes > 0);
		// The limit and what malloc holds are read less often: they are dearer and change slowly.
		const thorough = full.filter(({ heapLimitBytes }) => heapLimitBytes !== undefined);
		assert.ok(thorough.length >= full.length / 10, `${thorough.length} of ${full.length} have the limit`);
		for (const { heapTotalBytes = 0, heapLimitBytes = 0, mallocedBytes } of thorough)
			assert.ok(heapTotalBytes < heapLimitBytes && mallocedBytes !== undefined);
	});
	it('has times that never go back', () => {
		for (const type of ['sample', 'gc', 'state', 'allocations'] as const) {
			const times = entriesOfType(run.entries, type).map(({ t }) => t);
			assert.deepEqual(
				times,
				[...times].sort((a, b) => a - b),
				type,
			);
		}
	});
	it('tells its collections, and which of them were ours', () => {
		const gcs = entriesOfType(run.entries, 'gc');
		assert.ok(
			gcs.some(({ kind }) => kind === 'scavenge'),
			'no scavenge',
		);
		assert.ok(
			gcs.some(({ forcedBy, kind }) => forcedBy === 'profile' && kind === 'markCompact'),
			'none is ours',
		);
		for (const { durationMs, usedBeforeBytes } of gcs) assert.ok(durationMs >= 0 && usedBeforeBytes > 0);
	});
	it('names the function that keeps the memory, and its line', () => {
		const { model } = run.opened;
		const profile = model.peakProfile;
		assert.ok(profile);
		const [top] = allocationRows(model.nodes, profile).filter(({ frame }) => frame.kind === 'user');
		assert.deepEqual([top?.frame.file, top?.frame.line], [fixture('rows.mjs'), KEPT_LINE]);
		const rows = allocationRows(model.nodes, profile);
		const keepRows = rows.find(({ frame }) => frame.functionName === 'keepRows');
		assert.ok((keepRows?.totalBytes ?? 0) > 5 << 20, `keepRows holds ${keepRows?.totalBytes}`);
	});
	it('has a final profile from before its end', () => {
		assert.equal(run.opened.model.profiles.at(-1)?.cause, 'final');
	});
	it('is told with what it cost', () => {
		const cost = run.opened.model.cost;
		assert.ok(cost && cost.polls > 0 && cost.pollMs > 0 && cost.profiles > 0 && cost.recordedBytes > 0);
		const readings = entriesOfType(run.entries, 'allocations').filter(({ cause }) => cause !== 'final');
		const spent = readings.reduce((sum, { costMs }) => sum + costMs, 0);
		// Twice the budget: the last reading may cost more than was foreseen.
		assert.ok(spent <= 0.04 * SECONDS * 1_000 + 50, `${spent} ms for readings`);
	});
	it('is recorded without damage and without the environment', () => {
		const { damagedLines, unknownEntries, cutLastLine, model } = run.opened;
		assert.deepEqual(
			{ damagedLines, unknownEntries, cutLastLine },
			{ damagedLines: 0, unknownEntries: 0, cutLastLine: false },
		);
		assert.deepEqual(Object.keys(model.header).sort(), [
			'command',
			'cwd',
			'engineNode',
			'format',
			'originEpochMs',
			'samplingIntervalBytes',
			'script',
			'title',
			'type',
			'version',
		]);
	});
});

onNode(24, 'a script inside one long native call', (_major, node) => {
	it('has its resident size read from outside', async function () {
		if (process.platform !== 'linux') return this.skip();
		const { entries } = await profiledRun({ script: 'native.mjs', nodePath: node() });
		const samples = entriesOfType(entries, 'sample');
		const outside = samples.filter(
			({ rssBytes, heapUsedBytes }) => rssBytes !== undefined && heapUsedBytes === undefined,
		);
		assert.ok(outside.length >= 5, `${outside.length} samples from outside`);
	});
});

onNode(24, 'a session', (_major, node) => {
	it('samples as often as it is told and leaves allocations out when told', async () => {
		const sampling = { samplesPerSecond: 100, allocations: false };
		const { entries, opened } = await profiledRun({
			script: 'rows.mjs',
			args: ['end', '1000'],
			nodePath: node(),
			sampling,
		});
		assert.ok(entriesOfType(entries, 'sample').length >= 30);
		assert.deepEqual(opened.model.profiles, []);
		assert.equal(
			entriesOfType(entries, 'gc').some(({ forcedBy }) => forcedBy !== undefined),
			false,
		);
	});
	it('reads allocations and collects on request', async () => {
		await using run = await ProfiledRun.start({ script: 'rows.mjs', args: ['wait', '200'], nodePath: node() });
		await run.printed('kept');
		await run.session.refreshAllocations();
		const { live } = await run.entry('allocations', ({ cause }) => cause === 'request');
		assert.ok(live.length > 0);
		const { message, freedBytes } = await run.session.collectGarbage();
		assert.match(message, /collection/i);
		assert.equal(typeof freedBytes, 'number');
		await run.entry('gc', ({ forcedBy }) => forcedBy === 'command');
	});
	it('writes a heap snapshot on request', async () => {
		await using run = await ProfiledRun.start({ script: 'rows.mjs', args: ['wait', '50'], nodePath: node() });
		await run.printed('kept');
		const path = `${run.recordingPath}.heapsnapshot`;
		await run.session.takeHeapSnapshot(path);
		try {
			assert.ok(JSON.parse(readFileSync(path, 'utf8')).snapshot.node_count > 100);
			assert.equal((await run.entry('snapshot')).path, path);
		} finally {
			rmSync(path);
		}
	});
	it('goes on without a recording where it cannot be written, and says so', async () => {
		const recordingPath = join(fixture('rows.mjs'), 'in a file.memrec');
		await using run = await ProfiledRun.start({
			script: 'rows.mjs',
			args: ['wait', '10'],
			nodePath: node(),
			recordingPath,
		});
		await run.printed('kept');
		assert.match(run.session.model.notices[0]?.message ?? '', /could not be written/);
	});
});
