import assert from 'node:assert/strict';
import { MemorySampler } from '../../../../src/engine/collectors/memorySampler.ts';
import type { SampleEntry } from '../../../../src/protocol/entries.ts';

const answer = (t: number, rss: number) => ({
	t,
	gcSince: 0,
	reply: { now: t, costMs: 0, rss, heapUsed: 1, heapTotal: 2, external: 3, arrayBuffers: 4 },
});

describe('MemorySampler', () => {
	it('does not let an answer that comes late undo what was seen from outside', function () {
		if (process.platform !== 'linux') this.skip();
		const samples: SampleEntry[] = [];
		const sampler = new MemorySampler(sample => samples.push(sample), process.pid);
		sampler.polled(answer(10, 5));
		sampler.unanswered(60);
		sampler.polled(answer(30, 5));
		sampler.polled(answer(110, 7));
		assert.deepEqual(
			samples.map(({ t, heapUsedBytes }) => [t, heapUsedBytes]),
			[
				[10, 1],
				[60, undefined],
				[60, 1],
				[110, 1],
			],
		);
		assert.equal(samples[2]?.rssBytes, undefined);
		assert.equal(samples[3]?.rssBytes, 7);
		assert.ok((samples[1]?.rssBytes ?? 0) > 1_000_000);
	});
});
