import assert from 'node:assert/strict';
import type { CostEntry, ProcessEntry } from '../../../src/protocol/entries.ts';
import { costRows } from '../../../webview/panel/costRows.ts';

const gcTotals = { count: 9, majorCount: 3, pauseMs: 80, forcedMs: 60 };
const cost: CostEntry = {
	type: 'cost',
	t: 11_000,
	pollMs: 50,
	polls: 200,
	profileMs: 100,
	profiles: 3,
	recordedBytes: 1,
	droppedEvents: 0,
};
const process = { t: 1_000 } as ProcessEntry;
const rows = (more: Partial<CostEntry>) =>
	new Map(costRows({ cost: { ...cost, ...more }, process, gcTotals }).map(([label, value]) => [label, value]));

describe('costRows', () => {
	it('adds up every part against the budget, from when the process began', () => {
		const told = rows({ samplingMs: 30, offHeapMs: 20, budget: 0.03, forcedCollections: 3 });
		assert.equal(told.get('Of the time'), '2.0 %, to stay under 3.0 %');
		assert.equal(told.get('Reading memory'), '50 ms (0.5 % of the time)');
		assert.equal(told.get('Sampling outside the heap'), '20 ms (0.2 % of the time)');
		assert.equal(told.get('Forced collections'), '3, paused for 60 ms');
	});
	it('shows what was not measured as such', () => {
		const told = rows({});
		for (const label of ['Sampling the heap', 'Sampling outside the heap', 'Tables of our own', 'Events'])
			assert.equal(told.get(label), '–', label);
		assert.equal(told.get('Of the time'), '1.5 %');
		assert.equal(told.has('One sample of the heap per'), false);
	});
	it('names the intervals that hold', () => {
		const told = rows({ heapIntervalBytes: 524_288, offHeapIntervalBytes: 262_144, pollIntervalMs: 50, budget: 0 });
		assert.equal(told.get('One sample of the heap per'), '512 KB');
		assert.equal(told.get('One sample outside the heap per'), '256 KB');
		assert.equal(told.get('Time between two memory readings'), '50 ms');
		assert.equal(told.get('Of the time'), '1.5 %, no bound is set');
	});
	it('says nothing of a session that has not told its cost', () => {
		assert.deepEqual(costRows({ cost: undefined, process: undefined, gcTotals }), [['Of the time', '–']]);
	});
});
