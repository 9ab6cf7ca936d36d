import assert from 'node:assert/strict';
import { allocationRows } from '../../../src/analysis/allocations.ts';
import { liveBytes, SessionModel } from '../../../src/analysis/sessionModel.ts';
import type { AllocationsEntry, Entry, GcEntry, RegionStatsEntry } from '../../../src/protocol/entries.ts';
import { sampleEntries, sampleHeader } from '../../support/sampleSession.ts';

const modelOf = (entries: readonly Entry[]) => {
	const model = new SessionModel(sampleHeader);
	for (const entry of entries) model.apply(entry);
	return model;
};
const allocations = (t: number, bytes: number): AllocationsEntry => ({
	type: 'allocations',
	t,
	cause: 'schedule',
	intervalBytes: 1,
	costMs: 0,
	live: [[1, bytes, 1]],
});
const gc = (t: number, more: Partial<GcEntry> = {}): GcEntry => ({
	type: 'gc',
	t,
	windowMs: 0,
	durationMs: 2,
	kind: 'scavenge',
	usedBeforeBytes: 10,
	usedAfterBytes: 5,
	...more,
});

describe('SessionModel', () => {
	it('gives a view that came late what one from the start has', () => {
		const entries = sampleEntries(28_500, 'exit');
		for (const part of [0, 1, 300, Math.floor(entries.length / 2), entries.length]) {
			const late = SessionModel.fromSnapshot(modelOf(entries.slice(0, part)).snapshot());
			for (const entry of entries.slice(part)) late.apply(entry);
			assert.deepEqual(late.snapshot(), modelOf(entries).snapshot());
		}
	});

	it('gives a snapshot that later entries do not change', () => {
		const model = modelOf(sampleEntries(5_000, undefined));
		const snapshot = model.snapshot();
		const before = JSON.stringify(snapshot);
		for (const entry of sampleEntries(28_500, 'exit')) model.apply(entry);
		assert.equal(JSON.stringify(snapshot), before);
	});

	it('keeps the latest known value of each figure and the peaks', () => {
		const model = modelOf([
			{ type: 'sample', t: 1, rssBytes: 10, heapUsedBytes: 5 },
			{ type: 'sample', t: 2, rssBytes: 30 },
			{ type: 'sample', t: 3, rssBytes: 20 },
		]);
		assert.deepEqual(model.latest, { type: 'sample', t: 3, rssBytes: 20, heapUsedBytes: 5 });
		assert.deepEqual(model.peakRss, { t: 2, bytes: 30 });
		assert.equal(model.now, 3);
	});

	it('adds up collections, ours apart', () => {
		const model = modelOf([gc(1), gc(2, { kind: 'markCompact', forcedBy: 'profile' }), gc(3, { kind: 'markCompact' })]);
		assert.deepEqual(model.gcTotals, { count: 3, majorCount: 2, pauseMs: 6, forcedMs: 2 });
	});

	it('stays bounded: totals go on, the largest profile and the longest pauses and calls stay', () => {
		const model = new SessionModel(sampleHeader);
		for (let i = 0; i < 20_000; i++) {
			model.apply(gc(i, { durationMs: i === 5 ? 999 : 1 }));
			model.apply({ type: 'span', t: i, region: 1, span: i, end: i === 7 ? 50_000 : i + 1 });
			model.apply({ type: 'notice', t: i, severity: 'info', message: 'x' });
			if (i < 2_000) model.apply(allocations(i, i === 9 ? 1_000 : 10));
		}
		assert.equal(model.gcTotals.count, 20_000);
		assert.ok(model.gcs.length <= 8_192 && model.gcs.some(({ durationMs }) => durationMs === 999));
		assert.ok(model.spans.size <= 16_384 && model.spans.has(7));
		assert.ok(model.profiles.length <= 256);
		assert.equal(model.peakProfile && liveBytes(model.peakProfile), 1_000);
		assert.equal(model.latestProfile?.t, 1_999);
		assert.equal(model.notices.length, 500);
	});

	it('forgets those disposed of first when caches and pools are many, never one in use', () => {
		const first = new SessionModel(sampleHeader);
		const counts = { entries: 0, hits: 0, misses: 0, evictions: {} };
		const pool = { inUse: 0, idle: 0, max: 1, waiting: 0, created: 0, reused: 0, destroyed: 0, leaked: 0 };
		const apply = (model: SessionModel, t: number, id: number, disposed: boolean) => {
			model.apply({ type: 'cache', t, id, name: 'c', disposed, bytes: 0, bytesFrom: 'declared', ...counts });
			model.apply({ type: 'pool', t, id, name: 'p', disposed, ...pool });
		};
		for (let id = 1; id <= 300; id++) apply(first, id, id, false);
		// Number 4 goes last.
		for (let id = 5; id <= 250; id++) apply(first, 1_000 + id, id, true);
		apply(first, 1_300, 4, true);
		const late = SessionModel.fromSnapshot(first.snapshot());
		for (const model of [first, late]) {
			for (let id = 301; id <= 400; id++) apply(model, 2_000 + id, id, true);
			for (const stores of [model.caches, model.pools]) {
				assert.equal([...stores.values()].filter(({ disposed }) => disposed).length, 200);
				assert.equal(stores.size, 200 + 3 + 50);
				assert.ok([1, 2, 3, 4, 152, 299, 301, 400].every(id => stores.has(id)));
				assert.ok([5, 50, 150, 151].every(id => !stores.has(id)));
			}
		}
	});

	it('stands a call tree with circles, unknown frames and unknown parents', () => {
		const frames = [{ id: 1, functionName: 'f', file: '', line: 0, column: 0, kind: 'user' as const }];
		const model = modelOf([
			{
				type: 'callTree',
				t: 0,
				frames,
				nodes: [
					[0, 0, 1],
					[1, 0, 1],
					[2, 1, 1],
					[1, 2, 1],
					[3, 3, 1],
					[4, 99, 1],
					[5, 1, 99],
				],
			},
			{
				...allocations(1, 0),
				live: [
					[0, 1, 1],
					[1, 2, 1],
					[2, 4, 1],
					[3, 8, 1],
					[4, 16, 1],
				],
			},
		]);
		assert.deepEqual([...model.nodes.keys()], [1, 2]);
		const profile = model.latestProfile;
		assert.ok(profile);
		assert.equal(
			allocationRows(model.nodes, profile).reduce((sum, { selfBytes }) => sum + selfBytes, 0),
			31,
		);
	});

	const calls = (t: number, more: Partial<RegionStatsEntry>): Entry => ({
		...{ type: 'regionStats', t, region: 1, calls: 1, measuredCalls: 1, open: 0, errors: 0, totalMs: 1, maxMs: 1 },
		...more,
	});
	const oneCall: Entry[] = [
		{ type: 'region', t: 0, id: 1, name: 'load', kind: 'region' },
		gc(1, { kind: 'markCompact', usedAfterBytes: 100 }),
		{ type: 'span', t: 2, region: 1, span: 1 },
		{ type: 'span', t: 2, region: 1, span: 1, end: 5 },
		calls(6, {}),
	];
	const retainedIn = (model: SessionModel) => model.regions.get(1)?.retainedBytes;

	it('settles what a region retained, also in a view that came between its end and the collection', () => {
		const late = SessionModel.fromSnapshot(modelOf(oneCall).snapshot());
		late.apply(gc(9, { kind: 'markCompact', usedAfterBytes: 140 }));
		assert.equal(retainedIn(late), 40);
	});

	it('takes back what a region retained as soon as another call of it is known', () => {
		const first = modelOf([...oneCall, gc(9, { kind: 'markCompact', usedAfterBytes: 140 })]);
		for (const model of [first, SessionModel.fromSnapshot(first.snapshot())]) {
			assert.equal(retainedIn(model), 40);
			model.apply(calls(10, { calls: 2, open: 1 }));
			assert.equal(retainedIn(model), 40, 'a call that is open has left nothing behind yet');
			model.apply({ type: 'span', t: 10, region: 1, span: 2, end: 12 });
			assert.equal(retainedIn(model), undefined);
			model.apply(calls(13, { calls: 2 }));
			model.apply(gc(14, { kind: 'markCompact', usedAfterBytes: 150 }));
			assert.equal(retainedIn(model), 10);
		}
	});

	it('says nothing of what a region retained when not all of its calls were told one by one', () => {
		const model = modelOf([...oneCall, gc(9, { kind: 'markCompact', usedAfterBytes: 140 })]);
		model.apply(calls(20, { calls: 2_500_000 }));
		assert.equal(retainedIn(model), undefined);
	});
});
