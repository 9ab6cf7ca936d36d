import assert from 'node:assert/strict';
import { reportOf } from '../../../src/analysis/report.ts';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import type { Entry } from '../../../src/protocol/entries.ts';
import { sampleEntries, sampleHeader } from '../../support/sampleSession.ts';

function modelOf(entries: readonly Entry[]): SessionModel {
	const model = new SessionModel(sampleHeader);
	for (const entry of entries) model.apply(entry);
	return model;
}

describe('reportOf', () => {
	const model = modelOf(sampleEntries(30_000, 'exit'));
	const report = reportOf(model);

	it('names the run and how it ended', () => {
		assert.equal(report.title, 'aggregate.mjs');
		assert.deepEqual(report.end, { kind: 'exit', code: 0 });
		assert.equal(report.nodeVersion, '24.1.0');
		assert.equal(report.startedAt, '2025-03-14T09:26:53.000Z');
		assert.equal(report.durationMs, model.now);
	});

	it('gives peaks with their times', () => {
		assert.deepEqual(report.memory.peakRss, model.peakRss);
		const { externalBytes, t } = model.series.data;
		const highest = Math.max(...externalBytes.map(bytes => bytes ?? 0));
		assert.deepEqual(report.memory.peakExternal, { bytes: highest, t: t[externalBytes.indexOf(highest)] });
	});

	it('keeps collections that we forced out of the pauses', () => {
		assert.ok(report.gc);
		const { pauseMs, forcedMs, share } = report.gc;
		assert.ok(forcedMs > 0);
		assert.ok(Math.abs(pauseMs + forcedMs - model.gcTotals.pauseMs) < 1e-6);
		assert.equal(share, pauseMs / report.durationMs);
	});

	it('counts what packages and Node hold for the function that called them, and loses nothing', () => {
		const all = reportOf(model, { sites: 1_000 }).allocations;
		assert.ok(all && all.sites.length > 3);
		assert.deepEqual(
			all.sites.filter(({ kind }) => kind !== 'user').map(site => site.functionName),
			['(outside the script)'],
		);
		const sum = all.sites.reduce((bytes, site) => bytes + site.selfBytes, 0);
		assert.equal(sum, all.liveBytes);
		const shares = all.sites.reduce((share, site) => share + site.share, 0);
		assert.ok(Math.abs(shares - 1) < 1e-9);
	});

	it('takes the profile with most live bytes and no more sites than asked', () => {
		const allocations = reportOf(model, { sites: 2 }).allocations;
		assert.equal(allocations?.t, model.peakProfile?.t);
		assert.equal(allocations?.sites.length, 2);
		assert.ok((allocations?.sites[0]?.selfBytes ?? 0) >= (allocations?.sites[1]?.selfBytes ?? 0));
	});

	it('gives the heap that the collection of that profile left, where it was seen', () => {
		const profile = (t: number, bytes: number): Entry => {
			return { type: 'allocations', t, cause: 'peak', intervalBytes: 1, costMs: 1, live: [[1, bytes, 1]] };
		};
		const collection = (t: number, usedAfterBytes: number, forced: boolean): Entry => ({
			type: 'gc',
			t,
			windowMs: 5,
			durationMs: 1,
			kind: 'markCompact',
			usedBeforeBytes: usedAfterBytes,
			usedAfterBytes,
			...(forced && { forcedBy: 'profile' as const }),
		});
		const seen = [collection(90, 700, true), collection(95, 999, false), profile(100, 50), collection(120, 10, true)];
		assert.equal(reportOf(modelOf(seen)).allocations?.heapUsedBytes, 700);
		const unseen = reportOf(modelOf([collection(90, 700, true), profile(5_000, 50)])).allocations;
		assert.ok(unseen && !('heapUsedBytes' in unseen));
	});

	it('lists regions by time, caches and pools', () => {
		const times = report.regions.map(({ totalMs }) => totalMs);
		assert.deepEqual(
			times,
			[...times].sort((a, b) => (b ?? 0) - (a ?? 0)),
		);
		const [airports, rows] = report.caches;
		assert.ok(airports?.hitRate !== undefined && Math.abs(airports.hitRate - 9_000 / 9_700) < 1e-9);
		assert.ok(rows && !('hitRate' in rows), 'no look-ups, no rate');
		assert.equal(report.pools[0]?.name, 'decode buffers');
		assert.ok(report.pools[0] && !('id' in report.pools[0]));
	});

	it('does not count calls of a region whose totals the recording lost', () => {
		const names = ['cut', 'told'].map((name, id): Entry => ({ type: 'region', t: 1, id, name, kind: 'region' }));
		const totals = { calls: 0, measuredCalls: 0, open: 0, errors: 0, totalMs: 0, maxMs: 0 };
		const { regions } = reportOf(modelOf([...names, { type: 'regionStats', t: 2, region: 1, ...totals }]));
		const told = { name: 'told', kind: 'region', calls: 0, open: 0, errors: 0, totalMs: 0, maxMs: 0 };
		assert.deepEqual(regions, [told, { name: 'cut', kind: 'region' }]);
	});

	it('leaves caches and pools that were disposed of out of the lists, and counts them', () => {
		const ended = sampleEntries(2_000, 'exit').flatMap((entry): Entry[] =>
			entry.type === 'pool' || (entry.type === 'cache' && entry.id === 1) ? [{ ...entry, disposed: true }] : [],
		);
		const { caches, pools, disposed } = reportOf(modelOf([...sampleEntries(2_000, 'exit'), ...ended]));
		assert.equal(caches.length, 1);
		assert.match(caches[0]?.name ?? '', /^parsed/);
		assert.deepEqual(pools, []);
		assert.deepEqual(disposed, { caches: 1, pools: 1 });
	});

	it('says nothing of what was not measured', () => {
		const empty = reportOf(modelOf([]));
		for (const absent of ['end', 'gc', 'allocations', 'cost', 'nodeVersion']) assert.ok(!(absent in empty), absent);
		assert.deepEqual(empty.memory, {});
	});

	it('bears a header that no clock wrote', () => {
		const odd = new SessionModel({ ...sampleHeader, originEpochMs: 1e300 });
		assert.equal(reportOf(odd).startedAt, '1e+300');
	});

	it('is plain data', () => {
		assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
	});
});
