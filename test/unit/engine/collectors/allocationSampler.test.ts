import assert from 'node:assert/strict';
import { silentLogger } from '../../../../src/base/logger.ts';
import { AllocationSampler } from '../../../../src/engine/collectors/allocationSampler.ts';
import { GcCollector } from '../../../../src/engine/collectors/gcCollector.ts';
import type { PollLoop } from '../../../../src/engine/collectors/pollLoop.ts';
import type { SessionClock } from '../../../../src/engine/inspector/clock.ts';
import type { Target } from '../../../../src/engine/inspector/target.ts';
import { CallTreeBuilder } from '../../../../src/engine/sources/callTreeBuilder.ts';
import { SourceMaps } from '../../../../src/engine/sources/sourceMaps.ts';

const MB = 1024 * 1024;
const head = {
	id: 1,
	selfSize: 0,
	children: [],
	callFrame: { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 },
};

/** A sampler on a target whose readings take `ms` each. */
async function sampler(ms: number) {
	const send = async (method: string) =>
		method === 'HeapProfiler.getSamplingProfile' ? { profile: { head, samples: [] } } : undefined;
	const target = { control: { send }, poll: { send } } as unknown as Target;
	const loop = {
		around: async (work: () => Promise<unknown>) => ({ result: await work(), ms }),
	} as unknown as PollLoop;
	let now = 0;
	const tested = new AllocationSampler({
		target,
		clock: { now: () => now } as SessionClock,
		tree: new CallTreeBuilder(new SourceMaps(silentLogger), undefined),
		gc: new GcCollector(() => {}),
		intervalBytes: 1,
		emit: () => {},
		onError: error => assert.fail(String(error)),
	});
	tested.follow(loop);
	await tested.start();
	/** A minute of samples, 20 a second, of a heap that `heapAt` tells. */
	const minute = async (heapAt: (t: number) => number) => {
		for (let t = 50; t <= 60_000; t += 50) {
			const reply = { now: t, costMs: 0, rss: 1, heapUsed: heapAt(t), heapTotal: 1, external: 0, arrayBuffers: 0 };
			now = t;
			tested.polled({ t, gcSince: 0, reply });
			for (let i = 0; i < 20; i++) await undefined;
		}
	};
	return { tested, minute };
}

describe('AllocationSampler', () => {
	it('keeps its readings within 2 % of the time, whatever one costs', async () => {
		for (const ms of [1, 100, 900]) {
			const { tested, minute } = await sampler(ms);
			await minute(t => 20 * MB + (t % 7_000) * 10_000);
			assert.ok(tested.readings > 0, `no reading at ${ms} ms each`);
			assert.ok(tested.spentMs <= 0.02 * 60_000 + 20 + ms, `${tested.spentMs} ms in ${tested.readings} readings`);
		}
	});

	it('leaves a script alone that has hardly begun', async () => {
		const { tested, minute } = await sampler(1);
		let readingsAt250 = 0;
		await minute(t => {
			if (t === 250) readingsAt250 = tested.readings;
			return 20 * MB;
		});
		assert.equal(readingsAt250, 0);
		assert.ok(tested.readings > 0);
	});

	it('leaves an idle heap in peace', async () => {
		const [idle, busy] = [await sampler(1), await sampler(1)];
		await idle.minute(t => 20 * MB + (t % 3));
		await busy.minute(t => 20 * MB + (t % 4_000) * 10_000);
		assert.ok(busy.tested.readings > 3 * idle.tested.readings);
		assert.ok(idle.tested.readings > 0);
	});
});
