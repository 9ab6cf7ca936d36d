import assert from 'node:assert/strict';
import {
	BRANCH_QUIET_MS,
	type Decision,
	Governor,
	type Intervals,
	type LeverName,
} from '../../../src/engine/governor.ts';

const KB = 1024;
const BASE: Intervals = { heap: 128 * KB, offHeap: 256 * KB, poll: 50 };
/** What each costs at its first interval, as a share of wall time; half of it at twice the interval. */
type Load = Partial<Record<LeverName, number>>;

/** A script under the governor: everything asked for is in force at the next second. */
function governed(budget: number, quietMs?: number) {
	const governor = new Governor(budget, 0, quietMs);
	const intervals = { ...BASE };
	const spent = { heap: 0, offHeap: 0, poll: 0 };
	const notices: string[] = [];
	let t = 0;
	let last: Decision | undefined;
	const share = (load: Load) =>
		(['heap', 'offHeap', 'poll'] as const).reduce(
			(sum, name) => sum + ((load[name] ?? 0) * (BASE[name] ?? 0)) / (intervals[name] ?? 1),
			0,
		);
	const seconds = (count: number, load: Load) => {
		for (let i = 0; i < count; i++) {
			t += 1_000;
			for (const name of ['heap', 'offHeap', 'poll'] as const)
				spent[name] += (1_000 * (load[name] ?? 0) * (BASE[name] ?? 0)) / (intervals[name] ?? 1);
			const costs = { heapMs: spent.heap, offHeapMs: spent.offHeap, pollMs: spent.poll };
			last = governor.update(t, costs, intervals);
			notices.push(...last.notices);
			for (const { lever, value } of last.changes) intervals[lever] = value;
		}
		return { intervals: { ...intervals }, share: share(load), profileShare: last?.profileShare ?? 0, notices };
	};
	return { governor, seconds };
}

describe('Governor', () => {
	it('leaves alone what is cheap, and gives profiles their two thirds', () => {
		const { intervals, profileShare, notices } = governed(0.03).seconds(60, { heap: 0.004, poll: 0.002 });
		assert.deepEqual(intervals, BASE);
		assert.ok(Math.abs(profileShare - 0.02) < 1e-9);
		assert.deepEqual(notices, []);
	});
	it('brings any load under the budget within ten seconds, profiles counted in', () => {
		for (const budget of [0.01, 0.03, 0.1])
			for (const load of [{ heap: 0.2 }, { offHeap: 0.15 }, { heap: 0.1, offHeap: 0.1, poll: 0.02 }, { poll: 0.02 }]) {
				const after = governed(budget).seconds(10, load);
				const text = `${JSON.stringify(load)} at ${budget}: ${after.share}`;
				assert.ok(after.share <= budget * 0.9, text);
				assert.ok(after.share + after.profileShare <= budget * 1.001, text);
			}
	});
	it('looks at memory five times a second at least, whatever that costs: a run may end at any moment', () => {
		const { intervals } = governed(0.01).seconds(60, { poll: 0.5 });
		assert.equal(intervals.poll, 200);
	});
	it("widens the heap's interval first, that of memory samples last", () => {
		const { intervals } = governed(0.03).seconds(20, { heap: 0.02, offHeap: 0.008, poll: 0.007 });
		assert.ok((intervals.heap ?? 0) > (BASE.heap ?? 0));
		assert.deepEqual([intervals.offHeap, intervals.poll], [BASE.offHeap, BASE.poll]);
	});
	it('tells each change once, in plain words', () => {
		const { notices } = governed(0.03).seconds(60, { heap: 0.06 });
		assert.deepEqual(notices, [
			'Allocation sampling was widened to one sample per 1.00 MB: it had taken 6.0 % of the time, and profiling is to stay under 3.0 %.',
		]);
	});
	it('says nothing of a process that is as short as most children, and everything of one that goes on', () => {
		const { seconds } = governed(0.03, BRANCH_QUIET_MS);
		const { intervals, notices } = seconds(4, { heap: 0.06 });
		assert.equal(intervals.heap, 1_024 * KB);
		assert.deepEqual(notices, []);
		assert.equal(seconds(4, { heap: 0.06 }).notices.length, 1);
	});
	it('narrows slowly to where it began, and more slowly where the load comes back', () => {
		const { seconds } = governed(0.03);
		assert.equal(seconds(20, { heap: 0.06 }).intervals.heap, 1_024 * KB);
		assert.equal(seconds(8, {}).intervals.heap, 1_024 * KB);
		const { intervals, notices } = seconds(60, {});
		assert.deepEqual(intervals, BASE);
		assert.equal(notices.length, 1 + 3);
		// Twenty seconds of work and thirty of rest in turn: it learns to wait.
		let before = seconds(20, { heap: 0.06 }).notices.length;
		const changes = [];
		for (let i = 0; i < 12; i++) {
			seconds(30, {});
			const after = seconds(20, { heap: 0.06 }).notices.length;
			changes.push(after - before);
			before = after;
		}
		assert.ok((changes.at(-1) ?? 0) < (changes[0] ?? 0), changes.join(' '));
	});
	it('sets no bound where the budget is 0', () => {
		const { intervals, profileShare, notices } = governed(0).seconds(30, { heap: 0.5, offHeap: 0.5, poll: 0.5 });
		assert.deepEqual([intervals, notices], [BASE, []]);
		assert.ok(Math.abs(profileShare - 0.02) < 1e-9);
	});
	it('waits until what it asked for is in force, and goes by what is', () => {
		const governor = new Governor(0.03, 0);
		const update = (t: number, ms: number, heap: number) =>
			governor.update(t, { heapMs: ms, offHeapMs: undefined, pollMs: 0 }, { ...BASE, heap });
		assert.equal(update(1_000, 60, 128 * KB).changes.length, 1);
		assert.deepEqual(update(2_000, 120, 128 * KB).changes, []);
		assert.deepEqual(update(3_000, 180, 128 * KB).changes, []);
		assert.deepEqual(update(4_000, 188, 1_024 * KB).changes, []);
	});
	it('says when profiles become rare and when they no longer are', () => {
		const { seconds } = governed(0.03);
		const { notices } = seconds(10, { heap: 0.0081, offHeap: 0.0081, poll: 0.0081 });
		assert.equal(notices.length, 1);
		assert.match(notices[0] ?? '', /read less often/);
		assert.match(seconds(30, {}).notices.at(-1) ?? '', /as often as usual again/);
	});
});
