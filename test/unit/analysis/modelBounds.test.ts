import assert from 'node:assert/strict';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import type { Entry } from '../../../src/protocol/entries.ts';
import { sampleHeader } from '../../support/sampleSession.ts';

const model = (entries: Iterable<Entry>): SessionModel => {
	const made = new SessionModel(sampleHeader);
	for (const entry of entries) made.apply(entry);
	return made;
};
const frame = (id: number) => ({ id, functionName: `f${id}`, file: '', line: 0, column: 0, kind: 'user' as const });
const begun = (process: number, t: number): Entry => ({
	type: 'process',
	t,
	process,
	kind: 'child',
	pid: process,
	nodeVersion: '24.0.0',
	v8Version: '13',
	platform: 'linux',
	arch: 'x64',
	cwd: '/',
	runtime: true,
});
const sample = (process: number, t: number): Entry => ({ type: 'sample', t, process, rssBytes: 1_000 + t });
const ended = (process: number, t: number): Entry => ({ type: 'state', t, process, state: 'ended' });

function* shortLived(count: number, samples: number): Generator<Entry> {
	for (let process = 2; process < count + 2; process++) {
		const from = process * samples;
		yield begun(process, from);
		for (let i = 0; i < samples; i++) {
			yield sample(process, from + i);
			yield {
				type: 'gc',
				t: from + i,
				process,
				windowMs: 1,
				durationMs: 1,
				kind: 'scavenge',
				usedBeforeBytes: 2,
				usedAfterBytes: 1,
			};
		}
		yield ended(process, from + samples);
	}
}
const rowsOf = (made: SessionModel) =>
	[...made.branches.values()].reduce((sum, { series }) => sum + series.data.t.length, 0);

describe('The memory of a model', function () {
	this.timeout(30_000);

	it('does not grow with the number of processes that came and went, and a running one keeps its detail', () => {
		const made = model(shortLived(900, 400));
		assert.equal(made.branches.size, 900);
		assert.ok(rowsOf(made) < 900 * 120, `${rowsOf(made)} rows`);
		assert.ok([...made.branches.values()].reduce((sum, { gcs }) => sum + gcs.length, 0) <= 900 * 16);
		made.apply(begun(2_000, 400_000));
		for (let i = 0; i < 1_000; i++) made.apply(sample(2_000, 400_000 + i));
		assert.equal(made.of(2_000)?.series.data.t.length, 1_000);
		assert.equal(made.of(2)?.peakRss?.bytes, 1_000 + 2 * 400 + 399);
		assert.ok((made.of(2)?.leftOut.collections ?? 0) > 0);
	});

	it('counts the processes that were too many', () => {
		const made = model(shortLived(1_010, 1));
		assert.equal(made.branches.size, 1_000);
		assert.equal(made.leftOut.processes, 10);
	});

	it('holds for a call tree that never ends, and says what is missing', () => {
		const made = new SessionModel(sampleHeader);
		for (let from = 1; from <= 210_000; from += 10_000) {
			const ids = Array.from({ length: 10_000 }, (_, i) => from + i);
			made.apply({ type: 'callTree', t: from, frames: ids.map(frame), nodes: ids.map(id => [id, id >> 1, id]) });
		}
		assert.equal(made.nodes.size, 200_000);
		assert.ok((made.leftOut.functions ?? 0) >= 10_000);
	});

	it('holds for profiles of very many call sites: the largest and the newest stay', () => {
		const made = new SessionModel(sampleHeader);
		const live = (bytes: number) =>
			Array.from({ length: 5_000 }, (_, i): [number, number, number] => [i + 1, bytes, 1]);
		for (let t = 1; t <= 100; t++)
			made.apply({
				type: 'allocations',
				t,
				cause: 'schedule',
				intervalBytes: 1,
				costMs: 0,
				live: live(t === 30 ? 9 : 2),
				born: [],
			});
		assert.ok(made.profiles.length * 5_000 <= 100_000);
		assert.equal(made.peakProfile?.t, 30);
		assert.equal(made.latestProfile?.t, 100);
		assert.equal((made.leftOut.profiles ?? 0) + made.profiles.length, 100);
	});

	it('holds for the ledger: older windows get coarser, sums stay, also by when something was born', () => {
		const made = new SessionModel(sampleHeader);
		for (let t = 1; t <= 3_000; t++) {
			const rows = Array.from({ length: 50 }, (_, i): [number, number, number] => [i + 1, 10, 1]);
			made.apply({
				type: 'allocations',
				t,
				cause: 'schedule',
				intervalBytes: 1,
				costMs: 0,
				live: [],
				born: rows,
				freed: t === 1 ? [] : rows.map(([node, bytes, samples]) => [node, bytes, samples, t - 1]),
			});
		}
		const { heap } = made.ledger;
		const rows = heap.reduce((sum, { born, freed }) => sum + born.length + freed.length, 0);
		assert.ok(rows <= 100_000, `${rows} rows`);
		const bytes = (of: readonly (readonly number[])[]) => of.reduce((sum, row) => sum + (row[1] ?? 0), 0);
		assert.equal(
			heap.reduce((sum, { born }) => sum + bytes(born), 0),
			3_000 * 50 * 10,
		);
		assert.equal(
			heap.reduce((sum, { freed }) => sum + bytes(freed), 0),
			2_999 * 50 * 10,
		);
		const ends = new Set(heap.map(({ to }) => to));
		assert.ok(heap.every(({ freed }) => freed.every(([, , , bornAt]) => ends.has(bornAt))));
		assert.ok(heap.every(({ from, to }, i) => to > from && from === (heap[i - 1]?.to ?? 0)));
		assert.equal((heap.at(-1)?.to ?? 0) - (heap.at(-1)?.from ?? 0), 1);
	});

	it('is the same in a view that came late', () => {
		const entries = [...shortLived(40, 200)];
		const late = SessionModel.fromSnapshot(structuredClone(model(entries.slice(0, 9_000)).snapshot()));
		for (const entry of entries.slice(9_000)) late.apply(entry);
		assert.deepEqual(late.snapshot(), model(entries).snapshot());
	});
});
