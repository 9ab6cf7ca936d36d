import assert from 'node:assert/strict';
import { GcCollector } from '../../../../src/engine/collectors/gcCollector.ts';
import type { PollReply } from '../../../../src/engine/inspector/snippets.ts';
import type { GcEntry } from '../../../../src/protocol/entries.ts';

type Gc = NonNullable<PollReply['gc']>[number];

describe('GcCollector', () => {
	let entries: GcEntry[];
	let collector: GcCollector;
	beforeEach(() => {
		entries = [];
		collector = new GcCollector(entry => entries.push(entry));
	});
	const polled = (gcSince: number, t: number, gc?: Gc[]) =>
		collector.polled({
			t,
			gcSince,
			reply: { now: t, costMs: 0, rss: 1, heapUsed: 1, heapTotal: 1, external: 1, arrayBuffers: 1, ...(gc && { gc }) },
		});
	const scavenge: Gc = ['Scavenge', 1_500, 10, 4, 2];
	const full: Gc = ['MarkSweepCompact', 20_000, 10, 4, 2];

	it('keeps their order inside the window and their cost', () => {
		polled(100, 200, [scavenge, full, ['NotYetKnown', 1, 1, 1, 1]]);
		assert.deepEqual(
			entries.map(({ t, windowMs, durationMs, kind }) => [t, windowMs, durationMs, kind]),
			[
				[125, 100, 1.5, 'scavenge'],
				[150, 100, 20, 'markCompact'],
				[175, 100, 0.001, 'other'],
			],
		);
		assert.deepEqual(entries[0]?.usedBeforeBytes, 10);
	});
	it('says nothing when nothing was asked', () => {
		polled(0, 1);
		assert.deepEqual(entries, []);
	});
	it('marks the last full collection after a forced one, once', () => {
		collector.expectForced('profile');
		polled(0, 10);
		polled(0, 10, [full, full, scavenge]);
		polled(10, 20, [full]);
		assert.deepEqual(
			entries.map(({ forcedBy }) => forcedBy),
			[undefined, 'profile', undefined, undefined],
		);
	});
	it('marks none when no full collection came', () => {
		collector.expectForced('command');
		polled(0, 10, [scavenge]);
		polled(10, 20, [full]);
		assert.deepEqual(
			entries.filter(({ forcedBy }) => forcedBy),
			[],
		);
	});
	it('makes no negative figures of a clock that went back', () => {
		polled(10, 5, [['Scavenge', -1, -1, -1, -1]]);
		const [{ windowMs, durationMs, usedBeforeBytes, externalAfterBytes } = {}] = entries as Partial<GcEntry>[];
		assert.deepEqual([windowMs, durationMs, usedBeforeBytes, externalAfterBytes], [0, 0, 0, 0]);
	});
});
