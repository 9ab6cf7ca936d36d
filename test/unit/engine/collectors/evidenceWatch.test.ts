import assert from 'node:assert/strict';
import { EvidenceWatch } from '../../../../src/engine/collectors/evidenceWatch.ts';
import type { SystemEntry } from '../../../../src/protocol/entries.ts';

const MB = 2 ** 20;
const settled = () => new Promise(done => setImmediate(done));

function watched(costMs = 1) {
	let now = 0;
	let readings = 0;
	let system: SystemEntry | undefined;
	const watch = new EvidenceWatch({
		read: async () => {
			readings++;
			now += costMs;
		},
		system: () => system,
		now: () => now,
		onError: error => assert.fail(String(error)),
	});
	return {
		readings: () => readings,
		machine: (facts: Partial<SystemEntry>) => {
			const all = { availableBytes: 8_000 * MB, totalBytes: 16_000 * MB, level: 'normal' as const, levelReason: '' };
			system = { type: 'system', t: now, ...all, ...facts };
		},
		async poll(figures: { oldSpace?: number; rss?: number }, ms = 50) {
			now += ms;
			watch.polled({
				t: now,
				gcSince: 0,
				reply: {
					now,
					costMs: 0,
					heapUsed: 0,
					heapTotal: 0,
					external: 0,
					arrayBuffers: 0,
					rss: (figures.rss ?? 100) * MB,
					...(figures.oldSpace !== undefined && { oldSpace: figures.oldSpace * MB, heapLimit: 100 * MB }),
				},
			});
			await settled();
		},
	};
}

describe('EvidenceWatch', () => {
	it('reads once at each step towards the heap limit', async () => {
		const run = watched();
		for (const oldSpace of [10, 74, 76, 80, 84, 86, 90, 93, 95, 98, 99, 99]) await run.poll({ oldSpace }, 5_000);
		assert.equal(run.readings(), 4);
	});

	it('reads early when the heap would be full within a second, and again at each step', async () => {
		const run = watched();
		for (const oldSpace of [10, 25, 45, 60]) await run.poll({ oldSpace });
		assert.equal(run.readings(), 1);
		await run.poll({ oldSpace: 76 });
		assert.equal(run.readings(), 2);
	});

	it('reads again when the heap was emptied in between, and not when it moves about a step', async () => {
		const run = watched();
		for (const oldSpace of [76, 72, 76, 70, 76]) await run.poll({ oldSpace }, 5_000);
		assert.equal(run.readings(), 1);
		for (const oldSpace of [30, 76]) await run.poll({ oldSpace }, 5_000);
		assert.equal(run.readings(), 2);
	});

	it('counts what the script took since the container was looked at', async () => {
		const run = watched();
		run.machine({ containerLimitBytes: 1_000 * MB, containerAvailableBytes: 800 * MB });
		await run.poll({ rss: 150 });
		await run.poll({ rss: 500 });
		assert.equal(run.readings(), 0);
		await run.poll({ rss: 720 });
		assert.equal(run.readings(), 1);
	});

	it('looks at the machine, too, later than at what is the script’s own', async () => {
		const run = watched();
		run.machine({ availableBytes: 2_000 * MB });
		await run.poll({});
		assert.equal(run.readings(), 0);
		run.machine({ availableBytes: 1_000 * MB });
		await run.poll({});
		assert.equal(run.readings(), 1);
	});

	it('takes no more than its share of the run', async () => {
		const run = watched(4_000);
		await run.poll({ oldSpace: 76 });
		for (const oldSpace of [10, 76, 10, 76, 10, 76]) await run.poll({ oldSpace });
		assert.equal(run.readings(), 1);
	});
});
