import type { RawUsage } from '../../../../src/runtime/monitor/memoryUsage.ts';

const MB = 1024 * 1024;

/** A machine of 100 GB of which this share is in use, and a small process on it. */
export function machineAt(share: number): RawUsage {
	const totalBytes = 100_000 * MB;
	return {
		rssBytes: 50 * MB,
		heapUsedBytes: 10 * MB,
		heapTotalBytes: 20 * MB,
		heapLimitBytes: 4_000 * MB,
		externalBytes: 2 * MB,
		arrayBuffersBytes: MB,
		system: { totalBytes, availableBytes: totalBytes * (1 - share), usedShare: share },
	};
}
