import assert from 'node:assert/strict';
import { memoryLevel } from '../../../src/protocol/levels.ts';

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
