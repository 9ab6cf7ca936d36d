import assert from 'node:assert/strict';
import { SystemSampler } from '../../../../src/engine/collectors/systemSampler.ts';
import type { containerFacts } from '../../../../src/engine/containerFacts.ts';
import { SessionClock } from '../../../../src/engine/inspector/clock.ts';
import type { SampleEntry, SystemEntry } from '../../../../src/protocol/entries.ts';
import { waitFor } from '../../../support/waitFor.ts';

const MB = 1024 * 1024;

/** The first entry of a sampler that was started for this process id. */
async function first(
	pid: number | undefined,
	container?: typeof containerFacts,
	heap?: Partial<SampleEntry>,
): Promise<SystemEntry> {
	const entries: SystemEntry[] = [];
	const failures: unknown[] = [];
	const sampler = new SystemSampler(
		new SessionClock(),
		() => (heap ? { type: 'sample', t: 0, ...heap } : undefined),
		entry => entries.push(entry),
		error => failures.push(error),
		...(container ? [container] : []),
	);
	sampler.start(pid);
	try {
		const entry = await waitFor(() => entries[0], { what: 'the first entry' });
		assert.deepEqual(failures, []);
		return entry;
	} finally {
		sampler.stop();
	}
}

const container = () => ({ containerLimitBytes: 64 * MB, containerAvailableBytes: 2 * MB });

describe('SystemSampler', () => {
	it('tells the machine and its level', async () => {
		const { availableBytes, totalBytes, levelReason, ...rest } = await first(undefined, container);
		assert.ok(availableBytes > 0 && availableBytes < totalBytes);
		assert.match(levelReason, /^The machine has/);
		assert.ok(!('containerLimitBytes' in rest));
	});

	it("tells the limit of the target's container, and lets it decide the level", async () => {
		const entry = await first(4711, container);
		assert.deepEqual([entry.containerLimitBytes, entry.containerAvailableBytes], [64 * MB, 2 * MB]);
		assert.deepEqual(
			[entry.level, entry.levelReason],
			['critical', 'The container is at 97 % of its limit of 64.0 MB.'],
		);
	});

	it('tells no container where the process has none or is gone', async () => {
		assert.ok(!('containerLimitBytes' in (await first(4711, () => ({})))));
		assert.ok(!('containerLimitBytes' in (await first(2 ** 22 + 1))));
	});

	it('goes by the old generation, where that is known: new objects do not count against the limit', async () => {
		const heap = { heapUsedBytes: 99, heapLimitBytes: 100, oldSpaceBytes: 10 };
		assert.notEqual((await first(4711, () => ({}), heap)).level, 'critical');
		assert.equal((await first(4711, () => ({}), { ...heap, oldSpaceBytes: 97 })).level, 'critical');
	});

	it('goes by the heap of the script as well', async () => {
		const { level, levelReason } = await first(4711, () => ({}), { heapUsedBytes: 99, heapLimitBytes: 100 });
		assert.deepEqual([level, levelReason], ['critical', 'The heap is at 99 % of its limit of 100 B.']);
	});
});
