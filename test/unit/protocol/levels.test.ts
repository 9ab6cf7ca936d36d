import assert from 'node:assert/strict';
import { easedThresholds, memoryLevel } from '../../../src/protocol/levels.ts';

const MB = 1024 * 1024;
const level = (availableMb: number, totalMb: number, heapShare?: number) =>
	memoryLevel({
		availableBytes: availableMb * MB,
		totalBytes: totalMb * MB,
		...(heapShare !== undefined && { heapUsedBytes: heapShare * 1_000, heapLimitBytes: 1_000 }),
	});

describe('memoryLevel', () => {
	it('goes by the bytes that are left', () => {
		assert.equal(level(600, 1_000).level, 'normal');
		assert.equal(level(499, 1_000).level, 'elevated');
		assert.equal(level(349, 1_000).level, 'high');
		assert.equal(level(199, 1_000).level, 'critical');
	});

	it('goes by the share of the machine that is in use', () => {
		assert.equal(level(15_001, 100_000).level, 'normal');
		assert.equal(level(14_000, 100_000).level, 'elevated');
		assert.equal(level(9_000, 100_000).level, 'high');
		assert.equal(level(4_000, 100_000).level, 'critical');
	});

	it('counts a limit that is met exactly as not passed', () => {
		const heap = (share: number) => memoryLevel({ heapUsedBytes: share * 1_000, heapLimitBytes: 1_000 }).level;
		assert.deepEqual([0.85, 0.9, 0.95].map(heap), ['normal', 'elevated', 'high']);
		assert.deepEqual([0.8501, 0.9001, 0.9501].map(heap), ['elevated', 'high', 'critical']);
		assert.deepEqual(
			[15_000, 10_000, 5_000].map(available => level(available, 100_000).level),
			['normal', 'elevated', 'high'],
		);
		assert.deepEqual(
			[500, 350, 200].map(available => level(available, 1_000).level),
			['normal', 'elevated', 'high'],
		);
	});

	it('goes by the heap limit when that is nearer, and says so', () => {
		const { level: found, reason } = level(50_000, 100_000, 0.96);
		assert.equal(found, 'critical');
		assert.match(reason, /heap is at 96 % of its limit of 0\.98 KB/);
		assert.match(level(100, 100_000, 0.5).reason, /machine has 100 MB/);
	});

	it('does not divide by an unknown total', () => {
		assert.equal(memoryLevel({ availableBytes: 900 * MB, totalBytes: 0 }).level, 'normal');
	});
});

describe('memoryLevel of other bounds', () => {
	const roomy = { availableBytes: 50_000 * MB, totalBytes: 100_000 * MB };

	it('goes by the share of a container, never by the bytes left in it', () => {
		const small = { containerLimitBytes: 400 * MB, containerAvailableBytes: 150 * MB };
		assert.equal(memoryLevel({ ...roomy, ...small }).level, 'normal');
		const full = memoryLevel({ ...roomy, containerLimitBytes: 400 * MB, containerAvailableBytes: 8 * MB });
		assert.deepEqual(full, { level: 'critical', reason: 'The container is at 98 % of its limit of 400 MB.' });
	});

	it('takes the process itself for the use of a container that does not tell', () => {
		const facts = { ...roomy, containerLimitBytes: 400 * MB, rssBytes: 364 * MB };
		assert.deepEqual(memoryLevel(facts), {
			level: 'high',
			reason: 'The container is at 91 % of its limit of 400 MB.',
		});
	});

	it('goes by the limit that the process was given', () => {
		const { level: found, reason } = memoryLevel({ ...roomy, rssBytes: 87 * MB, maxMemoryBytes: 100 * MB });
		assert.equal(found, 'elevated');
		assert.equal(reason, 'The process is at 87 % of its own limit of 100 MB.');
	});

	it('names the nearest of several bounds of one level', () => {
		const facts = { ...roomy, rssBytes: 97 * MB, maxMemoryBytes: 100 * MB, heapUsedBytes: 99, heapLimitBytes: 100 };
		assert.match(memoryLevel(facts).reason, /^The heap is at 99 %/);
		assert.match(memoryLevel({ ...facts, heapUsedBytes: 96 }).reason, /^The process is at 97 %/);
	});

	it('takes the process alone where the machine does not tell what is left', () => {
		const facts = { totalBytes: 1_000 * MB, rssBytes: 960 * MB };
		assert.deepEqual(memoryLevel(facts), {
			level: 'critical',
			reason: "The process alone holds 96 % of the machine's 0.98 GB.",
		});
	});

	it('says so when nothing is known', () => {
		assert.deepEqual(memoryLevel({}), { level: 'normal', reason: 'Nothing is known of the memory that is left.' });
	});

	it('takes thresholds, with high halfway between', () => {
		const thresholds = {
			warning: { availableBytes: 0, share: 0.4 },
			critical: { availableBytes: 0, share: 0.8 },
		};
		const at = (share: number) =>
			memoryLevel({ ...roomy, availableBytes: roomy.totalBytes * (1 - share) }, thresholds).level;
		assert.deepEqual([0.4, 0.5, 0.61, 0.81].map(at), ['normal', 'elevated', 'high', 'critical']);
		const eased = easedThresholds(thresholds);
		const easedAt = (share: number) =>
			memoryLevel({ ...roomy, availableBytes: roomy.totalBytes * (1 - share) }, eased).level;
		assert.deepEqual([0.36, 0.38, 0.58, 0.78].map(easedAt), ['normal', 'elevated', 'high', 'critical']);
	});
});
